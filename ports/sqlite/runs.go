package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/beignet-go/beignet/ports"
)

func (s state) Start(ctx context.Context, run ports.Run, events ...ports.Event) error {
	return s.write(ctx, "start run "+run.ID, events, func(tx *sql.Tx) error {
		body, err := encode(run)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO run (id, task, actor, status, attempt, started, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
			run.ID, run.Task, run.Actor, string(run.Status), run.Attempt, sortable(run.Started), body)
		return err
	})
}

func (s state) Update(ctx context.Context, run ports.Run, from ports.Mark, events ...ports.Event) error {
	return s.write(ctx, "update run "+run.ID, events, func(tx *sql.Tx) error {
		body, err := encode(run)
		if err != nil {
			return err
		}
		err = one(tx.ExecContext(ctx, `UPDATE run SET task = ?2, actor = ?3, status = ?4, attempt = ?5, started = ?6, body = ?7
			WHERE id = ?1 AND status = ?8 AND attempt = ?9`,
			run.ID, run.Task, run.Actor, string(run.Status), run.Attempt, sortable(run.Started), body, string(from.Status), from.Attempt))
		if errors.Is(err, ports.ErrStale) {
			if _, missing := find(ctx, tx, run.ID); missing != nil {
				return missing
			}
		}
		return err
	})
}

func (s state) Run(ctx context.Context, id string) (ports.Run, error) {
	run, err := find(ctx, s.sql, id)
	return run, s.fail("run "+id, err)
}

func find(ctx context.Context, q ports.Querier, id string) (run ports.Run, err error) {
	var body []byte
	err = q.QueryRowContext(ctx, `SELECT body FROM run WHERE id = ?1`, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return run, ports.ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal(body, &run)
	}
	return run, err
}

func (s state) List(ctx context.Context, f ports.RunFilter) ([]ports.Run, error) {
	limit, since := -1, ""
	if f.Limit > 0 {
		limit = f.Limit
	}
	if !f.Since.IsZero() {
		since = sortable(f.Since)
	}
	runs, err := query(ctx, s.sql, func(rows *sql.Rows, run *ports.Run) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		return json.Unmarshal(body, run)
	}, `SELECT body FROM run
		WHERE started >= ?1 AND (?2 = '' OR task = ?2) AND (?3 = '' OR status = ?3) AND (?4 = '' OR actor = ?4)
		ORDER BY started DESC, id DESC LIMIT ?5`, since, f.Task, string(f.Status), f.Actor, limit)
	return runs, s.fail("list runs", err)
}

// encode keeps <, > and & as they are, since Input and Output are exact texts.
func encode(run ports.Run) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(run)
	return b.String(), err
}

// sortable spells an instant so that the order of texts is the order in time.
func sortable(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }
