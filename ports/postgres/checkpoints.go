package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// settling is how long a look at a checkpoint waits for a transaction that is about to
// move it.
const settling = 5 * time.Second

// runLock is a lock of transactions: who moves a run's checkpoint has it until his
// commit is done, be it that his connection is gone by then, and who reads it waits for
// that. $1 is the run. The rows could not be waited for, for the first of them is seen
// by nobody else before it is committed.
const runLock = `(hashtextextended('beignet run ' || $1::text, 0))`

// Checkpoint returns the run's checkpoint. ErrNotFound: no batch of the run has
// committed. A transaction of another process, or one whose Commit has failed, is
// waited for where it is about to move the checkpoint: for five seconds, and then it is
// ErrBusy. One of this DB that has saved and not ended is not.
func (db *DB) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	what := "checkpoint of run " + run
	if db.isSaving(run) {
		c, err := checkpoint(ctx, db.sql, run)
		return c, db.fail(ctx, what, err)
	}
	t, err := db.begin(ctx, ports.TxOptions{LockTimeout: settling, IdleTimeout: settling})
	if err != nil {
		return ports.Checkpoint{}, err
	}
	defer t.Rollback()
	_, err = t.sql.ExecContext(ctx, `SELECT pg_advisory_xact_lock_shared`+runLock, run)
	var c ports.Checkpoint
	if err == nil { // in a statement of its own, for one sees what was committed before it began
		c, err = checkpoint(ctx, t.sql, run)
	}
	return c, db.fail(ctx, what, err)
}

func checkpoint(ctx context.Context, q ports.Querier, run string) (ports.Checkpoint, error) {
	c := ports.Checkpoint{Run: run}
	err := q.QueryRowContext(ctx, `SELECT batch, state, done FROM beignet_checkpoint WHERE run = $1`, run).
		Scan(&c.Batch, (*[]byte)(&c.State), &c.Done)
	if errors.Is(err, sql.ErrNoRows) {
		err = ports.ErrNotFound
	}
	return c, err
}

// Journal returns up to limit entries of a kind, "" being every kind, with Seq
// above after, in order.
func (db *DB) Journal(ctx context.Context, run, kind string, after int64, limit int) ([]ports.Entry, error) {
	entries, err := dialect.Query(ctx, db.sql,
		func(rows *sql.Rows, e *ports.Entry) error { return rows.Scan(&e.Seq, &e.Kind, (*[]byte)(&e.Body)) },
		`SELECT seq, kind, body FROM beignet_journal WHERE run = $1 AND seq > $2 AND $4 IN (kind, '') ORDER BY seq LIMIT $3`, run, after, limit, kind)
	return entries, db.fail(ctx, "journal of run "+run, err)
}

// Forget removes the run's checkpoint, its journal and the fence run:ID, all or
// none. A run that has none of them is forgotten already.
func (db *DB) Forget(ctx context.Context, run string) error {
	t, err := db.begin(ctx, ports.TxOptions{LockTimeout: settling, IdleTimeout: settling})
	if err != nil {
		return err
	}
	defer t.Rollback()
	if err := t.change(ctx, "forget run "+run, func() error { return forget(ctx, t.sql, run) }); err != nil {
		return err
	}
	return t.Commit()
}

func forget(ctx context.Context, q ports.Querier, run string) error {
	for _, statement := range []string{
		`SELECT pg_advisory_xact_lock` + runLock,
		`DELETE FROM beignet_checkpoint WHERE run = $1`,
		`DELETE FROM beignet_journal WHERE run = $1`,
		`DELETE FROM beignet_fence WHERE key = 'run:' || $1`,
	} {
		if _, err := q.ExecContext(ctx, statement, run); err != nil {
			return err
		}
	}
	return nil
}

// columns are fences as two arrays.
func columns(fences []ports.Fence) (keys []string, tokens []int64) {
	keys, tokens = []string{}, []int64{}
	for _, f := range fences {
		keys, tokens = append(keys, f.Key), append(tokens, f.Token)
	}
	return keys, tokens
}

