package sqlite

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

// appendEvents reads the head and adds to it in one transaction. It is
// immediate, so that no other can add in between.
func appendEvents(ctx context.Context, tx *sql.Tx, key ports.AuditKey, events []ports.Event) error {
	if len(events) == 0 {
		return nil
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
		added, err := dialect.Changed(tx.ExecContext(ctx, `INSERT INTO audit (seq, hash, body) VALUES (?1, ?2, ?3)
			ON CONFLICT (coalesce(body ->> 'run', ''), body ->> 'entry') WHERE body ->> 'entry' > 0 DO NOTHING`,
			next.Seq, next.Hash, string(body)))
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
	err := tx.QueryRowContext(ctx, `SELECT hash FROM audit WHERE seq < ?1 ORDER BY seq DESC LIMIT 1`, head.Seq).Scan(&before)
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
		`SELECT seq, body, hash FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2`, after, limit)
	return links, s.fail("read the audit", err)
}

func (s state) Head(ctx context.Context) (ports.Link, error) {
	l, err := head(ctx, s.sql)
	return l, s.fail("read the audit", err)
}

// head is the last link; zero where there is none.
func head(ctx context.Context, q ports.Querier) (l ports.Link, err error) {
	err = q.QueryRowContext(ctx, `SELECT seq, body, hash FROM audit ORDER BY seq DESC LIMIT 1`).
		Scan(&l.Seq, (*[]byte)(&l.Body), &l.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return l, err
}
