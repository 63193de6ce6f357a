package runner

import (
	"context"
	"errors"

	"github.com/cenkalti/backoff/v5"

	"github.com/beignet-go/beignet/ports"
)

// putLate saves the checkpoint of an effect that is done. Where the state is busy it
// is waited for here, and in the end given up: the batch is not tried again for it,
// which would have its effect twice.
func (x *execution) putLate(ctx context.Context, tx ports.Tx, put func() error) error {
	err := x.patiently(ctx, func() error {
		return x.surpassing(ctx, func() error {
			err := put()
			if err != nil {
				err = errors.Join(err, tx.Rollback())
			}
			return err
		})
	})
	if err != nil {
		return backoff.Permanent(err)
	}
	return nil
}

// lateTx is the transaction of a batch whose effect lies elsewhere: it opens
// only once the effect is done, so that the state is not held meanwhile.
type lateTx struct {
	begin func(context.Context) (ports.Tx, error)
	raise bool     // the fences, before it saves
	tx    ports.Tx // nil until Save
}

func (l *lateTx) Raise(context.Context, []ports.Fence) error {
	l.raise = true
	return nil
}

func (l *lateTx) Save(ctx context.Context, c ports.Checkpoint, fences []ports.Fence, entries []ports.Entry) (err error) {
	if l.tx, err = l.begin(ctx); err != nil {
		return err
	}
	if l.raise {
		if err := l.tx.Raise(ctx, fences); err != nil {
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
