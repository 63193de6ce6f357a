package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/ports"
)

// sqlite is the engine SQLite. Its transactions that write come one after another:
// nothing that one has read is changed before it ends.
type sqlite struct{}

// How much one statement does. An INSERT of 50 rows takes two thirds of the
// time of 50 INSERTs; more rows gain nothing (measured).
const (
	rowsPerInsert = 50
	keysPerSelect = 500
)

func (sqlite) words() words {
	return words{
		entry:    "s.rowid",
		contains: "instr(%s, %s) > 0",
		byID:     " NOT INDEXED",
		empty:    []string{"INSERT INTO issues_search (issues_search) VALUES ('delete-all')"},
		tables:   []string{"issues_search", "issues_search_data", "issues_search_idx", "issues_search_docsize", "issues_search_config"},
	}
}

func (sqlite) refusal(*row) string { return "" }

func (sqlite) holds(string) bool { return true }

func (e sqlite) stored(ctx context.Context, q ports.Querier, source string, keys []string, each func(*row)) error {
	for some := range slices.Chunk(keys, keysPerSelect) {
		args := []any{source}
		for _, key := range some {
			args = append(args, key)
		}
		query := "SELECT " + selected() + " FROM issues i WHERE i.source = ? AND i.key IN (" + marks(len(some)) + ")"
		err := e.each(ctx, q, query, args, func(rows *sql.Rows) error {
			r, err := scan(rows)
			if err == nil {
				each(r)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (sqlite) each(ctx context.Context, q ports.Querier, query string, args []any, fn func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return forEach(rows, fn)
}

func forEach(rows *sql.Rows, fn func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// write inserts rows, or replaces those whose identity is there.
func (e sqlite) write(ctx context.Context, q ports.Querier, rows []*row) error {
	for len(rows) > 0 {
		n := min(len(rows), rowsPerInsert)
		rest := len(rows) % n
		if err := e.writeBy(ctx, q, n, rows[:len(rows)-rest]); err != nil {
			return err
		}
		rows = rows[len(rows)-rest:]
	}
	return nil
}

// writeBy writes rows with one statement, n at a time.
func (sqlite) writeBy(ctx context.Context, q ports.Querier, n int, rows []*row) (err error) {
	insert, err := q.PrepareContext(ctx, upsertStatement(n))
	if err != nil {
		return err
	}
	defer insert.Close()
	args := make([]any, 0, n*(columnCount+1))
	for some := range slices.Chunk(rows, n) {
		args = args[:0]
		for _, r := range some {
			args = append(r.appendTexts(args), r.indexed)
		}
		if _, err := insert.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

func upsertStatement(n int) string {
	names := strings.Join(columns[:], ", ")
	values := slices.Repeat([]string{"(" + marks(columnCount+1) + ")"}, n)
	set := make([]string, 0, columnCount)
	for _, name := range columns {
		set = append(set, name+" = excluded."+name)
	}
	return "INSERT INTO issues (" + names + ", indexed) VALUES " + strings.Join(values, ", ") +
		" ON CONFLICT (source, key) DO UPDATE SET " + strings.Join(set, ", ") + ", indexed = excluded.indexed"
}

// marks are the placeholders of n arguments, separated by commas. They have no
// numbers: with those the driver looks each one up among all, which is half the
// time of an import (measured).
func marks(n int) string { return strings.Repeat("?, ", n-1) + "?" }

func (sqlite) setLabels(ctx context.Context, q ports.Querier, ids []int64, lists []string) error {
	set, err := q.PrepareContext(ctx, "UPDATE issues SET labels = $1 WHERE id = $2")
	if err != nil {
		return err
	}
	defer set.Close()
	for n, id := range ids {
		if _, err := set.ExecContext(ctx, lists[n], id); err != nil {
			return err
		}
	}
	return nil
}
