package sqlstore_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/handlers/issues/storetest"
	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports/dialect"
)

func openPostgres(t testing.TB) *sql.DB {
	t.Helper()
	c, err := pgx.ParseConfig(pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	c.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	db := stdlib.OpenDB(*c)
	db.SetMaxOpenConns(4)
	t.Cleanup(func() { db.Close() })
	provider, err := goose.NewProvider(goose.DialectPostgres, db, sqlstore.Migrations(dialect.Postgres), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestPostgresStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Database {
		db := openPostgres(t)
		return storetest.Database{
			NoNUL: true,
			Store: sqlstore.New(db, dialect.Postgres),
			Begin: func(ctx context.Context) (issues.Store, func() error, func() error, error) {
				tx, err := db.BeginTx(ctx, nil)
				if err != nil {
					return nil, nil, nil, err
				}
				return sqlstore.New(tx, dialect.Postgres), tx.Commit, tx.Rollback, nil
			},
		}
	})
}