// raise takes the rows in the order of their keys, so that two that raise the same do
// not wait for each other. It asks for stored tokens that are higher in a statement of
// its own, since the one that is refused may have waited for them.
func raise(ctx context.Context, q ports.Querier, fences []ports.Fence) error {
	keys, tokens := columns(fences)
	refused, err := dialect.Query(ctx, q, func(rows *sql.Rows, key *string) error { return rows.Scan(key) }, `
		WITH want AS (SELECT key, max(token) AS token FROM unnest($1::text[], $2::bigint[]) AS f(key, token) GROUP BY key ORDER BY key),
		raised AS (
			INSERT INTO beignet_fence AS f (key, token) SELECT key, token FROM want ORDER BY key
			ON CONFLICT (key) DO UPDATE SET token = excluded.token WHERE f.token <= excluded.token
			RETURNING key
		)
		SELECT key FROM want WHERE key NOT IN (SELECT key FROM raised)`, keys, tokens)
	if err != nil || len(refused) == 0 {
		return err
	}
	above, err := dialect.Query(ctx, q, func(rows *sql.Rows, f *ports.Fence) error { return rows.Scan(&f.Key, &f.Token) },
		`SELECT key, token FROM beignet_fence WHERE key = ANY ($1::text[]) ORDER BY array_position($2::text[], key)`, refused, keys)
	if err != nil {
		return err
	}
	return &ports.StaleError{Stored: above}
}

// saving is all of a Save, in one round trip and in this order: the fences are held,
// so that nobody raises them before the commit; the run is locked; the checkpoint is
// moved, where it stands at the batch before; and what the batch leaves is added. It
// returns the fences that are not as they were, and whether the checkpoint was moved.
const saving = `
	WITH want AS (SELECT key, token FROM unnest($5::text[], $6::bigint[]) AS f(key, token)),
	held AS MATERIALIZED (
		SELECT f.key, f.token FROM beignet_fence f WHERE f.key = ANY ($5::text[]) ORDER BY f.key FOR SHARE
	),
	stale AS MATERIALIZED (
		SELECT string_agg(key || ' at ' || token, ', ') AS fences FROM want
		WHERE NOT EXISTS (SELECT FROM held WHERE held.key = want.key AND held.token = want.token)
	),
	locked AS MATERIALIZED (
		SELECT pg_advisory_xact_lock` + runLock + ` FROM stale WHERE fences IS NULL
	),
	moved AS (MOVE),
	kept AS (
		INSERT INTO beignet_journal (run, seq, kind, body)
		SELECT $1, e.seq, e.kind, e.body FROM moved, unnest($7::bigint[], $8::text[], $9::text[]) AS e(seq, kind, body)
	)
	SELECT (SELECT fences FROM stale), EXISTS (SELECT FROM moved)`

const (
	moveFirst = `INSERT INTO beignet_checkpoint (run, batch, state, done) SELECT $1, $2, $3, $4 FROM locked
		ON CONFLICT (run) DO NOTHING RETURNING 1`
	moveOn = `UPDATE beignet_checkpoint c SET batch = $2, state = $3, done = $4 FROM locked
		WHERE c.run = $1 AND c.batch = $2 - 1 RETURNING 1`
)

func save(ctx context.Context, q ports.Querier, c ports.Checkpoint, fences []ports.Fence, entries []ports.Entry) error {
	move := moveOn
	if c.Batch == 1 {
		move = moveFirst
	}
	keys, tokens := columns(fences)
	seqs, kinds, bodies := []int64{}, []string{}, []string{}
	for _, e := range entries {
		seqs, kinds, bodies = append(seqs, e.Seq), append(kinds, e.Kind), append(bodies, string(e.Body))
	}
	var stale sql.NullString
	var moved bool
	err := q.QueryRowContext(ctx, strings.Replace(saving, "MOVE", move, 1),
		c.Run, c.Batch, string(c.State), c.Done, keys, tokens, seqs, kinds, bodies).Scan(&stale, &moved)
	switch {
	case err != nil:
		return err
	case stale.Valid:
		return fmt.Errorf("fence %s: %w", stale.String, ports.ErrStale)
	case !moved:
		return fmt.Errorf("batch %d of run %s: %w", c.Batch, c.Run, ports.ErrStale)
	}
	return nil
}
