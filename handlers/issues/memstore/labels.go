package memstore

import (
	"context"
	"slices"

	"github.com/beignet-go/beignet/handlers/issues"
)

func (s store) EachLabels(ctx context.Context, source string, fn func(string, []string) error) error {
	for _, e := range s.entries {
		if !e.labeled(source) {
			continue
		}
		if err := fn(e.issue.Source, slices.Clone(e.issue.Labels)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (s store) Labeled(ctx context.Context, source string, after int64, limit int) ([]issues.Labeled, error) {
	var page []issues.Labeled
	size := 0
	for _, e := range s.entries[min(max(after, 0), int64(len(s.entries))):] {
		if len(page) == limit || size >= issues.PageBytes {
			break
		}
		if !e.labeled(source) {
			continue
		}
		i := issues.Labeled{ID: e.issue.ID, Source: e.issue.Source, Key: e.issue.Key, Labels: slices.Clone(e.issue.Labels)}
		for _, label := range i.Labels {
			size += len(label)
		}
		page = append(page, i)
	}
	return page, ctx.Err()
}

func (e *entry) labeled(source string) bool {
	return len(e.issue.Labels) > 0 && (source == "" || e.issue.Source == source)
}

func (s store) SetLabels(ctx context.Context, given []issues.Labeled) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, g := range given {
		if g.ID < 1 || g.ID > int64(len(s.entries)) {
			continue
		}
		i := &s.entries[g.ID-1].issue
		i.Labels = slices.Clone(g.Labels)
		*i = canonical(*i)
	}
	return nil
}
