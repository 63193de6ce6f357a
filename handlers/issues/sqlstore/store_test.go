package sqlstore_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/handlers/issues/storetest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/sqlite"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Database {
		db := open(t)
		begin := sqlite.Begin(db, func(q ports.Querier) issues.Store { return sqlstore.New(q, dialect.SQLite) })
		return storetest.Database{
			Store: sqlstore.New(db.SQL(), dialect.SQLite),
			Begin: func(ctx context.Context) (issues.Store, func() error, func() error, error) {
				s, tx, err := begin(ctx, ports.TxOptions{})
				if err != nil {
					return nil, nil, nil, err
				}
				return s, tx.Commit, tx.Rollback, nil
			},
		}
	})
}

// open returns an empty database that has been brought up.
func open(t testing.TB) *sqlite.DB {
	t.Helper()
	db := openFile(t, filepath.Join(t.TempDir(), "data.db"))
	provider, err := goose.NewProvider(goose.DialectSQLite3, db.SQL(), sqlstore.Migrations(dialect.SQLite), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func openFile(t testing.TB, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
