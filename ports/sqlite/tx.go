package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// Begin returns a function that opens a transaction and binds an app to it: all
// of the app's stores speak through the transaction, and are of no use once it
// has ended.
//
// It waits while another transaction is open, until ctx ends; or for
// LockTimeout, which is ErrBusy. Another process is waited for five seconds,
// whatever the options. SQLite has no StatementTimeout: a statement ends with
// its ctx. A transaction whose ctx has ended does not commit.
func Begin[A any](db *DB, bind func(ports.Querier) A) func(context.Context, ports.TxOptions) (A, ports.Tx, error) {
	return func(ctx context.Context, o ports.TxOptions) (app A, _ ports.Tx, err error) {
		t, err := db.begin(ctx, o)
		if err != nil {
			return app, nil, err
		}
		return bind(t.sql), t, nil
	}
}

type tx struct {
	ctx    context.Context // as in sql.Tx: the transaction ends with it
	db     *DB
	sql    *sql.Tx
	failed error // why nothing of it must be committed
	spent  bool
}

func (db *DB) begin(ctx context.Context, o ports.TxOptions) (*tx, error) {
	if err := db.await(ctx, o.LockTimeout); err != nil {
		return nil, db.fail("begin", err)
	}
	inner, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		<-db.turn
		return nil, db.fail("begin", err)
	}
	return &tx{ctx: ctx, db: db, sql: inner}, nil
}

func (db *DB) await(ctx context.Context, limit time.Duration) error {
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

func (t *tx) Raise(ctx context.Context, fences []ports.Fence) error {
	return t.change("raise fences", func() error { return raise(ctx, t.sql, fences) })
}

func (t *tx) Save(ctx context.Context, c ports.Checkpoint, fences []ports.Fence, entries []ports.Entry) error {
	return t.change("save checkpoint", func() error {
		if err := compare(ctx, t.sql, fences); err != nil {
			return err
		}
		if err := advance(ctx, t.sql, c); err != nil {
			return err
		}
		return record(ctx, t.sql, c.Run, entries)
	})
}

func (t *tx) change(what string, do func() error) error {
	if t.failed == nil {
		t.failed = t.db.fail(what, t.why(do()))
	}
	return t.failed
}

func (t *tx) Commit() error {
	if t.failed != nil {
		return errors.Join(t.failed, t.Rollback())
	}
	defer t.end()
	return t.db.fail("commit", t.why(t.sql.Commit()))
}

func (t *tx) Rollback() error {
	defer t.end()
	if err := t.sql.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return t.db.fail("rollback", err)
	}
	return nil
}

func (t *tx) end() {
	if !t.spent {
		t.spent = true
		<-t.db.turn
	}
}

// why tells a transaction that ended with its ctx from one that was ended.
func (t *tx) why(err error) error {
	if errors.Is(err, sql.ErrTxDone) && !t.spent && t.ctx.Err() != nil {
		return fmt.Errorf("%w: %w", t.ctx.Err(), err)
	}
	return err
}
