package sqlite_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// bad-input 76: a state whose locks say that it was in use is not made anew.
func TestVanishedState(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(t *testing.T, path string){
		"gone":  func(t *testing.T, path string) { remove(t, path) },
		"empty": func(t *testing.T, path string) { write(t, path, nil) },
		"without tables": func(t *testing.T, path string) {
			write(t, path, nil)
			alter(t, path, "PRAGMA journal_mode = wal")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := privateFolder(t)
			s := openState(t, folder)
			if err := lock(t, s, "k").Release(); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			harm(t, filepath.Join(folder, "state.db"))
			wantVanished(t, folder, "locks were taken")

			if err := os.RemoveAll(filepath.Join(folder, "locks")); err != nil { // by hand: it is to begin anew
				t.Fatal(err)
			}
			openState(t, folder)
		})
	}
}

// bad-input 76: of a state that was in use when the power went its log of writes is left.
func TestVanishedFromItsLog(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(t *testing.T, path string){
		"gone":  func(t *testing.T, path string) { remove(t, path) },
		"empty": func(t *testing.T, path string) { write(t, path, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := privateFolder(t)
			path := filepath.Join(folder, "state.db")
			harm(t, path)
			write(t, path+"-wal", []byte("what was written last"))
			wantVanished(t, folder, path+"-wal")
			if text, err := os.ReadFile(path + "-wal"); err != nil || len(text) == 0 {
				t.Errorf("the log holds %q, %v", text, err)
			}
		})
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// wantVanished wants the state refused, and its file left as it is.
func wantVanished(t *testing.T, folder, evidence string) {
	t.Helper()
	path := filepath.Join(folder, "state.db")
	before, errBefore := os.ReadFile(path)
	for _, create := range []bool{true, false} {
		_, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{Create: create})
		var vanished *ports.VanishedError
		if !errors.As(err, &vanished) || vanished.Path != path || !strings.Contains(vanished.Evidence, evidence) {
			t.Errorf("OpenState: %v, want a VanishedError with %s", err, evidence)
		}
	}
	after, errAfter := os.ReadFile(path)
	if string(after) != string(before) || errors.Is(errAfter, fs.ErrNotExist) != errors.Is(errBefore, fs.ErrNotExist) {
		t.Errorf("the file has changed: %d bytes, %v; was %d bytes, %v", len(after), errAfter, len(before), errBefore)
	}
}

// A folder of locks in which there is nothing says nothing.
func TestNoTraces(t *testing.T) {
	t.Parallel()
	folder := privateFolder(t)
	if err := os.Mkdir(filepath.Join(folder, "locks"), 0o700); err != nil {
		t.Fatal(err)
	}
	openState(t, folder)
}

// A state that others are just making, and take locks of, is not taken for one that
// has vanished.
func TestMadeAndLockedAtOnce(t *testing.T) {
	t.Parallel()
	for range 25 {
		folder := filepath.Join(t.TempDir(), "new")
		var group sync.WaitGroup
		for n := range 4 {
			group.Go(func() {
				s, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{Create: true})
				if err != nil {
					t.Error(err)
					return
				}
				defer s.Close()
				h, err := s.Lock(t.Context(), ports.Holder{}, []string{fmt.Sprint(n)})
				if err != nil {
					t.Error(err)
					return
				}
				if err := h.Release(); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
}
