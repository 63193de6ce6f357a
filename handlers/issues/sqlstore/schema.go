package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the steps of the schema, for goose: one .sql file each.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name is no path
	}
	return files
}

// Ready reports whether the database has the schema that this package was built
// for: nil, or a *ports.VersionError, whose Have is 0 for an empty database.
func Ready(ctx context.Context, q ports.Querier) error {
	have, _, err := version(ctx, q)
	if err != nil {
		return err
	}
	want, err := newest()
	if err != nil {
		return err
	}
	if have != want {
		return &ports.VersionError{What: "issues data", Have: have, Want: want}
	}
	return nil
}

// Migrate brings an empty database up to the newest schema; any other must have
// it already, as with [Ready]. Several processes may do this at once.
func Migrate(ctx context.Context, db *sql.DB) error {
	const attempts = 3 // the one that loses a race finds the other's tables
	var failed error
	for range attempts {
		_, empty, err := version(ctx, db)
		if err != nil {
			return err
		}
		if !empty {
			return Ready(ctx, db)
		}
		if failed = up(ctx, db); failed == nil {
			return nil
		}
	}
	return fmt.Errorf("bring up issues data: %w", dialect.SQLite.Classify(failed))
}

func up(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// version is that of the database's schema, and whether it has none yet and no
// table of another's: a version table without a version is one that is being
// brought up.
func version(ctx context.Context, q ports.Querier) (have int64, empty bool, err error) {
	var versions, tables int
	err = q.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE name = 'goose_db_version'),
		count(*) FILTER (WHERE name <> 'goose_db_version' AND name NOT GLOB 'beignet_*' AND name NOT GLOB 'sqlite_*')
		FROM sqlite_schema WHERE type = 'table'`).Scan(&versions, &tables)
	if err == nil && versions > 0 {
		err = q.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied").Scan(&have)
	}
	if err != nil {
		return 0, false, fmt.Errorf("read the version of issues data: %w", dialect.SQLite.Classify(err))
	}
	return have, have == 0 && tables == 0, nil
}

// newest is the version of the last migration.
func newest() (int64, error) {
	files, err := migrations.ReadDir("migrations")
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(files[len(files)-1].Name())
}
