package runner

import (
	"context"

	"github.com/beignet-go/beignet/ports"
)

// lateTx is the transaction of a batch whose effect lies elsewhere: it opens
// only once the effect is done, so that the state is not held meanwhile.
type lateTx struct {
	begin func(context.Context) (ports.Tx, error)
	raise []ports.Fence
	tx    ports.Tx // nil until Save
}

func (l *lateTx) Raise(_ context.Context, fences []ports.Fence) error {
	l.raise = fences
	return nil
}

func (l *lateTx) Save(ctx context.Context, c ports.Checkpoint, fences []ports.Fence, entries []ports.Entry) (err error) {
	if l.tx, err = l.begin(ctx); err != nil {
		return err
	}
	if len(l.raise) > 0 {
		if err := l.tx.Raise(ctx, l.raise); err != nil {
			return err
		}
	}
	return l.tx.Save(ctx, c, fences, entries)
}

func (l *lateTx) Commit() error { return l.tx.Commit() }

func (l *lateTx) Rollback() error {
	if l.tx == nil {
		return nil
	}
	return l.tx.Rollback()
}
