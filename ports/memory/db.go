package memory

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// DB holds an app's rows, in a type T of the app's own, and beside them the
// checkpoints, fences and journals of the runs that wrote them: all one value,
// which a commit swaps for the next. It is safe for concurrent use.
type DB[T any] struct {
	clone     func(T) T
	committed atomic.Pointer[version[T]] // what it points at never changes
	turn      chan struct{}              // holds one value while a transaction is open
}

type version[T any] struct {
	rows   T
	tables tables
}

var _ ports.Checkpoints = (*DB[int])(nil)

// NewDB returns a database that holds rows. The clone of a value must share
// nothing with it that either of the two may change.
func NewDB[T any](rows T, clone func(T) T) *DB[T] {
	db := &DB[T]{clone: clone, turn: make(chan struct{}, 1)}
	db.committed.Store(&version[T]{rows: clone(rows)})
	return db
}

// Read returns a copy of the rows as the last commit left them.
func (db *DB[T]) Read() T { return db.clone(db.committed.Load().rows) }

// Begin opens a transaction and returns the rows to change in it, which are of
// no use once it has ended. It waits while another transaction is open, until
// ctx ends; or for LockTimeout, which is ErrBusy. A transaction whose ctx has
// ended does not commit.
func (db *DB[T]) Begin(ctx context.Context, o ports.TxOptions) (*T, ports.Tx, error) {
	t, err := db.begin(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return &t.next.rows, t, nil
}

func (db *DB[T]) begin(ctx context.Context, o ports.TxOptions) (*tx[T], error) {
	if err := db.await(ctx, o.LockTimeout); err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	now := db.committed.Load()
	return &tx[T]{ctx: ctx, db: db, next: &version[T]{rows: db.clone(now.rows), tables: now.tables.clone()}}, nil
}

func (db *DB[T]) await(ctx context.Context, limit time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var overdue <-chan time.Time // without a limit never
	if limit > 0 {
		overdue = time.After(limit)
	}
	select {
	case db.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-overdue:
		return ports.ErrBusy
	}
}
