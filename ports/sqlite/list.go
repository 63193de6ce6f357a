package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

func (s state) List(ctx context.Context, f ports.RunFilter) ([]ports.Run, error) {
	statement, args := listing(f)
	runs, err := dialect.Query(ctx, s.sql, func(rows *sql.Rows, run *ports.Run) (err error) {
		var r dialect.RunRow
		if err := rows.Scan(&r.Body, &r.Ordered); err != nil {
			return err
		}
		*run, err = r.Decode()
		return err
	}, statement, args...)
	return runs, s.fail("list runs", err)
}

// listing asks for what is given alone, so that an index can answer it: a
// condition that might be empty would have every row looked at. For the same reason an
// instant bounds the order of records too, which is that of their starts but for a clock
// that has jumped.
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
		since := dialect.Sortable(f.Since)
		add("started >= ? AND seq >= (SELECT min(seq) FROM run WHERE started >= ?)", since, since)
	}
	if !f.Before.IsZero() {
		before := dialect.Sortable(f.Before)
		add("started < ? AND seq <= (SELECT max(seq) FROM run WHERE started < ?)", before, before)
	}
	statement = "SELECT body, ordered FROM run"
	if len(where) > 0 {
		statement += " WHERE " + strings.Join(where, " AND ")
	}
	statement += " ORDER BY seq DESC"
	if f.Limit > 0 {
		statement, args = statement+" LIMIT ?", append(args, f.Limit)
	}
	return statement, args
}
