package sqlstore_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/handlers/release/sqlstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// filled returns the path of a closed database with rows in it.
func filled(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data.db")
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	exec(t, db.SQL(), "CREATE TABLE text (id INTEGER PRIMARY KEY, text TEXT)", "CREATE INDEX by_text ON text (text)",
		"WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 2000) INSERT INTO text SELECT i, hex(randomblob(100)) FROM c")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheck(t *testing.T) {
	t.Parallel()
	path := filled(t)
	if err := sqlstore.NewMaintainer(openFile(t, path), dialect.SQLite).Check(t.Context()); err != nil {
		t.Errorf("a sound database: %v", err)
	}

	path = filled(t)
	damage(t, path, "by_text")
	err := sqlstore.NewMaintainer(openFile(t, path), dialect.SQLite).Check(t.Context())
	const want = "integrity check: the database is corrupt: "
	if !errors.Is(err, ports.ErrCorrupt) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("a damaged database: %v, want %s...", err, want)
	}
}

// damage zeroes the first page of a table or index.
func damage(t *testing.T, path, name string) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var page, size int64
	err = db.SQL().QueryRowContext(t.Context(), "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = ?1", name).Scan(&page, &size)
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteAt(make([]byte, size), (page-1)*size)
	if err = errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// The size is that of the file, before and after what is free has been given back.
func TestVacuum(t *testing.T) {
	t.Parallel()
	path := filled(t)
	db := openFile(t, path)
	m := sqlstore.NewMaintainer(db, dialect.SQLite)
	exec(t, db, "DELETE FROM text WHERE id > 10", "PRAGMA wal_checkpoint(TRUNCATE)")
	before := size(t, m, path)
	if before.Free < before.Bytes/2 {
		t.Errorf("before: %+v, want most of it free", before)
	}
	if err := m.Vacuum(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := size(t, m, path); after.Free != 0 || after.Bytes > before.Bytes-before.Free {
		t.Errorf("after: %+v, before: %+v", after, before)
	}
	if got := texts(t, db, "SELECT count(*) FROM text"); got[0] != "10" {
		t.Errorf("%s rows are left, want 10", got)
	}
}

func size(t *testing.T, m release.Maintainer, path string) release.Size {
	t.Helper()
	got, err := m.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() != got.Bytes {
		t.Errorf("size %+v, the file has %d bytes, %v", got, info.Size(), err)
	}
	return got
}

// Statistics follow a table that has grown, also where this connection has not
// read it.
func TestOptimize(t *testing.T) {
	t.Parallel()
	path := filled(t)
	db := openFile(t, path)
	exec(t, db, "CREATE TABLE grown (n INTEGER)", "CREATE INDEX by_n ON grown (n)", "INSERT INTO grown VALUES (1)", "ANALYZE",
		"INSERT INTO grown SELECT id FROM text WHERE id > 1")
	if err := sqlstore.NewMaintainer(openFile(t, path), dialect.SQLite).Optimize(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := texts(t, db, "SELECT idx || ' ' || stat FROM sqlite_stat1 WHERE tbl = 'grown'"), []string{"by_n 2000 1"}; !slices.Equal(got, want) {
		t.Errorf("statistics %q, want %q", got, want)
	}
}

// An error of the database is one of package ports.
func TestErrors(t *testing.T) {
	t.Parallel()
	path := filled(t)
	db, other := openFile(t, path), openFile(t, path)
	db.SetMaxOpenConns(1)
	exec(t, db, "PRAGMA busy_timeout = 0")
	tx, err := other.BeginTx(t.Context(), &sql.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	m := sqlstore.NewMaintainer(db, dialect.SQLite)
	if err := m.Vacuum(t.Context()); !errors.Is(err, ports.ErrBusy) {
		t.Errorf("Vacuum: %v, want ErrBusy", err)
	}
}
