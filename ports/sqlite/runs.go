package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

func (s state) Start(ctx context.Context, run ports.Run, events ...ports.Event) error {
	return s.write(ctx, "start run "+run.ID, events, func(tx *sql.Tx) error {
		r, err := dialect.EncodeRun(run)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO run (id, task, actor, status, attempt, started, body, log, ordered, seq)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, (SELECT coalesce(max(seq), 0) + 1 FROM run))`,
			run.ID, run.Task, run.Actor, string(run.Status), run.Attempt, dialect.Sortable(run.Started), r.Body, r.Log, r.Ordered)
		if err != nil {
			return err
		}
		return witness(ctx, tx, run)
	})
}

func (s state) Update(ctx context.Context, run ports.Run, from ports.Mark, events ...ports.Event) error {
	return s.write(ctx, "update run "+run.ID, events, func(tx *sql.Tx) error {
		r, err := dialect.EncodeRun(run)
		if err != nil {
			return err
		}
		err = dialect.One(tx.ExecContext(ctx, `UPDATE run SET task = ?2, actor = ?3, status = ?4, attempt = ?5, started = ?6,
				body = ?7, log = ?8, ordered = CASE WHEN attempt = ?5 OR ordered IS NOT ?11 THEN ordered END
			WHERE id = ?1 AND status = ?9 AND attempt = ?10`,
			run.ID, run.Task, run.Actor, string(run.Status), run.Attempt, dialect.Sortable(run.Started), r.Body, r.Log,
			string(from.Status), from.Attempt, r.Ordered))
		if err != nil {
			return staleOrMissing(ctx, tx, run.ID, err)
		}
		return witness(ctx, tx, run)
	})
}

// witness notes the database of a run that has committed something there. The first
// stays.
func witness(ctx context.Context, q ports.Querier, run ports.Run) error {
	if !run.Committed() {
		return nil
	}
	_, err := q.ExecContext(ctx, `INSERT INTO used (database, run, since) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`,
		run.Database, run.ID, dialect.Sortable(run.Started))
	return err
}

func (s state) Used(ctx context.Context, database string) (use ports.Use, err error) {
	var since string
	err = s.sql.QueryRowContext(ctx, `SELECT run, since FROM used WHERE database = ?1`, database).Scan(&use.Run, &since)
	if errors.Is(err, sql.ErrNoRows) {
		err = ports.ErrNotFound
	}
	if err == nil {
		use.Since, err = time.Parse(dialect.SortableForm, since)
	}
	return use, s.fail(fmt.Sprintf("use of %q", database), err)
}

func (s state) Order(ctx context.Context, id string, order ports.Order, events ...ports.Event) error {
	return s.write(ctx, "order to run "+id, events, func(tx *sql.Tx) error {
		before, err := ordered(ctx, tx, id)
		if err != nil {
			return err
		}
		order := order.Over(before)
		text, err := dialect.SpellOrder(&order)
		if err != nil {
			return err
		}
		err = dialect.One(tx.ExecContext(ctx, `UPDATE run SET ordered = ?2 WHERE id = ?1 AND status = ?3`, id, text, string(ports.Running)))
		return staleOrMissing(ctx, tx, id, err)
	})
}

// staleOrMissing tells a record that has moved on from one that is not there.
func staleOrMissing(ctx context.Context, q ports.Querier, id string, err error) error {
	if !errors.Is(err, ports.ErrStale) {
		return err
	}
	if _, missing := ordered(ctx, q, id); missing != nil {
		return missing
	}
	return err
}

func (s state) Ordered(ctx context.Context, id string) (ports.Order, error) {
	order, err := ordered(ctx, s.sql, id)
	return order, s.fail("order to run "+id, err)
}

func ordered(ctx context.Context, q ports.Querier, id string) (order ports.Order, err error) {
	var text []byte
	err = q.QueryRowContext(ctx, `SELECT ordered FROM run WHERE id = ?1`, id).Scan(&text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = ports.ErrNotFound
	case err == nil && text != nil:
		err = json.Unmarshal(text, &order)
	}
	return order, err
}

func (s state) Delete(ctx context.Context, id string, events ...ports.Event) error {
	return s.write(ctx, "delete run "+id, events, func(tx *sql.Tx) error {
		there, err := dialect.Changed(tx.ExecContext(ctx, `DELETE FROM run WHERE id = ?1`, id))
		if err == nil && !there {
			err = ports.ErrNotFound
		}
		if err != nil {
			return err
		}
		return forget(ctx, tx, id)
	})
}

func (s state) Run(ctx context.Context, id string) (ports.Run, error) {
	var r dialect.RunRow
	err := s.sql.QueryRowContext(ctx, `SELECT body, log, ordered FROM run WHERE id = ?1`, id).Scan(&r.Body, &r.Log, &r.Ordered)
	if errors.Is(err, sql.ErrNoRows) {
		err = ports.ErrNotFound
	}
	var run ports.Run
	if err == nil {
		run, err = r.Decode()
	}
	return run, s.fail("run "+id, err)
}
