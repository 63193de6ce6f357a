package sqlstore_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/handlers/issues/storetest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Database {
		db := open(t)
		begin := sqlite.Begin(db, func(q ports.Querier) issues.Store { return sqlstore.New(q) })
		return storetest.Database{
			Store: sqlstore.New(db.SQL()),
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
	if err := sqlstore.Migrate(t.Context(), db.SQL()); err != nil {
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

// A database with tables of another program is not empty: nothing is brought up
// in it.
func TestMigrateRefusesAnothersDatabase(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "data.db"))
	if _, err := db.SQL().ExecContext(t.Context(), "CREATE TABLE customers (id INTEGER)"); err != nil {
		t.Fatal(err)
	}
	var version *ports.VersionError
	if err := sqlstore.Migrate(t.Context(), db.SQL()); !errors.As(err, &version) || version.Have != 0 || version.Want != 1 {
		t.Errorf("Migrate: %v, want a VersionError of 0 and 1", err)
	}
	var tables int
	if err := db.SQL().QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_schema WHERE name = 'issues'").Scan(&tables); err != nil || tables != 0 {
		t.Errorf("%d tables of issues, %v", tables, err)
	}
}
