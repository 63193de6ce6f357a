package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/postgres"
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

// Of Postgres too: each call waits for a lock that another transaction has, as long as
// it may.
func TestPostgresErrors(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	given := []issues.Issue{{ID: 1, Source: "s", Key: "1", Title: "one"}}
	if _, err := sqlstore.New(db.SQL(), dialect.Postgres).Upsert(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	holder, err := db.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Rollback()
	if _, err := holder.ExecContext(t.Context(), "LOCK TABLE issues, issues_search IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(issues.Store) error{
		"Unindexed":      func(s issues.Store) error { _, err := s.Unindexed(t.Context(), 0, 1); return err },
		"CountUnindexed": func(s issues.Store) error { _, err := s.CountUnindexed(t.Context()); return err },
		"Search": func(s issues.Store) error {
			_, err := s.Search(t.Context(), issues.Query{Text: "x", Limit: 1})
			return err
		},
		"Upsert":     func(s issues.Store) error { _, err := s.Upsert(t.Context(), given); return err },
		"Index":      func(s issues.Store) error { _, err := s.Index(t.Context(), given); return err },
		"Each":       func(s issues.Store) error { return s.Each(t.Context(), issues.Filter{}, nil) },
		"Labeled":    func(s issues.Store) error { _, err := s.Labeled(t.Context(), "", 0, 1); return err },
		"EachLabels": func(s issues.Store) error { return s.EachLabels(t.Context(), "", nil) },
		"SetLabels":  func(s issues.Store) error { return s.SetLabels(t.Context(), []issues.Labeled{{ID: 1}}) },
	} {
		s, tx, err := postgres.Begin(db, bound(dialect.Postgres))(t.Context(), ports.TxOptions{LockTimeout: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if err := do(s); !errors.Is(err, ports.ErrBusy) {
			t.Errorf("%s: got %v, want ErrBusy", name, err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}
