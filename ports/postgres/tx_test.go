package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/postgres"
)

func begin(t *testing.T, db *postgres.DB, o ports.TxOptions) (ports.Querier, ports.Tx) {
	t.Helper()
	q, tx, err := postgres.Begin(db, func(q ports.Querier) ports.Querier { return q })(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() }) // of what the test has not ended
	return q, tx
}

// What bounds a transaction is met by its stores' statements and by its own.
func TestLimits(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	db, other := openData(t, url), raw(t, url)
	exec(t, other, `INSERT INTO row VALUES ('a')`)
	holder, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Rollback()
	if _, err := holder.ExecContext(t.Context(), `LOCK TABLE row, beignet_fence IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	short := 50 * time.Millisecond
	for _, test := range []struct {
		name string
		o    ports.TxOptions
		do   func(ports.Querier, ports.Tx) error
		want error
	}{
		{"a store and a lock", ports.TxOptions{LockTimeout: short}, statement(t, `UPDATE row SET id = 'b'`), ports.ErrBusy},
		{"a store and its time", ports.TxOptions{StatementTimeout: short}, statement(t, `SELECT pg_sleep(60)`), ports.ErrTimeout},
		{"both", ports.TxOptions{LockTimeout: time.Minute, StatementTimeout: short}, statement(t, `UPDATE row SET id = 'b'`), ports.ErrTimeout},
		{"a fence and a lock", ports.TxOptions{LockTimeout: short}, func(_ ports.Querier, tx ports.Tx) error {
			return tx.Raise(t.Context(), []ports.Fence{{Key: "k", Token: 1}})
		}, ports.ErrBusy},
		{"a checkpoint and its time", ports.TxOptions{StatementTimeout: short}, func(_ ports.Querier, tx ports.Tx) error {
			return tx.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: 1}, []ports.Fence{{Key: "k", Token: 1}}, nil)
		}, ports.ErrTimeout},
		{"less than a millisecond", ports.TxOptions{LockTimeout: 1}, statement(t, `UPDATE row SET id = 'b'`), ports.ErrBusy},
		{"silence", ports.TxOptions{IdleTimeout: short}, func(q ports.Querier, _ ports.Tx) error {
			time.Sleep(10 * short)
			return statement(t, `SELECT 1`)(q, nil)
		}, ports.ErrUnavailable},
	} {
		q, tx := begin(t, db, test.o)
		began := time.Now()
		if err := test.do(q, tx); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s: took %s", test.name, took)
		}
		if err := tx.Rollback(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// statement runs one as a store does, which classifies its errors itself.
func statement(t *testing.T, text string) func(ports.Querier, ports.Tx) error {
	return func(q ports.Querier, _ ports.Tx) error {
		_, err := q.ExecContext(t.Context(), text)
		return dialect.Postgres.Classify(err)
	}
}

// Who waits for another's transaction on the same run does so for a moment only, be it
// that the other is hung.
func TestStateWaits(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s, db := openState(t, url, postgres.StateOptions{Create: true}), openData(t, url)
	_, hung := begin(t, db, ports.TxOptions{})
	if err := hung.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: 1}, nil, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var group sync.WaitGroup
	for name, do := range map[string]func() error{
		"Forget": func() error { return s.Forget(ctx, "r") },
		"Save": func() error {
			tx, err := s.Begin(ctx)
			if err != nil {
				return err
			}
			defer tx.Rollback()
			return tx.Save(ctx, ports.Checkpoint{Run: "r", Batch: 1}, nil, nil)
		},
	} {
		group.Go(func() {
			if err := do(); !errors.Is(err, ports.ErrBusy) {
				t.Errorf("%s: %v, want ErrBusy", name, err)
			}
		})
	}
	group.Wait()
}

// Two transactions that wait for each other: one of them is told to try again.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	db := openData(t, pgtest.Database(t))
	exec(t, db.SQL(), `INSERT INTO row VALUES ('a'), ('b')`)
	one, _ := begin(t, db, ports.TxOptions{})
	two, _ := begin(t, db, ports.TxOptions{})
	update := func(q ports.Querier, id string) error {
		return statement(t, `UPDATE row SET id = id WHERE id = '`+id+`'`)(q, nil)
	}
	if err := errors.Join(update(one, "a"), update(two, "b")); err != nil {
		t.Fatal(err)
	}
	first := make(chan error, 1)
	go func() { first <- update(one, "b") }()
	if err := errors.Join(update(two, "a"), <-first); !errors.Is(err, ports.ErrBusy) {
		t.Errorf("%v, want ErrBusy of one", err)
	}
}

// A ctx that ends is why a statement failed, and ends it at the server too.
func TestCancelledStatement(t *testing.T) {
	t.Parallel()
	db := openData(t, pgtest.Database(t))
	q, tx := begin(t, db, ports.TxOptions{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := q.ExecContext(ctx, `SELECT pg_sleep(60), 'the long one'`)
	if err = dialect.Postgres.Classify(err); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ports.ErrTimeout) || errors.Is(err, ports.ErrUnavailable) {
		t.Errorf("%v, want context.DeadlineExceeded alone", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left := ask(t, db.SQL(), `SELECT count(*)::text FROM pg_stat_activity WHERE query LIKE '%the long one%' AND pid <> pg_backend_pid() AND state = 'active'`)
		if left == "0" {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the server is at it still")
		}
	}
}

// bad-input 60: text with a NUL is the item's fault, and nothing's else.
func TestNUL(t *testing.T) {
	t.Parallel()
	db := openData(t, pgtest.Database(t))
	for _, bad := range []string{"a\x00b", "a\xffb"} {
		q, tx := begin(t, db, ports.TxOptions{})
		_, err := q.ExecContext(t.Context(), `INSERT INTO row VALUES ($1)`, bad)
		if err == nil {
			t.Errorf("%q was taken", bad)
		}
		for _, class := range []error{ports.ErrBusy, ports.ErrUnavailable, ports.ErrCorrupt, ports.ErrIO, ports.ErrTimeout} {
			if errors.Is(dialect.Postgres.Classify(err), class) {
				t.Errorf("%q: %v is %v", bad, err, class)
			}
		}
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// Once a server that was killed is there again, all that was acknowledged is there,
// and what was open is not.
func TestKilledServer(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{TCP: true})
	db := openData(t, s.Database(t))
	save := func(q ports.Querier, tx ports.Tx, n int64) error {
		err := statement(t, `INSERT INTO row VALUES ('x')`)(q, nil)
		return errors.Join(err, tx.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: n}, nil, nil))
	}
	q, tx := begin(t, db, ports.TxOptions{})
	if err := errors.Join(save(q, tx, 1), tx.Commit()); err != nil {
		t.Fatal(err)
	}
	q, tx = begin(t, db, ports.TxOptions{})
	if err := save(q, tx, 2); err != nil {
		t.Fatal(err)
	}
	idle, _ := begin(t, db, ports.TxOptions{})
	s.Kill(t)
	wantLost(t, q)
	wantLost(t, idle)
	_, checkpointErr := db.Checkpoint(t.Context(), "r")
	_, _, beginErr := postgres.Begin(db, func(ports.Querier) int { return 0 })(t.Context(), ports.TxOptions{})
	for name, err := range map[string]error{
		"Commit": tx.Commit(), "Checkpoint": checkpointErr, "Begin": beginErr,
	} {
		if !errors.Is(err, ports.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", name, err)
		}
		wantNoPassword(t, err)
	}
	s.Start(t)
	if c, err := db.Checkpoint(t.Context(), "r"); err != nil || c.Batch != 1 {
		t.Errorf("the checkpoint is at %d, %v; want 1", c.Batch, err)
	}
	if all, err := rows(t, db); err != nil || strings.Join(all, "") != "x" {
		t.Errorf("rows %q, %v", all, err)
	}
}

// wantLost wants the connection lost, once the server's process behind it has noticed
// that the server was killed.
func wantLost(t *testing.T, q ports.Querier) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		err := statement(t, `SELECT 1`)(q, nil)
		if errors.Is(err, ports.ErrUnavailable) {
			return
		}
		if err != nil || time.Now().After(end) {
			t.Fatalf("a statement: %v, want ErrUnavailable", err)
		}
	}
}

// A commit that another process has under way is waited for, the first one of a run
// too; but not for ever.
func TestCheckpointWaits(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	db, reader := openData(t, url), openData(t, url)
	for n := int64(1); n <= 2; n++ {
		_, tx := begin(t, db, ports.TxOptions{})
		if err := tx.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: n}, nil, nil); err != nil {
			t.Fatal(err)
		}
		if c, err := db.Checkpoint(t.Context(), "r"); c.Batch != n-1 { // the DB knows its own transaction
			t.Errorf("its own DB reads %d, %v; want %d", c.Batch, err, n-1)
		}
		if _, err := reader.Checkpoint(t.Context(), "another"); !errors.Is(err, ports.ErrNotFound) {
			t.Errorf("another run's: %v, want ErrNotFound", err)
		}
		if n == 2 {
			began := time.Now()
			if _, err := reader.Checkpoint(t.Context(), "r"); !errors.Is(err, ports.ErrBusy) || time.Since(began) > 30*time.Second {
				t.Errorf("%v after %s, want ErrBusy", err, time.Since(began))
			}
		}
		read := make(chan int64)
		go func() {
			c, err := reader.Checkpoint(t.Context(), "r")
			if err != nil {
				t.Error(err)
			}
			read <- c.Batch
		}()
		waiting := `SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
		for end := time.Now().Add(4 * time.Second); ask(t, reader.SQL(), waiting) != "1" && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if got := <-read; got != n {
			t.Errorf("while batch %d was committed the checkpoint was read at %d", n, got)
		}
	}
}

