package memory

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

var errSpent = errors.New("the transaction has ended")

type tx[T any] struct {
	ctx    context.Context // as with database/sql: a transaction ends with the context it was begun in
	db     *DB[T]
	next   *version[T]
	failed error // why next must not be committed
	spent  bool
}

func (t *tx[T]) Raise(_ context.Context, fences []ports.Fence) error {
	return t.change(func() error { return t.next.tables.raise(fences) })
}

func (t *tx[T]) Save(_ context.Context, c ports.Checkpoint, fences []ports.Fence, entries []ports.Entry) error {
	return t.change(func() error { return t.next.tables.save(c, fences, entries) })
}

func (t *tx[T]) change(do func() error) error {
	if t.spent {
		return errSpent
	}
	if err := errors.Join(t.ctx.Err(), t.failed); err != nil {
		return err
	}
	t.failed = do()
	return t.failed
}

func (t *tx[T]) Commit() error {
	if t.spent {
		return errSpent
	}
	defer t.end()
	if err := errors.Join(t.ctx.Err(), t.failed); err != nil {
		return err
	}
	t.db.committed.Store(t.next)
	return nil
}

func (t *tx[T]) Rollback() error {
	if !t.spent {
		t.end()
	}
	return nil
}

func (t *tx[T]) end() {
	t.spent = true
	<-t.db.turn
}
