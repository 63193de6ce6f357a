package sqlite_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"sync"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// openers open a file of each kind in a folder.
var openers = map[string]struct {
	file string
	open func(ctx context.Context, folder string, create bool) (interface{ Close() error }, error)
}{
	"state": {"state.db", func(ctx context.Context, folder string, create bool) (interface{ Close() error }, error) {
		return sqlite.OpenState(ctx, folder, sqlite.StateOptions{Create: create})
	}},
	"data": {"data.db", func(ctx context.Context, folder string, create bool) (interface{ Close() error }, error) {
		return sqlite.Open(ctx, filepath.Join(folder, "data.db"), sqlite.Options{Create: create})
	}},
}

// privateFolder is there already, as a state's folder must be.
func privateFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	return folder
}

// bad-input 76: what is not there is not made on the way.
func TestNothingThere(t *testing.T) {
	t.Parallel()
	for name, o := range openers {
		folder := filepath.Join(t.TempDir(), "none")
		if _, err := o.open(t.Context(), folder, false); !errors.Is(err, ports.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", name, err)
		}
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the folder has been made: %v", name, err)
		}
		empty := privateFolder(t)
		write(t, filepath.Join(empty, o.file), nil)
		if _, err := o.open(t.Context(), empty, false); !errors.Is(err, ports.ErrNotFound) {
			t.Errorf("%s, an empty file: %v, want ErrNotFound", name, err)
		}
		if text, err := os.ReadFile(filepath.Join(empty, o.file)); err != nil || len(text) != 0 {
			t.Errorf("%s: the empty file holds %d bytes now, %v", name, len(text), err)
		}
	}
}

// bad-input 76: a file that vanishes while it is open is not made again.
func TestVanished(t *testing.T) {
	t.Parallel()
	folder := privateFolder(t)
	s := openState(t, folder)
	tx, err := s.Begin(t.Context()) // and keep the one connection busy
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	path := filepath.Join(folder, "state.db")
	if err := os.Remove(path); err != nil {
		t.Skip(err) // Windows keeps a file that is open
	}
	if _, err := s.Run(t.Context(), "r"); !errors.Is(err, ports.ErrIO) {
		t.Errorf("Run: %v, want ErrIO", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is there again: %v", err)
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What is made is private, and a closed database is one file.
func TestPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a Windows file has no mode")
	}
	for name, o := range openers {
		folder := filepath.Join(t.TempDir(), "a", "b")
		db, err := o.open(t.Context(), folder, true)
		if err != nil {
			t.Fatal(err)
		}
		got := modes(t, filepath.Dir(folder))
		want := map[string]fs.FileMode{
			".": fs.ModeDir | 0o700, "b": fs.ModeDir | 0o700,
			"b/" + o.file: 0o600, "b/" + o.file + "-wal": 0o600, "b/" + o.file + "-shm": 0o600,
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s, open: %v, want %v", name, got, want)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		delete(want, "b/"+o.file+"-wal")
		delete(want, "b/"+o.file+"-shm")
		if got := modes(t, filepath.Dir(folder)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s, closed: %v, want %v", name, got, want)
		}
	}
}

func modes(t *testing.T, folder string) map[string]fs.FileMode {
	t.Helper()
	found := map[string]fs.FileMode{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		found[path] = info.Mode()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestBroughtUpAtOnce(t *testing.T) {
	t.Parallel()
	for name, o := range openers {
		folder := filepath.Join(t.TempDir(), "new")
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				db, err := o.open(t.Context(), folder, true)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				if err := db.Close(); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		group.Wait()
	}
}

// Every character of a path is the path's own.
func TestPath(t *testing.T) {
	t.Parallel()
	name := `a b?mode=memory&x#y%41'"崩`
	if runtime.GOOS == "windows" {
		name = `a b&x#y%41'崩`
	}
	folder := filepath.Join(t.TempDir(), name)
	if err := openState(t, folder).Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 || entries[0].Name() != "state.db" {
		t.Errorf("the folder holds %v, %v; want state.db", entries, err)
	}
}
