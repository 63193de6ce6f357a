package postgres

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
// has ended. The Querier of it is a [ports.Copier] too.
//
// A transaction waits for another where both write the same rows: for LockTimeout,
// which is ErrBusy, or until ctx ends. A statement that takes longer than
// StatementTimeout is ErrTimeout. A transaction whose ctx has ended does not commit.
func Begin[A any](db *DB, bind func(ports.Querier) A) func(context.Context, ports.TxOptions) (A, ports.Tx, error) {
	return func(ctx context.Context, o ports.TxOptions) (app A, _ ports.Tx, err error) {
		t, err := db.begin(ctx, o)
		if err != nil {
			return app, nil, err
		}
		return bind(session{t.sql, t}), t, nil
	}
}

type tx struct {
	ctx    context.Context // the transaction does not commit once it has ended
	db     *DB
	conn   *sql.Conn
	sql    *sql.Tx
	stop   context.CancelFunc // gives up whatever the connection is at
	saved  string             // the run that it has saved a checkpoint of
	failed error              // why nothing of it must be committed
	spent  bool
}

// patience is how long the end of a transaction is waited for: that long a commit is
// not cut off by a ctx that ends meanwhile.
const patience = 30 * time.Second

func (db *DB) begin(ctx context.Context, o ports.TxOptions) (*tx, error) {
	t := &tx{ctx: ctx, db: db}
	var err error
	if t.conn, err = db.sql.Conn(ctx); err != nil {
		return nil, db.fail(ctx, "begin", lost(ctx, err))
	}
	err = t.conn.Raw(func(c any) error { c.(*conn).begin = beginning(o); return nil })
	if err == nil {
		err = t.start()
	}
	if err != nil {
		return nil, db.fail(ctx, "begin", errors.Join(err, t.conn.Close()))
	}
	return t, nil
}

// start begins with a ctx that ends with the caller's while it begins, and only when
// it is told to from then on.
func (t *tx) start() (err error) {
	inner, stop := context.WithCancel(context.WithoutCancel(t.ctx))
	release := context.AfterFunc(t.ctx, stop)
	t.stop = stop
	t.sql, err = t.conn.BeginTx(inner, nil)
	if !release() && err == nil {
		_ = t.sql.Rollback() // it has been given up
		err = t.ctx.Err()
	}
	if err != nil {
		stop()
	}
	return err
}

func (t *tx) Raise(ctx context.Context, fences []ports.Fence) error {
	return t.change(ctx, "raise fences", func() error { return raise(ctx, t.sql, fences) })
}

func (t *tx) Save(ctx context.Context, c ports.Checkpoint, fences []ports.Fence, entries []ports.Entry) error {
	if !t.spent && t.saved == "" {
		t.saved = c.Run
		t.db.count(c.Run, 1)
	}
	return t.change(ctx, "save checkpoint", func() error { return save(ctx, t.sql, c, fences, entries) })
}

func (t *tx) change(ctx context.Context, what string, do func() error) error {
	if t.failed == nil {
		t.failed = t.db.fail(ctx, what, do())
	}
	return t.failed
}

func (t *tx) Commit() error {
	if t.failed == nil && !t.spent {
		t.failed = t.db.fail(t.ctx, "commit", t.ctx.Err())
	}
	if t.failed != nil {
		return errors.Join(t.failed, t.Rollback())
	}
	defer t.end()
	defer time.AfterFunc(patience, t.stop).Stop()
	err := t.sql.Commit()
	if errors.Is(err, context.Canceled) { // by stop
		err = fmt.Errorf("no answer in %s: %w", patience, ports.ErrUnavailable)
	}
	return t.db.fail(context.Background(), "commit", err)
}

func (t *tx) Rollback() error {
	defer t.end()
	defer time.AfterFunc(patience, t.stop).Stop()
	err := t.db.fail(context.Background(), "rollback", t.sql.Rollback())
	if errors.Is(err, sql.ErrTxDone) || errors.Is(err, ports.ErrUnavailable) {
		return nil // with its connection the server rolls a transaction back
	}
	return err
}

func (t *tx) end() {
	if t.spent {
		return
	}
	t.spent = true
	t.stop()
	_ = t.conn.Close() // back to the pool
	if t.saved != "" {
		t.db.count(t.saved, -1)
	}
}

// count keeps how many of the DB's open transactions have saved a run's checkpoint.
func (db *DB) count(run string, by int) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.saving[run] += by; db.saving[run] == 0 {
		delete(db.saving, run)
	}
}

func (db *DB) isSaving(run string) bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.saving[run] > 0
}
