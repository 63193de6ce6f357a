package release_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/handlers/release/sqlstore"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// drifted is a search index that remembers what was done to it.
type drifted struct {
	missing, stray, size int64
	mended, rebuilt      bool
	tables               []string
	rebuild              func() error // what it does besides; may be nil
}

func (d *drifted) Drift(context.Context) (missing, stray int64, err error) {
	return d.missing, d.stray, nil
}

func (d *drifted) Mend(context.Context) error {
	d.missing, d.stray, d.mended = 0, 0, true
	return nil
}

func (d *drifted) Size(context.Context) (int64, error) { return d.size, nil }

func (d *drifted) Rebuild(context.Context) error {
	d.rebuilt = true
	if d.rebuild != nil {
		return d.rebuild()
	}
	return nil
}

func (d *drifted) Tables() []string { return d.tables }

// kit runs the feature over a real database with migrations 1 and 2, of which
// some are applied.
func kit(t *testing.T, index release.Index, upTo int64) (*runnertest.Kit, *sqlite.DB) {
	t.Helper()
	open, db := database(t, index, upTo)
	return runnertest.New(t, tasks, release.Register, open), db
}

const tasks = "../../features/release/tasks.yaml"

func database(t *testing.T, index release.Index, upTo int64) (runner.Open[release.Deps], *sqlite.DB) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "data.db"), sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	files := fstest.MapFS{
		"00001_first.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE first (id INTEGER);\n")},
		"00002_second.sql": {Data: []byte("-- +goose Up\nCREATE TABLE second (id INTEGER);\n")},
	}
	migrator := sqlstore.NewMigrator(db.SQL(), dialect.SQLite, files, "test data")
	if upTo > 0 {
		if _, err := migrator.Migrate(t.Context(), upTo); err != nil {
			t.Fatal(err)
		}
	}
	return func(_ context.Context, s runner.Session) (runner.Opened[release.Deps], error) {
		return runner.Opened[release.Deps]{App: release.Deps{
			Migrator: migrator, Maintainer: sqlstore.NewMaintainer(db.SQL(), dialect.SQLite), Index: index, Log: s.Log,
		}}, nil
	}, db
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	k, _ := kit(t, nil, 1)
	pending := release.Plan{From: 1, To: 2, Migrations: []release.Migration{{Version: 2, Name: "second"}}}
	for _, test := range []struct {
		input string
		want  release.Plan
	}{
		{`{}`, pending},
		{`{"to":1}`, release.Plan{From: 1, To: 1, Migrations: []release.Migration{}}},
		{`{"dryRun":true}`, pending},
		{`{"dryRun":false}`, pending},
		{`{"dryRun":false}`, release.Plan{From: 2, To: 2, Migrations: []release.Migration{}}},
	} {
		if got := runnertest.Run[release.Plan](k, "release.migrate", test.input); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v, want %+v", test.input, got, test.want)
		}
	}
}

func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	k, db := kit(t, nil, 2)
	for input, want := range map[string]string{
		`{"to":1}`:                "input-invalid: /to the database is at version 2 already: migrations are not undone",
		`{"to":1,"dryRun":false}`: "input-invalid: /to the database is at version 2 already: migrations are not undone",
		`{"to":3}`:                "input-invalid: /to no migration has version 3; the newest is 2",
	} {
		failure := k.Fails("release.migrate", input)
		got := string(failure.Code) + ": " + failure.Violations[0].Pointer + " " + failure.Violations[0].Message
		if got != want {
			t.Errorf("%s: got %s, want %s", input, got, want)
		}
	}
	if _, err := db.SQL().ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, 1)"); err != nil {
		t.Fatal(err)
	}
	for _, input := range []string{`{}`, `{"dryRun":false}`} { // bad-input 77
		failure := k.Fails("release.migrate", input)
		if failure.Code != runner.CodeConfig || failure.Message != "test data has schema version 3, this binary needs 2" {
			t.Errorf("%s: got %s: %s", input, failure.Code, failure.Message)
		}
	}
}

func TestMaintain(t *testing.T) {
	t.Parallel()
	index := &drifted{missing: 3, stray: 2}
	k, db := kit(t, index, 2)
	if _, err := db.SQL().ExecContext(t.Context(), "CREATE TABLE large AS SELECT zeroblob(100000); DROP TABLE large"); err != nil {
		t.Fatal(err)
	}
	preview := runnertest.Run[release.MaintainOutput](k, "release.maintain", `{"vacuum":true}`)
	if index.mended || preview.After != nil || preview.Before.Free == 0 || preview.Reindexed != 3 || preview.Removed != 2 {
		t.Errorf("preview %+v, mended: %t", preview, index.mended)
	}
	if again := runnertest.Run[release.MaintainOutput](k, "release.maintain", `{}`); !reflect.DeepEqual(again, preview) {
		t.Errorf("the preview has changed it: %+v, was %+v", again, preview)
	}
	done := runnertest.Run[release.MaintainOutput](k, "release.maintain", `{"dryRun":false}`)
	if !index.mended || done.After == nil || done.After.Free == 0 || done.Reindexed != 3 || done.Removed != 2 {
		t.Errorf("without vacuum: %+v, mended: %t", done, index.mended)
	}
	if !strings.Contains(k.Log(), `msg="the search index has drifted"`) {
		t.Errorf("the log says nothing of the drift: %s", k.Log())
	}
	index.mended = false
	done = runnertest.Run[release.MaintainOutput](k, "release.maintain", `{"vacuum":true,"dryRun":false}`)
	if index.mended || done.After == nil || done.After.Free != 0 || done.After.Bytes >= done.Before.Bytes || done.Reindexed != 0 || done.Removed != 0 {
		t.Errorf("with vacuum: %+v, mended: %t", done, index.mended)
	}
}

// Nothing is written to a damaged database.
func TestMaintainFindsDamage(t *testing.T) {
	t.Parallel()
	index := &drifted{missing: 1, tables: []string{"smal", "all"}}
	k, db := kit(t, index, 2)
	damage(t, db, "small")
	before := pages(t, db)
	failure := k.Fails("release.maintain", `{"vacuum":true,"dryRun":false}`)
	if failure.Code != runner.CodeIO || failure.Message != "integrity check: the database is corrupt: CHECK constraint failed in small" ||
		failure.Hint != "the file is left as it is: restore it from a backup, or move it away" {
		t.Errorf("got %s: %s (%s)", failure.Code, failure.Message, failure.Hint)
	}
	if after := pages(t, db); index.mended || after != before {
		t.Errorf("it was written to: mended %t, data version %s, was %s", index.mended, after, before)
	}
}

// damage adds a table that the integrity check finds fault with.
func damage(t *testing.T, db *sqlite.DB, table string) {
	t.Helper()
	_, err := db.SQL().ExecContext(t.Context(), "CREATE TABLE "+table+" (n INTEGER CHECK (n < 10)); "+
		"PRAGMA ignore_check_constraints = 1; INSERT INTO "+table+" VALUES (10); PRAGMA ignore_check_constraints = 0")
	if err != nil {
		t.Fatal(err)
	}
}

// A search index that is damaged or stale is made anew where that is asked for:
// it alone, and checked again.
func TestMaintainReindexes(t *testing.T) {
	t.Parallel()
	index := &drifted{missing: 3, stray: 2, size: 7, tables: []string{"words", "words_data"}}
	k, db := kit(t, index, 2)
	damage(t, db, "words_data")
	const message = "integrity check: the database is corrupt: CHECK constraint failed in words_data"
	for _, input := range []string{`{}`, `{"dryRun":false,"vacuum":true}`} {
		failure := k.Fails("release.maintain", input)
		if failure.Code != runner.CodeIO || failure.Message != message ||
			failure.Hint != "only the search index is damaged, which can be made anew: set reindex to true" {
			t.Errorf("%s: got %s: %s (%s)", input, failure.Code, failure.Message, failure.Hint)
		}
	}
	preview := runnertest.Run[release.MaintainOutput](k, "release.maintain", `{"reindex":true}`)
	if preview.Reindexed != 7 || preview.Removed != 0 || preview.After != nil || index.rebuilt {
		t.Errorf("preview %+v, rebuilt: %t", preview, index.rebuilt)
	}
	failure := k.Fails("release.maintain", `{"reindex":true,"dryRun":false}`) // for it has mended nothing
	if !index.rebuilt || failure.Code != runner.CodeIO || failure.Message != message || failure.Hint != "the file is left as it is: restore it from a backup, or move it away" {
		t.Errorf("rebuilt: %t, got %s: %s (%s)", index.rebuilt, failure.Code, failure.Message, failure.Hint)
	}
	index.rebuild = func() error {
		_, err := db.SQL().ExecContext(t.Context(), "DELETE FROM words_data")
		return err
	}
	done := runnertest.Run[release.MaintainOutput](k, "release.maintain", `{"reindex":true,"dryRun":false}`)
	if done.Reindexed != 7 || done.After == nil || index.mended {
		t.Errorf("done %+v, mended: %t", done, index.mended)
	}
	damage(t, db, "words_data2")
	damage(t, db, "words")
	index.rebuilt = false
	if failure = k.Fails("release.maintain", `{"reindex":true,"dryRun":false}`); failure.Code != runner.CodeIO || strings.Contains(failure.Hint, "reindex") || index.rebuilt {
		t.Errorf("with another damage: got %s: %s (%s), rebuilt: %t", failure.Code, failure.Message, failure.Hint, index.rebuilt)
	}
}

func pages(t *testing.T, db *sqlite.DB) (pages string) {
	t.Helper()
	var count, version int
	err := db.SQL().QueryRowContext(t.Context(), "SELECT page_count, schema_version FROM pragma_page_count, pragma_schema_version").Scan(&count, &version)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(count, " ", version)
}
