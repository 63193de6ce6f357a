package memstore

import (
	"context"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
)

// store is an issues.Store over a table.
type store struct{ *table }

func (s store) Upsert(ctx context.Context, given []issues.Issue) ([]issues.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.upsert(given), nil
}

func (s store) Unindexed(ctx context.Context, after int64, limit int) ([]issues.Issue, error) {
	return s.unindexed(after, limit), ctx.Err()
}

func (s store) CountUnindexed(ctx context.Context) (int64, error) {
	var n int64
	for _, e := range s.entries {
		if !e.indexed {
			n++
		}
	}
	return n, ctx.Err()
}

func (s store) Index(ctx context.Context, given []issues.Issue) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return s.index(given), nil
}

func (s store) Search(ctx context.Context, q issues.Query) ([]issues.Issue, error) {
	return s.search(q), ctx.Err()
}

// committed is an issues.Store whose reads see the last commit, and whose writes
// commit themselves.
type committed struct{ db *memory.DB[table] }

var _ issues.Store = committed{}

func (c committed) read() store {
	t := c.db.Read()
	return store{&t}
}

func (c committed) Upsert(ctx context.Context, given []issues.Issue) (outcomes []issues.Outcome, err error) {
	err = c.write(ctx, func(s store) error {
		outcomes, err = s.Upsert(ctx, given)
		return err
	})
	return outcomes, err
}

func (c committed) Index(ctx context.Context, given []issues.Issue) (n int64, err error) {
	err = c.write(ctx, func(s store) error {
		n, err = s.Index(ctx, given)
		return err
	})
	return n, err
}
func (c committed) SetLabels(ctx context.Context, given []issues.Labeled) error {
	return c.write(ctx, func(s store) error { return s.SetLabels(ctx, given) })
}

func (c committed) write(ctx context.Context, do func(store) error) error {
	t, tx, err := c.db.Begin(ctx, ports.TxOptions{})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := do(store{t}); err != nil {
		return err
	}
	return tx.Commit()
}

func (c committed) Unindexed(ctx context.Context, after int64, limit int) ([]issues.Issue, error) {
	return c.read().Unindexed(ctx, after, limit)
}

func (c committed) CountUnindexed(ctx context.Context) (int64, error) {
	return c.read().CountUnindexed(ctx)
}

func (c committed) Search(ctx context.Context, q issues.Query) ([]issues.Issue, error) {
	return c.read().Search(ctx, q)
}

func (c committed) Each(ctx context.Context, f issues.Filter, fn func(*issues.Issue) error) error {
	return c.read().Each(ctx, f, fn)
}

func (c committed) EachLabels(ctx context.Context, source string, fn func(string, []string) error) error {
	return c.read().EachLabels(ctx, source, fn)
}

func (c committed) Labeled(ctx context.Context, source string, after int64, limit int) ([]issues.Labeled, error) {
	return c.read().Labeled(ctx, source, after, limit)
}
