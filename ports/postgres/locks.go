package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// Lock looks before it takes: whoever is refused does not touch the rows of the
// holder, who may be about to renew them.
func (s state) Lock(ctx context.Context, by ports.Holder, keys []string) (ports.Held, error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	for _, key := range keys {
		if key == "" || key != kept(key) {
			return nil, fmt.Errorf("lock: the key %q is empty, or no text that the database can keep", key)
		}
	}
	by.Host, _ = os.Hostname()
	by.PID = os.Getpid()
	asked := time.Now()
	held, err := s.held(ctx, `key = ANY ($1::text[]) AND expires > clock_timestamp() ORDER BY key LIMIT 1`, keys)
	if err == nil && len(held) > 0 {
		err = &ports.LockedError{Lock: held[0]}
	}
	if err != nil {
		return nil, s.fail(ctx, "lock "+strings.Join(keys, ", "), err)
	}
	fences, err := s.take(ctx, by, keys)
	if err != nil {
		return nil, err
	}
	return s.hold(fences, asked), nil
}

// taking takes a key that nobody has. The clock keeps tokens growing where the state
// has forgotten, as after another was made in its place, while a database keeps the
// fences of old.
const taking = `INSERT INTO beignet_lock AS l (key, token, run, task, actor, host, pid, since, expires)
	VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8::bigint * interval '1 microsecond')
	ON CONFLICT (key) DO UPDATE SET token = greatest(l.token + 1, excluded.token), run = excluded.run, task = excluded.task,
		actor = excluded.actor, host = excluded.host, pid = excluded.pid, since = excluded.since, expires = excluded.expires
	WHERE l.expires IS NULL OR l.expires <= clock_timestamp()
	RETURNING token`

// take takes every key or none, in their order, so that two who want the same do not
// wait for each other.
func (s state) take(ctx context.Context, by ports.Holder, keys []string) (fences []ports.Fence, err error) {
	t, err := s.begin(ctx, s.brief())
	if err != nil {
		return nil, err
	}
	defer t.Rollback()
	for _, key := range keys {
		err := t.change(ctx, "lock "+key, func() error {
			f := ports.Fence{Key: key}
			err := t.sql.QueryRowContext(ctx, taking, key, kept(by.Run), kept(by.Task), kept(by.Actor), kept(by.Host), by.PID, by.Since,
				s.lease.ttl.Microseconds()).Scan(&f.Token)
			if errors.Is(err, sql.ErrNoRows) {
				return locked(ctx, t.sql, key)
			}
			fences = append(fences, f)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return fences, t.Commit()
}

// locked says who has a key.
func locked(ctx context.Context, q ports.Querier, key string) error {
	l, err := locks(ctx, q, `key = $1`, key)
	if err != nil {
		return err
	}
	if len(l) == 0 {
		return ports.ErrBusy // it was given up and forgotten just now
	}
	return &ports.LockedError{Lock: l[0]}
}

func (s state) Held(ctx context.Context, _ ...string) ([]ports.Lock, error) {
	held, err := s.held(ctx, `expires > clock_timestamp() ORDER BY key`)
	return held, s.fail(ctx, "list locks", err)
}

func (s state) held(ctx context.Context, which string, args ...any) ([]ports.Lock, error) {
	return locks(ctx, s.sql, which, args...)
}

func locks(ctx context.Context, q ports.Querier, which string, args ...any) ([]ports.Lock, error) {
	return dialect.Query(ctx, q, func(rows *sql.Rows, l *ports.Lock) error {
		err := rows.Scan(&l.Key, &l.Token, &l.Run, &l.Task, &l.Actor, &l.Host, &l.PID, &l.Since)
		l.Since = l.Since.UTC()
		return err
	}, `SELECT key, token, run, task, actor, host, pid, since FROM beignet_lock WHERE `+which, args...)
}

// Break leaves the row, so that the next holder's token is above the one before.
func (s state) Break(ctx context.Context, key string, token int64, events ...ports.Event) error {
	return s.write(ctx, "break lock "+key, events, func(tx *sql.Tx) error {
		err := dialect.One(tx.ExecContext(ctx, `UPDATE beignet_lock SET expires = NULL
			WHERE key = $1 AND token = $2 AND expires > clock_timestamp()`, kept(key), token))
		if !errors.Is(err, ports.ErrStale) {
			return err
		}
		held, failed := locks(ctx, tx, `key = $1 AND expires > clock_timestamp()`, kept(key))
		if failed == nil && len(held) == 0 {
			failed = ports.ErrNotFound
		}
		if failed != nil {
			return failed
		}
		return err
	})
}
