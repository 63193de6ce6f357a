package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"github.com/beignet-go/beignet/ports"
)

func (s state) List(ctx context.Context, f ports.RunFilter) ([]ports.Run, error) {
	statement, args := listing(f)
	runs, err := query(ctx, s.sql, func(rows *sql.Rows, run *ports.Run) (err error) {
		var r stored
		if err := rows.Scan(&r.body, &r.ordered); err != nil {
			return err
		}
		*run, err = r.decode()
		return err
	}, statement, args...)
	return runs, s.fail("list runs", err)
}

// listing asks for what is given alone, so that an index can answer it: a
// condition that might be empty would have every row looked at.
func listing(f ports.RunFilter) (statement string, args []any) {
	var where []string
	add := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if f.Prefix != "" {
		add("id >= ? AND id < ?", f.Prefix, f.Prefix+"\U0010FFFF") // the last character there is
	}
	if f.Task != "" {
		add("task = ?", f.Task)
	}
	if f.Status != "" {
		add("status = ?", string(f.Status))
	}
	if f.Actor != "" {
		add("actor = ?", f.Actor)
	}
	if !f.Since.IsZero() {
		add("started >= ?", sortable(f.Since))
	}
	if !f.Before.IsZero() {
		add("started < ?", sortable(f.Before))
	}
	statement = "SELECT body, ordered FROM run"
	if len(where) > 0 {
		statement += " WHERE " + strings.Join(where, " AND ")
	}
	statement += " ORDER BY started DESC, id DESC"
	if f.Limit > 0 {
		statement, args = statement+" LIMIT ?", append(args, f.Limit)
	}
	return statement, args
}
