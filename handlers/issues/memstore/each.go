package memstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/beignet-go/beignet/handlers/issues"
)

func (s store) Each(ctx context.Context, f issues.Filter, fn func(*issues.Issue) error) error {
	var passing []*entry
	for n := range s.entries {
		if e := &s.entries[n]; e.passes(f) {
			passing = append(passing, e)
		}
	}
	slices.SortFunc(passing, func(a, b *entry) int { return compare(a.issue.Identity(), b.issue.Identity()) })
	for _, e := range passing {
		i := clone(e.issue)
		if err := fn(&i); err != nil {
			return err
		}
	}
	return ctx.Err()
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
