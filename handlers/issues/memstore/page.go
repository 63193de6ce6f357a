package memstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/beignet-go/beignet/handlers/issues"
)

func (s store) Page(ctx context.Context, f issues.Filter, after issues.Identity, limit int) ([]issues.Issue, error) {
	return s.page(f, after, limit), ctx.Err()
}

func (t *table) page(f issues.Filter, after issues.Identity, limit int) []issues.Issue {
	var left []*entry
	for n := range t.entries {
		e := &t.entries[n]
		if compare(e.issue.Identity(), after) > 0 && e.passes(f) {
			left = append(left, e)
		}
	}
	slices.SortFunc(left, func(a, b *entry) int { return compare(a.issue.Identity(), b.issue.Identity()) })
	var page []issues.Issue
	for size := 0; len(left) > len(page) && len(page) < limit && size < issues.PageBytes; {
		i := clone(left[len(page)].issue)
		page = append(page, i)
		size += len(i.Title) + len(i.Body) + len(i.Extra)
	}
	return page
}

func compare(a, b issues.Identity) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Key, b.Key))
}

func (e *entry) passes(f issues.Filter) bool {
	return (f.Source == "" || e.issue.Source == f.Source) &&
		(f.State == "" || e.issue.State == f.State) &&
		(f.Label == "" || slices.Contains(e.issue.Labels, f.Label)) &&
		(f.Query == "" || e.found(f.Query))
}

func (e *entry) found(query string) bool {
	_, ok := e.answers(query)
	return ok
}
