package sqlstore_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/handlers/release/sqlstore"
	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/postgres"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// openFile opens a database file, which is made where there is none.
func openFile(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db.SQL()
}

func open(t testing.TB) *sql.DB { return openFile(t, filepath.Join(t.TempDir(), "data.db")) }

func exec(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// texts returns the one column of a query.
func texts(t testing.TB, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	return all
}

// contents is all that a migration may change: the tables, and the versions.
func (e engine) contents(t testing.TB, db *sql.DB) []string {
	t.Helper()
	all := texts(t, db, map[dialect.Dialect]string{
		dialect.SQLite: "SELECT coalesce(sql, name) FROM sqlite_schema",
		dialect.Postgres: `SELECT format('%s %s %s', n.nspname, c.relname, string_agg(a.attname, ' ' ORDER BY a.attnum))
			FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
			WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' GROUP BY n.nspname, c.relname ORDER BY 1`,
	}[e.Dialect])
	if slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, "goose_db_version") }) {
		all = append(all, texts(t, db, "SELECT version_id FROM goose_db_version ORDER BY id")...)
	}
	return all
}

// steps are migrations that make a table each: t1, t2, ...
func steps(versions ...int64) fstest.MapFS {
	files := fstest.MapFS{}
	for _, v := range versions {
		files[fmt.Sprintf("%05d_step%d.sql", v, v)] = step("CREATE TABLE t%d (id INTEGER)", v)
	}
	return files
}

func step(format string, args ...any) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- +goose Up\n" + fmt.Sprintf(format, args...) + ";\n")}
}

func migrator(db *sql.DB, files fstest.MapFS) *sqlstore.Migrator {
	return sqlstore.NewMigrator(db, dialect.SQLite, files, "test data")
}

// engine is a kind of database to migrate.
type engine struct {
	dialect.Dialect
	open func(testing.TB) *sql.DB
}

// onBoth runs a test on each engine.
func onBoth(t *testing.T, test func(*testing.T, engine)) {
	for _, e := range []engine{{dialect.SQLite, open}, {dialect.Postgres, openPostgres}} {
		t.Run(string(e.Dialect), func(t *testing.T) {
			t.Parallel()
			test(t, e)
		})
	}
}

func openPostgres(t testing.TB) *sql.DB { return connect(t, pgtest.Database(t)) }

func connect(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, postgres.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db.SQL()
}

func (e engine) migrator(db *sql.DB, files fstest.MapFS) *sqlstore.Migrator {
	return sqlstore.NewMigrator(db, e.Dialect, files, "test data")
}

// migrated returns a database with these migrations.
func (e engine) migrated(t testing.TB, files fstest.MapFS) *sql.DB {
	t.Helper()
	db := e.open(t)
	if _, err := e.migrator(db, files).Migrate(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	return db
}

// tables are those of steps.
func (e engine) tables(t testing.TB, db *sql.DB) []string {
	return texts(t, db, map[dialect.Dialect]string{
		dialect.SQLite:   "SELECT name FROM sqlite_schema WHERE name GLOB 't[0-9]' ORDER BY name",
		dialect.Postgres: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename ~ '^t[0-9]$' ORDER BY tablename",
	}[e.Dialect])
}

// From nothing, from an older version, to a version between and from the newest:
// what is planned is what is then done, and a plan writes nothing.
func TestMigrate(t *testing.T) {
	t.Parallel()
	onBoth(t, migrates)
}

func migrates(t *testing.T, e engine) {
	for _, test := range []struct{ from, to, reached int64 }{ // to 0: the newest
		{0, 0, 3}, {0, 2, 2}, {1, 0, 3}, {1, 2, 2}, {2, 2, 2}, {3, 0, 3},
	} {
		db := e.open(t)
		m := e.migrator(db, steps(1, 2, 3))
		if test.from > 0 {
			if _, err := m.Migrate(t.Context(), test.from); err != nil {
				t.Fatal(err)
			}
		}
		want := plan(test.from, test.reached)
		before := e.contents(t, db)
		if got, err := m.Plan(t.Context(), test.to); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v: planned %+v, %v; want %+v", test, got, err, want)
		}
		if got := e.contents(t, db); !slices.Equal(got, before) {
			t.Errorf("%+v: the plan made %q of %q", test, got, before)
		}
		if got, err := m.Migrate(t.Context(), test.to); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v: did %+v, %v; want %+v", test, got, err, want)
		}
		var tables []string
		for v := range test.reached {
			tables = append(tables, fmt.Sprintf("t%d", v+1))
		}
		if got := e.tables(t, db); !slices.Equal(got, tables) {
			t.Errorf("%+v: there are tables %q, want %q", test, got, tables)
		}
		if err := m.Ready(t.Context()); (err == nil) != (test.reached == 3) {
			t.Errorf("%+v: Ready: %v", test, err)
		}
	}
}

