package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/ports"
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
	for _, e := range events {
		body, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("audit event %s: %w", e.Action, err)
		}
		next := ports.Link{Seq: head.Seq + 1, Body: body}
		if next.Hash, err = key.Next(head.Hash, body); err != nil {
			return err
		}
		added, err := changed(tx.ExecContext(ctx, `INSERT INTO beignet_audit (seq, hash, body) VALUES ($1, $2, $3)
			ON CONFLICT (run, entry) WHERE entry > 0 DO NOTHING`, next.Seq, next.Hash, string(body)))
		if err != nil {
			return err
		}
		if added {
			head = next
		}
	}
	return nil
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
	links, err := query(ctx, s.sql,
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
