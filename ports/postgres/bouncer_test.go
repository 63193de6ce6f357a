package postgres_test

import (
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/portstest"
	"github.com/beignet-go/beignet/ports/postgres"
)

// The whole contract holds behind a PgBouncer in transaction mode.
func TestBouncer(t *testing.T) {
	t.Parallel()
	fresh := pgtest.New(t, pgtest.Options{}).Bouncer(t, 8)
	portstest.Tx(t, func(t *testing.T) portstest.Database { return database(t, openData(t, fresh(t))) })
}

// A transaction leaves nothing in the session for the next client that is given the
// connection, however it ends.
func TestSessionIsLeftClean(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t, pgtest.Options{}).Bouncer(t, 1)(t)
	db, next := openData(t, url), openData(t, url)
	begin := postgres.Begin(db, func(q ports.Querier) ports.Querier { return q })
	fences := []ports.Fence{{Key: "run:r", Token: 1}}
	for n := int64(1); n <= 6; n++ {
		q, tx, err := begin(t.Context(), ports.TxOptions{LockTimeout: time.Second, StatementTimeout: time.Minute, IdleTimeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		limits := ask(t, q, limits)
		if limits != "1s 1min 1min" {
			t.Errorf("the transaction's limits are %s", limits)
		}
		if err := tx.Raise(t.Context(), fences); err != nil {
			t.Fatal(err)
		}
		insert, err := q.PrepareContext(t.Context(), `INSERT INTO row VALUES ($1)`) // and nobody closes it
		if err != nil {
			t.Fatal(err)
		}
		if _, err := insert.ExecContext(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if err := tx.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: n}, fences, nil); err != nil {
			t.Fatal(err)
		}
		end := tx.Commit
		if n == 6 {
			end = tx.Rollback
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Checkpoint(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		wantCleanSession(t, next)
	}
}

const limits = `SELECT concat_ws(' ', current_setting('lock_timeout'), current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout'))`

// wantCleanSession wants a connection that carries nothing of a transaction before.
func wantCleanSession(t *testing.T, db *postgres.DB) {
	t.Helper()
	for question, want := range map[string]string{
		`SELECT count(*)::text FROM pg_prepared_statements WHERE name <> ''`: "0",
		`SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory'`:    "0",
		limits: "0 0 0",
	} {
		if got := ask(t, db.SQL(), question); got != want {
			t.Errorf("%s: %s, want %s", question, got, want)
		}
	}
}