// plan is the way from one version of steps 1 to 3 to another.
func plan(from, to int64) release.Plan {
	p := release.Plan{From: from, To: to, Migrations: []release.Migration{}}
	for v := from + 1; v <= to; v++ {
		p.Migrations = append(p.Migrations, release.Migration{Version: v, Name: fmt.Sprintf("step%d", v)})
	}
	return p
}

// A database that cannot be migrated is left as it is: one that is newer (bad-input
// 77), one that is another program's, one that has left a migration out.
func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	onBoth(t, migrateRefuses)
}

func migrateRefuses(t *testing.T, e engine) {
	for _, test := range []struct {
		name string
		db   *sql.DB
		to   int64
		want error
		text string
	}{
		{"newer", e.migrated(t, steps(1, 2, 3, 4)), 0, &ports.VersionError{What: "test data", Have: 4, Want: 3},
			"test data has schema version 4, this binary needs 3"},
		{"another's", another(t, e), 0, &ports.VersionError{What: "test data", Have: 0, Want: 3},
			"test data has schema version 0, this binary needs 3"},
		{"left out", e.migrated(t, steps(1, 3)), 0, nil, "test data: migration 2 (step2) was left out on the way to version 3"},
		{"earlier", e.migrated(t, steps(1, 2)), 1, &release.TargetError{To: 1, Have: 2, Newest: 3},
			"the database is at version 2 already: migrations are not undone"},
		{"unknown", e.open(t), 4, &release.TargetError{To: 4, Have: 0, Newest: 3}, "no migration has version 4; the newest is 3"},
	} {
		m, before := e.migrator(test.db, steps(1, 2, 3)), e.contents(t, test.db)
		for what, do := range map[string]func() (release.Plan, error){
			"Plan":    func() (release.Plan, error) { return m.Plan(t.Context(), test.to) },
			"Migrate": func() (release.Plan, error) { return m.Migrate(t.Context(), test.to) },
		} {
			got, err := do()
			if err == nil || err.Error() != test.text || test.want != nil && !reflect.DeepEqual(err, test.want) {
				t.Errorf("%s, %s: %+v, %#v; want %#v: %s", test.name, what, got, err, test.want, test.text)
			}
		}
		if after := e.contents(t, test.db); !slices.Equal(after, before) {
			t.Errorf("%s: the database has become %q, was %q", test.name, after, before)
		}
	}
}

func another(t *testing.T, e engine) *sql.DB {
	db := e.open(t)
	exec(t, db, "CREATE TABLE customers (id INTEGER)")
	return db
}

// Where a migration fails, it has done nothing, those before it stay, and the next
// try goes on from there.
func TestMigrationFails(t *testing.T) {
	t.Parallel()
	onBoth(t, migrationFails)
}

func migrationFails(t *testing.T, e engine) {
	db, files := e.open(t), steps(1, 2, 3)
	files["00003_step3.sql"] = step("CREATE TABLE t3 (id INTEGER);\nINSERT INTO nowhere VALUES (1)")
	_, err := e.migrator(db, files).Migrate(t.Context(), 0)
	const want = "migration 3 (step3) of test data failed, which stays at version 2: "
	if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("got %v, want %s...", err, want)
	}
	if got := e.tables(t, db); !slices.Equal(got, []string{"t1", "t2"}) {
		t.Errorf("there are tables %q", got)
	}
	got, err := e.migrator(db, steps(1, 2, 3)).Migrate(t.Context(), 0)
	if err != nil || !reflect.DeepEqual(got, plan(2, 3)) {
		t.Errorf("the next try: %+v, %v", got, err)
	}
}

// What a process that died while it brought the database up has left is brought up.
func TestMigrateHalfway(t *testing.T) {
	t.Parallel()
	onBoth(t, migrateHalfway)
}

func migrateHalfway(t *testing.T, e engine) {
	db := e.migrated(t, steps(1))
	exec(t, db, "DROP TABLE t1", "DELETE FROM goose_db_version WHERE version_id > 0")
	got, err := e.migrator(db, steps(1)).Migrate(t.Context(), 0)
	if err != nil || !reflect.DeepEqual(got, plan(0, 1)) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	onBoth(t, readyReports)
}

func readyReports(t *testing.T, e engine) {
	for _, test := range []struct {
		name string
		db   *sql.DB
		have int64
	}{
		{"empty", e.open(t), 0}, {"older", e.migrated(t, steps(1, 2)), 2}, {"newest", e.migrated(t, steps(1, 2, 3)), 3}, {"newer", e.migrated(t, steps(1, 4)), 4},
	} {
		err := e.migrator(test.db, steps(1, 2, 3)).Ready(t.Context())
		var version *ports.VersionError
		if want := (ports.VersionError{What: "test data", Have: test.have, Want: 3}); test.have == 3 {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		} else if !errors.As(err, &version) || *version != want {
			t.Errorf("%s: %v, want %v", test.name, err, &want)
		}
	}
}
