package main

import (
	"errors"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"testing/fstest"

	releasestore "github.com/beignet-go/beignet/handlers/release/sqlstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner"
)

// A database is brought up where it is empty, by however many at once, and refused
// where it is of an older release, with the command that migrates it, or of a newer. Who only looks
// migrates nothing.
func TestBringUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data.db")
	files := fstest.MapFS{}
	migrator := func() *releasestore.Migrator {
		db, err := sqlite.Open(t.Context(), path, sqlite.Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return releasestore.NewMigrator(db.SQL(), dialect.SQLite, files, "test data")
	}
	files["00001_first.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE first (id INTEGER);\n")}
	if err := bringUp(t.Context(), migrator(), false); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("an empty database that is looked at: %v", err)
	}
	var unmigrated *ports.VersionError
	if err := migrator().Ready(t.Context()); !errors.As(err, &unmigrated) || unmigrated.Have != 0 {
		t.Errorf("a look has migrated: %v", err)
	}
	var group sync.WaitGroup
	for range 4 {
		m := migrator()
		group.Go(func() {
			if err := bringUp(t.Context(), m, true); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()

	files["00002_second.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE second (id INTEGER);\n")}
	m := migrator()
	err := bringUp(t.Context(), m, true)
	var older *runner.Error
	if !errors.As(err, &older) {
		t.Fatalf("an older database: %v", err)
	}
	cause := older.Err
	older.Err = nil
	if want := (runner.Error{
		Code: runner.CodeConfig, Message: "test data has schema version 1, this binary needs 2",
		Hint: "beignet task run release.migrate --no-dry-run",
	}); !reflect.DeepEqual(*older, want) || !reflect.DeepEqual(cause, &ports.VersionError{What: "test data", Have: 1, Want: 2}) {
		t.Errorf("an older database: %+v, %v; want %+v", *older, cause, want)
	}
	if _, err := m.Migrate(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if err := bringUp(t.Context(), m, true); err != nil {
		t.Errorf("migrated: %v", err)
	}

	delete(files, "00002_second.sql")
	var newer *ports.VersionError
	if err := bringUp(t.Context(), m, true); !errors.As(err, &newer) || errors.As(err, &older) || newer.Have != 2 {
		t.Errorf("a newer database: %v", err)
	}
}