// From its Save on a batch keeps others from raising its fences: whoever takes over
// waits until it has committed, and reads its checkpoint.
func TestSaveHoldsFences(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	db, other := openData(t, url), openData(t, url)
	fence := func(token int64) []ports.Fence { return []ports.Fence{{Key: "run:r", Token: token}} }
	_, first := begin(t, db, ports.TxOptions{})
	err := errors.Join(first.Raise(t.Context(), fence(1)), first.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: 1}, fence(1), nil), first.Commit())
	if err != nil {
		t.Fatal(err)
	}
	_, second := begin(t, db, ports.TxOptions{})
	if err := second.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: 2}, fence(1), nil); err != nil {
		t.Fatal(err)
	}
	_, taker := begin(t, other, ports.TxOptions{LockTimeout: 50 * time.Millisecond})
	if err := taker.Raise(t.Context(), fence(2)); !errors.Is(err, ports.ErrBusy) {
		t.Errorf("Raise while a batch is about to commit: %v, want ErrBusy", err)
	}
	if err := taker.Rollback(); err != nil {
		t.Error(err)
	}
	if err := second.Commit(); err != nil {
		t.Fatal(err)
	}
	_, taker = begin(t, other, ports.TxOptions{})
	if err := errors.Join(taker.Raise(t.Context(), fence(2)), taker.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: 3}, fence(2), nil)); err != nil {
		t.Fatal(err)
	}
	late := make(chan error, 1)
	_, third := begin(t, db, ports.TxOptions{})
	go func() { late <- third.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: 3}, fence(1), nil) }()
	if err := taker.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-late; !errors.Is(err, ports.ErrStale) {
		t.Errorf("the first holder's: %v, want ErrStale", err)
	}
}
