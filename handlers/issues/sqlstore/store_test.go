package sqlstore_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/handlers/issues/storetest"
	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/postgres"
	"github.com/beignet-go/beignet/ports/sqlite"
)

func TestStore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, open func(testing.TB) database) {
		storetest.Run(t, func(t *testing.T) storetest.Database {
			db := open(t)
			return storetest.Database{
				NoNUL: db.Dialect == dialect.Postgres,
				Store: db.store(),
				Begin: func(ctx context.Context) (issues.Store, func() error, func() error, error) {
					s, tx, err := db.begin(ctx, ports.TxOptions{})
					if err != nil {
						return nil, nil, nil, err
					}
					return s, tx.Commit, tx.Rollback, nil
				},
			}
		})
	})
}

// database is an empty one that has been brought up.
type database struct {
	*sql.DB
	dialect.Dialect
	begin func(context.Context, ports.TxOptions) (issues.Store, ports.Tx, error)
}

func (db database) store() *sqlstore.Store { return sqlstore.New(db.DB, db.Dialect) }

// onBoth runs a test on each engine.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB) database)) {
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, func(t testing.TB) database {
			db := open(t)
			return database{db.SQL(), dialect.SQLite, sqlite.Begin(db, bound(dialect.SQLite))}
		})
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		test(t, func(t testing.TB) database {
			db := openPostgres(t)
			return database{db.SQL(), dialect.Postgres, postgres.Begin(db, bound(dialect.Postgres))}
		})
	})
}

func bound(d dialect.Dialect) func(ports.Querier) issues.Store {
	return func(q ports.Querier) issues.Store { return sqlstore.New(q, d) }
}

// open returns an empty database of SQLite that has been brought up.
func open(t testing.TB) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "data.db"), sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	bringUp(t, db.SQL(), goose.DialectSQLite3, dialect.SQLite)
	return db
}

// openPostgres returns an empty database of Postgres that has been brought up.
func openPostgres(t testing.TB) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.Database(t), postgres.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	bringUp(t, db.SQL(), goose.DialectPostgres, dialect.Postgres)
	return db
}

func bringUp(t testing.TB, db *sql.DB, of goose.Dialect, d dialect.Dialect) {
	t.Helper()
	provider, err := goose.NewProvider(of, db, sqlstore.Migrations(d), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
}
