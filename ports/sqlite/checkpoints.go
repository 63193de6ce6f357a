package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// Checkpoint returns the run's checkpoint. ErrNotFound: no batch of the run has
// committed.
func (db *DB) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	c := ports.Checkpoint{Run: run}
	err := db.sql.QueryRowContext(ctx, `SELECT batch, state, done FROM beignet_checkpoint WHERE run = ?1`, run).
		Scan(&c.Batch, (*[]byte)(&c.State), &c.Done)
	if errors.Is(err, sql.ErrNoRows) {
		err = ports.ErrNotFound
	}
	return c, db.fail("checkpoint of run "+run, err)
}

// Journal returns up to limit entries of a kind, "" being every kind, with Seq
// above after, in order.
func (db *DB) Journal(ctx context.Context, run, kind string, after int64, limit int) ([]ports.Entry, error) {
	entries, err := dialect.Query(ctx, db.sql,
		func(rows *sql.Rows, e *ports.Entry) error { return rows.Scan(&e.Seq, &e.Kind, (*[]byte)(&e.Body)) },
		`SELECT seq, kind, body FROM beignet_journal WHERE run = ?1 AND seq > ?2 AND ?4 IN (kind, '') ORDER BY seq LIMIT ?3`, run, after, limit, kind)
	return entries, db.fail("journal of run "+run, err)
}

// Forget removes the run's checkpoint, its journal and the fence run:ID, all or
// none. A run that has none of them is forgotten already.
func (db *DB) Forget(ctx context.Context, run string) error {
	t, err := db.begin(ctx, ports.TxOptions{})
	if err != nil {
		return err
	}
	defer t.Rollback()
	if err := t.change("forget run "+run, func() error { return forget(ctx, t.sql, run) }); err != nil {
		return err
	}
	return t.Commit()
}

func forget(ctx context.Context, q ports.Querier, run string) error {
	for _, statement := range []string{
		`DELETE FROM beignet_checkpoint WHERE run = ?1`,
		`DELETE FROM beignet_journal WHERE run = ?1`,
		`DELETE FROM beignet_fence WHERE key = 'run:' || ?1`,
	} {
		if _, err := q.ExecContext(ctx, statement, run); err != nil {
			return err
		}
	}
	return nil
}

func raise(ctx context.Context, q ports.Querier, fences []ports.Fence) error {
	var above []ports.Fence
	for _, f := range fences {
		err := dialect.One(q.ExecContext(ctx, `INSERT INTO beignet_fence (key, token) VALUES (?1, ?2)
			ON CONFLICT (key) DO UPDATE SET token = excluded.token WHERE token <= excluded.token`, f.Key, f.Token))
		if errors.Is(err, ports.ErrStale) {
			stored := ports.Fence{Key: f.Key}
			err = q.QueryRowContext(ctx, `SELECT token FROM beignet_fence WHERE key = ?1`, f.Key).Scan(&stored.Token)
			above = append(above, stored)
		}
		if err != nil {
			return fmt.Errorf("%s to %d: %w", f.Key, f.Token, err)
		}
	}
	if len(above) > 0 {
		return &ports.StaleError{Stored: above}
	}
	return nil
}

// compare needs no lock beside the transaction's own: it is immediate.
func compare(ctx context.Context, q ports.Querier, fences []ports.Fence) error {
	for _, f := range fences {
		var same bool
		err := q.QueryRowContext(ctx, `SELECT count(*) FROM beignet_fence WHERE key = ?1 AND token = ?2`, f.Key, f.Token).Scan(&same)
		if err == nil && !same {
			err = ports.ErrStale
		}
		if err != nil {
			return fmt.Errorf("fence %s at %d: %w", f.Key, f.Token, err)
		}
	}
	return nil
}

func advance(ctx context.Context, q ports.Querier, c ports.Checkpoint) error {
	move := `UPDATE beignet_checkpoint SET batch = ?2, state = ?3, done = ?4 WHERE run = ?1 AND batch = ?2 - 1`
	if c.Batch == 1 {
		move = `INSERT INTO beignet_checkpoint (run, batch, state, done) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (run) DO NOTHING`
	}
	if err := dialect.One(q.ExecContext(ctx, move, c.Run, c.Batch, string(c.State), c.Done)); err != nil {
		return fmt.Errorf("batch %d of run %s: %w", c.Batch, c.Run, err)
	}
	return nil
}

func record(ctx context.Context, q ports.Querier, run string, entries []ports.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	insert, err := q.PrepareContext(ctx, `INSERT INTO beignet_journal (run, seq, kind, body) VALUES (?1, ?2, ?3, ?4)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, e := range entries {
		if _, err := insert.ExecContext(ctx, run, e.Seq, e.Kind, string(e.Body)); err != nil {
			return fmt.Errorf("entry %d of run %s: %w", e.Seq, run, err)
		}
	}
	return nil
}
