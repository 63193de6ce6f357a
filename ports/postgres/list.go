package postgres

import (
	"context"
	"database/sql"
	"fmt"
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
	return runs, s.fail(ctx, "list runs", err)
}

// listing asks for what is given alone, so that an index can answer it: a
// condition that might be empty would have every row looked at. For the same reason an
// instant bounds the order of records too, which is that of their starts but for a clock
// that has jumped.
func listing(f ports.RunFilter) (statement string, args []any) {
	var where []string
	add := func(condition string, value any) {
		args = append(args, value)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if f.Prefix != "" {
		prefix := kept(f.Prefix)
		add("id >= $%d", prefix)
		add("id < $%d", prefix+"\U0010FFFF") // the last character there is
	}
	if f.Task != "" {
		add("task = $%d", kept(f.Task))
	}
	if f.Status != "" {
		add("status = $%d", kept(string(f.Status)))
	}
	if f.Actor != "" {
		add("actor = $%d", kept(f.Actor))
	}
	if !f.Since.IsZero() {
		add("started >= $%[1]d AND seq >= (SELECT min(seq) FROM beignet_run WHERE started >= $%[1]d)", dialect.Sortable(f.Since))
	}
	if !f.Before.IsZero() {
		add("started < $%[1]d AND seq <= (SELECT max(seq) FROM beignet_run WHERE started < $%[1]d)", dialect.Sortable(f.Before))
	}
	statement = "SELECT body, ordered FROM beignet_run"
	if len(where) > 0 {
		statement += " WHERE " + strings.Join(where, " AND ")
	}
	statement += " ORDER BY seq DESC"
	if f.Limit > 0 {
		args = append(args, f.Limit)
		statement += fmt.Sprintf(" LIMIT $%d", len(args))
	}
	return statement, args
}
