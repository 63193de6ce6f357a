package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// busy is a database whose queries find it locked.
type busy struct{ ports.Querier }

type locked struct{}

func (locked) Error() string { return "database is locked" }
func (locked) Code() int     { return 5 }

func (busy) QueryContext(context.Context, string, ...any) (*sql.Rows, error) { return nil, locked{} }

// An error of the database is one of package ports, so that the runner does not
// take it for an item's fault.
func TestErrors(t *testing.T) {
	t.Parallel()
	db := open(t)
	given := []issues.Issue{{ID: 1, Source: "s", Key: "1", Title: "one"}}
	reads := sqlstore.New(busy{db.SQL()}, dialect.SQLite)
	_, unindexed := reads.Unindexed(t.Context(), 0, 1)
	_, search := reads.Search(t.Context(), issues.Query{Text: "x", Limit: 1})
	_, stored := reads.Upsert(t.Context(), given)
	each := reads.Each(t.Context(), issues.Filter{}, nil)
	_, labeled := reads.Labeled(t.Context(), "", 0, 1)
	eachLabels := reads.EachLabels(t.Context(), "", nil)

	conn, err := db.SQL().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	writes := sqlstore.New(conn, dialect.SQLite)
	_, upsert := writes.Upsert(t.Context(), given)
	_, index := writes.Index(t.Context(), given)
	set := writes.SetLabels(t.Context(), []issues.Labeled{{ID: 1}})
	for _, test := range []struct {
		name      string
		err, want error
	}{
		{"Unindexed", unindexed, ports.ErrBusy},
		{"Search", search, ports.ErrBusy},
		{"Upsert reads", stored, ports.ErrBusy},
		{"Upsert writes", upsert, ports.ErrIO},
		{"Index", index, ports.ErrIO},
		{"Each", each, ports.ErrBusy},
		{"Labeled", labeled, ports.ErrBusy},
		{"EachLabels", eachLabels, ports.ErrBusy},
		{"SetLabels", set, ports.ErrIO},
	} {
		if !errors.Is(test.err, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, test.err, test.want)
		}
	}
}
