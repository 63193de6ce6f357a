package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// told tells of the queries that it is asked.
type told struct {
	ports.Querier
	of func(query string, args []any)
}

func (t told) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.of(query, args)
	return t.Querier.QueryContext(ctx, query, args...)
}

// Each looks up once what matches, however much it reads, and sorts nothing: a
// sort would hold all of it.
func TestEachIsOneStatement(t *testing.T) {
	t.Parallel()
	db := open(t).SQL()
	var given []issues.Issue
	for n := range 4 {
		given = append(given, issues.Issue{
			ID: int64(n + 1), Source: "s", Key: fmt.Sprint(n), Title: "!", State: "open", Labels: []string{"ui"}, Body: strings.Repeat("crash ", issues.PageBytes/8),
		})
	}
	s := sqlstore.New(db, dialect.SQLite)
	if _, err := s.Upsert(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Index(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	for _, f := range []issues.Filter{
		{}, {Source: "s"}, {State: "open"}, {Label: "ui"}, {Query: "crash"}, {Query: "!"}, {Source: "s", State: "open", Label: "ui", Query: "crash"},
	} {
		var plans []string
		s := sqlstore.New(told{db, func(query string, args []any) { plans = append(plans, plan(t, db, query, args)) }}, dialect.SQLite)
		read := 0
		err := s.Each(t.Context(), f, func(*issues.Issue) error {
			read++
			return nil
		})
		if err != nil || read != len(given) || len(plans) != 1 || strings.Contains(plans[0], "TEMP B-TREE") {
			t.Errorf("%+v: read %d, %v, by\n%s", f, read, err, strings.Join(plans, "and\n"))
		}
	}
}

// plan is how SQLite answers a query.
func plan(t *testing.T, db *sql.DB, query string, args []any) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
