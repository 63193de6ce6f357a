// Package sqlstore migrates and maintains a database of SQLite or Postgres.
//
// Start with [NewMigrator] and [NewMaintainer]. They know no table of a
// feature's: the migrations are given.
package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// Migrator is a release.Migrator over goose's migrations. It is made at every
// start, and so does nothing before it is asked.
type Migrator struct {
	db    *sql.DB
	d     dialect.Dialect
	files fs.FS
	what  string
}

var _ release.Migrator = (*Migrator)(nil)

// NewMigrator returns a migrator of a database of the engine d whose migrations are
// the .sql files at the root of files; there is at least one. what names the schema
// in errors. The pool must be able to have two connections.
//
// In Postgres it is about the schema that comes first in the search_path, where
// tables are made that name none.
func NewMigrator(db *sql.DB, d dialect.Dialect, files fs.FS, what string) *Migrator {
	return &Migrator{db: db, d: d, files: files, what: what}
}

// Ready reports whether the database has the newest schema: nil, or a
// *ports.VersionError, whose Have is 0 for an empty database too.
func (m *Migrator) Ready(ctx context.Context) error {
	known, err := m.known()
	if err != nil {
		return err
	}
	a, err := m.applied(ctx)
	if want := newest(known); err == nil && a.newest() != want {
		err = m.refuse(a, want)
	}
	return err
}

// Plan compares the migrations with those that the database says it has.
func (m *Migrator) Plan(ctx context.Context, to int64) (release.Plan, error) {
	known, err := m.known()
	if err != nil {
		return release.Plan{}, err
	}
	a, err := m.applied(ctx)
	if err != nil {
		return release.Plan{}, err
	}
	have, last := a.newest(), newest(known)
	to = cmp.Or(to, last)
	if have > last || have == 0 && a.tables > 0 {
		return release.Plan{}, m.refuse(a, last)
	}
	at := slices.IndexFunc(known, func(k release.Migration) bool { return k.Version == to })
	if at < 0 || to < have {
		return release.Plan{}, &release.TargetError{To: to, Have: have, Newest: last}
	}
	plan := release.Plan{From: have, To: to, Migrations: []release.Migration{}}
	for _, k := range known[:at+1] {
		switch {
		case slices.Contains(a.versions, k.Version):
		case k.Version < have:
			return release.Plan{}, fmt.Errorf("%s: migration %d (%s) was left out on the way to version %d", m.what, k.Version, k.Name, have)
		default:
			plan.Migrations = append(plan.Migrations, k)
		}
	}
	return plan, nil
}

// Migrate plans under the lock, so that the plan is what is applied.
func (m *Migrator) Migrate(ctx context.Context, to int64) (release.Plan, error) {
	unlock, err := m.lock(ctx)
	if err != nil {
		return release.Plan{}, fmt.Errorf("lock the migrations of %s: %w", m.what, m.d.Classify(err))
	}
	defer unlock()
	plan, err := m.Plan(ctx, to)
	if err != nil || len(plan.Migrations) == 0 {
		return plan, err
	}
	provider, err := goose.NewProvider(m.gooseDialect(), m.db, m.files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return release.Plan{}, fmt.Errorf("migrations of %s: %w", m.what, err)
	}
	if _, err := provider.UpTo(ctx, plan.To); err != nil {
		return release.Plan{}, m.failed(err, plan)
	}
	return plan, nil
}

// lock waits until no other process migrates the database, and keeps others from
// it until unlock.
func (m *Migrator) lock(ctx context.Context) (unlock func(), err error) {
	if m.d == dialect.Postgres {
		return lockPostgres(ctx, m.db)
	}
	return lockSQLite(ctx, m.db)
}

func (m *Migrator) gooseDialect() goose.Dialect {
	if m.d == dialect.Postgres {
		return goose.DialectPostgres
	}
	return goose.DialectSQLite3
}

// failed says which migration failed, and how far the schema came.
func (m *Migrator) failed(err error, plan release.Plan) error {
	var partial *goose.PartialError
	if !errors.As(err, &partial) {
		return fmt.Errorf("migrate %s: %w", m.what, m.d.Classify(err))
	}
	at, stays := len(partial.Applied), plan.From
	if at > 0 {
		stays = plan.Migrations[at-1].Version
	}
	bad := plan.Migrations[at]
	return fmt.Errorf("migration %d (%s) of %s failed, which stays at version %d: %w",
		bad.Version, bad.Name, m.what, stays, m.d.Classify(partial.Err))
}

func (m *Migrator) refuse(a applied, want int64) error {
	return &ports.VersionError{What: m.what, Have: a.newest(), Want: want}
}

// known lists the migrations, in order.
func (m *Migrator) known() ([]release.Migration, error) {
	names, err := fs.Glob(m.files, "*.sql")
	if err != nil {
		return nil, err
	}
	known := make([]release.Migration, len(names))
	for i, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, fmt.Errorf("migrations of %s: %w", m.what, err)
		}
		_, name, _ = strings.Cut(strings.TrimSuffix(name, ".sql"), "_")
		known[i] = release.Migration{Version: version, Name: name}
	}
	slices.SortFunc(known, func(a, b release.Migration) int { return cmp.Compare(a.Version, b.Version) })
	return known, nil
}

func newest(known []release.Migration) int64 { return known[len(known)-1].Version }

// applied is what a database says of its schema.
type applied struct {
	versions []int64 // in order
	tables   int     // that are neither SQLite's, goose's nor beignet's own
}

// newest is 0 where there is no version.
func (a applied) newest() int64 {
	if len(a.versions) == 0 {
		return 0
	}
	return a.versions[len(a.versions)-1]
}

// applied reads what goose has recorded. A version table without a version is
// one that is being brought up.
func (m *Migrator) applied(ctx context.Context) (applied, error) {
	a, err := readApplied(ctx, m.db, m.d)
	if err != nil {
		return applied{}, fmt.Errorf("read the version of %s: %w", m.what, m.d.Classify(err))
	}
	return a, nil
}

func readApplied(ctx context.Context, q ports.Querier, d dialect.Dialect) (a applied, err error) {
	var there bool
	err = q.QueryRowContext(ctx, tablesQuery(d)).Scan(&there, &a.tables)
	if err != nil || !there {
		return a, err
	}
	rows, err := q.QueryContext(ctx, "SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY version_id")
	if err != nil {
		return a, err
	}
	defer rows.Close()
	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil {
			return a, err
		}
		a.versions = append(a.versions, version)
	}
	return a, rows.Err()
}

// tablesQuery asks whether goose's table is there, and how many tables are an
// app's.
func tablesQuery(d dialect.Dialect) string {
	if d == dialect.Postgres {
		return `SELECT to_regclass('goose_db_version') IS NOT NULL,
			count(*) FILTER (WHERE tablename <> 'goose_db_version' AND NOT starts_with(tablename, 'beignet_'))
			FROM pg_tables WHERE schemaname = current_schema()`
	}
	return `SELECT count(*) FILTER (WHERE name = 'goose_db_version'),
		count(*) FILTER (WHERE name <> 'goose_db_version' AND name NOT GLOB 'beignet_*' AND name NOT GLOB 'sqlite_*')
		FROM sqlite_schema WHERE type = 'table'`
}
