package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

func (s state) Append(ctx context.Context, events ...ports.Event) error {
	return s.write(ctx, "append to the audit", events, func(*sql.Tx) error { return nil })
}

// endLock is the lock of whoever adds to the audit, until his commit. It asks for no
// right to change a link, so that a user may be left with INSERT and SELECT; and it is
// taken last in a transaction that is about to commit, so that no batch waits for it.
const endLock = `SELECT pg_advisory_xact_lock(hashtextextended('beignet audit ' || 'beignet_audit'::regclass::oid, 0))`

// appendEvents locks the end of the chain and then reads it, in a statement of its own,
// for one sees what was committed before it began.
func appendEvents(ctx context.Context, tx *sql.Tx, key ports.AuditKey, events []ports.Event) error {
	if len(events) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, endLock); err != nil {
		return err
	}
	head, err := head(ctx, tx)
	if err == nil && ports.Keyed(head.Hash) && len(key) > 0 {
		err = fits(ctx, tx, key, head)
	}
	if err != nil {
		return err
	}
	copied, err := copiedBefore(ctx, tx, events)
	if err != nil {
		return err
	}
	var seqs []int64
	var hashes, bodies []string
	for _, e := range events {
		if e.Entry > 0 {
			of := originOf(e)
			if copied[of] {
				continue
			}
			copied[of] = true
		}
		body, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("audit event %s: %w", e.Action, err)
		}
		next := ports.Link{Seq: head.Seq + 1, Body: body}
		if next.Hash, err = key.Next(head.Hash, body); err != nil {
			return err
		}
		seqs, hashes, bodies = append(seqs, next.Seq), append(hashes, next.Hash), append(bodies, string(body))
		head = next
	}
	if len(seqs) == 0 {
		return nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO beignet_audit (seq, hash, body)
		SELECT seq, hash, body FROM unnest($1::bigint[], $2::text[], $3::text[]) AS l(seq, hash, body) ORDER BY seq`, seqs, hashes, bodies)
	return err
}

// origin is the journal entry that an event is the copy of.
type origin struct {
	run   string // as it stands in a link's body
	entry int64
}

func originOf(e ports.Event) origin {
	text, _ := json.Marshal(e.Run) // a string always can be
	return origin{string(text[1 : len(text)-1]), e.Entry}
}

// copiedBefore are the entries of which the audit has a copy, among those of the events.
func copiedBefore(ctx context.Context, tx *sql.Tx, events []ports.Event) (map[origin]bool, error) {
	copied := map[origin]bool{}
	var runs []string
	var entries []int64
	for _, e := range events {
		if e.Entry > 0 {
			of := originOf(e)
			runs, entries = append(runs, of.run), append(entries, of.entry)
		}
	}
	if len(runs) == 0 {
		return copied, nil
	}
	there, err := dialect.Query(ctx, tx, func(rows *sql.Rows, o *origin) error { return rows.Scan(&o.run, &o.entry) }, `
		SELECT a.run, a.entry FROM unnest($1::text[], $2::bigint[]) AS e(run, entry)
		JOIN beignet_audit a ON a.run = e.run AND a.entry = e.entry WHERE a.entry > 0`, runs, entries)
	for _, o := range there {
		copied[o] = true
	}
	return copied, err
}

// fits refuses a key that the last link was not made with: no one key would verify
// what came before and after.
func fits(ctx context.Context, tx *sql.Tx, key ports.AuditKey, head ports.Link) error {
	var before string
	err := tx.QueryRowContext(ctx, `SELECT hash FROM beignet_audit WHERE seq < $1 ORDER BY seq DESC LIMIT 1`, head.Seq).Scan(&before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if key.Hash(before, head.Body) != head.Hash {
		return &ports.KeyError{Message: "the audit's last link was made with another key, or has been changed"}
	}
	return nil
}

func (s state) Links(ctx context.Context, after int64, limit int) ([]ports.Link, error) {
	links, err := dialect.Query(ctx, s.sql,
		func(rows *sql.Rows, l *ports.Link) error { return rows.Scan(&l.Seq, (*[]byte)(&l.Body), &l.Hash) },
		`SELECT seq, body, hash FROM beignet_audit WHERE seq > $1 ORDER BY seq LIMIT $2`, after, limit)
	return links, s.fail(ctx, "read the audit", err)
}

func (s state) Head(ctx context.Context) (ports.Link, error) {
	l, err := head(ctx, s.sql)
	return l, s.fail(ctx, "read the audit", err)
}

// head is the last link; zero where there is none.
func head(ctx context.Context, q ports.Querier) (l ports.Link, err error) {
	err = q.QueryRowContext(ctx, `SELECT seq, body, hash FROM beignet_audit ORDER BY seq DESC LIMIT 1`).
		Scan(&l.Seq, (*[]byte)(&l.Body), &l.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return l, err
}
