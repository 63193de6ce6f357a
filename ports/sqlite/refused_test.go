package sqlite_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// bad-input 75
func TestNoDatabase(t *testing.T) {
	t.Parallel()
	for name, o := range openers {
		folder := privateFolder(t)
		path := filepath.Join(folder, o.file)
		text := bytes.Repeat([]byte("not a database. "), 512)
		write(t, path, text)
		if _, err := o.open(t.Context(), folder, true); !errors.Is(err, ports.ErrCorrupt) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want ErrCorrupt with the path", name, err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%s: the file has changed, %v", name, err)
		}
	}
}

// bad-input 75: a page is overwritten after the header.
func TestDamaged(t *testing.T) {
	t.Parallel()
	folder := privateFolder(t)
	s := openState(t, folder)
	if err := s.Append(t.Context(), ports.Event{Action: "a"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "state.db")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(text[4096:], bytes.Repeat([]byte{0xff}, len(text)-4096))
	write(t, path, text)

	s = openState(t, folder) // the first page tells nothing
	if _, err := s.Links(t.Context(), 0, 1); !errors.Is(err, ports.ErrCorrupt) {
		t.Errorf("Links: %v, want ErrCorrupt", err)
	}
	if err := s.Append(t.Context(), ports.Event{Action: "b"}); !errors.Is(err, ports.ErrCorrupt) {
		t.Errorf("Append: %v, want ErrCorrupt", err)
	}
}

// bad-input 77
func TestVersions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, change string
		have, want   int64
	}{
		{"state", "PRAGMA user_version = 99", 99, 4},
		{"state", "PRAGMA user_version = -1", -1, 4},
		{"data", "UPDATE beignet_version SET version = 3", 3, 1},
		{"data", "DELETE FROM beignet_version", -1, 1},
	} {
		o, folder := openers[test.name], privateFolder(t)
		db, err := o.open(t.Context(), folder, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		alter(t, filepath.Join(folder, o.file), test.change)
		_, err = o.open(t.Context(), folder, true)
		var version *ports.VersionError
		if !errors.As(err, &version) || version.Have != test.have || version.Want != test.want {
			t.Errorf("%s: %v, want a VersionError of %d and %d", test.name, err, test.have, test.want)
		}
	}
}

// alter changes a file as any other program would.
func alter(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sqlite.Raw(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// A database that others made gets beignet's tables only when asked, and is else
// left as it is.
func TestTablesOfAnother(t *testing.T) {
	t.Parallel()
	folder := privateFolder(t)
	path := filepath.Join(folder, "data.db")
	write(t, path, nil)
	alter(t, path, `CREATE TABLE customer (id INTEGER)`)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Open: %v, want ErrNotFound", err)
	}
	var version *ports.VersionError
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{Create: true}); !errors.As(err, &version) || version.Have != 0 {
		t.Errorf("Open to create: %v, want a VersionError of 0", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file was changed, %v", err)
	}
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{Create: true, Adopt: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.SQL().ExecContext(t.Context(), `INSERT INTO customer VALUES (1)`); err != nil {
		t.Error(err)
	}

	write(t, filepath.Join(folder, "state.db"), nil)
	alter(t, filepath.Join(folder, "state.db"), `CREATE TABLE customer (id INTEGER)`)
	if _, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{Create: true}); !errors.As(err, &version) || version.Have != 0 {
		t.Errorf("OpenState of another's database: %v, want a VersionError of 0", err)
	}
}

// bad-input 74
func TestFull(t *testing.T) {
	t.Parallel()
	db := openData(t, filepath.Join(t.TempDir(), "data.db"))
	limit := func(pages string) {
		if _, err := db.SQL().ExecContext(t.Context(), "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	begin := sqlite.Begin(db, func(q ports.Querier) ports.Querier { return q })
	save := func(batch int64) error {
		_, tx, err := begin(t.Context(), ports.TxOptions{})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		state := bytes.Repeat([]byte("1"), 200_000)
		if err := tx.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: batch, State: state}, nil, nil); err != nil {
			return err
		}
		return tx.Commit()
	}
	limit("10")
	if err := save(1); !errors.Is(err, ports.ErrFull) {
		t.Errorf("Save: %v, want ErrFull", err)
	}
	if _, err := db.Checkpoint(t.Context(), "r"); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Checkpoint: %v, want ErrNotFound", err)
	}
	limit("1000000")
	if err := save(1); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
