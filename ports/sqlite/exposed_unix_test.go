//go:build unix

package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// bad-input 78: a state that others can read or write is refused, with the command
// that mends it.
func TestExposedState(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string // in the folder
		mode fs.FileMode
		want fs.FileMode // 0: private enough
	}{
		{".", 0o755, 0o700},
		{".", 0o720, 0o700},
		{".", 0o704, 0o700},
		{".", 0o711, 0}, // they can name what is in it, and read none of it
		{".", 0o500, 0},
		{"state.db", 0o640, 0o600},
		{"state.db", 0o602, 0o600},
		{"state.db", 0o700, 0},
		{"state.db-wal", 0o644, 0o600},
	} {
		folder := privateFolder(t)
		s := openState(t, folder) // and keep it open, so that there is a log
		path := filepath.Join(folder, test.name)
		if err := os.Chmod(path, test.mode); err != nil {
			t.Fatal(err)
		}
		for _, create := range []bool{true, false} {
			again, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{Create: create})
			var exposed *ports.ExposedError
			if refused := errors.As(err, &exposed); refused != (test.want != 0) {
				t.Errorf("%s of mode %o: %v", test.name, test.mode, err)
			} else if refused && (exposed.Path != path || exposed.Mode.Perm() != test.mode || exposed.Want != test.want) {
				t.Errorf("%s of mode %o: %+v, want %o", test.name, test.mode, exposed, test.want)
			}
			if err == nil {
				again.Close()
			}
		}
		if err := os.Chmod(folder, 0o700); err != nil { // so that it can be removed
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// bad-input 78: a folder that is not there yet is made private, and one that others
// can read is not made a state.
func TestExposedFolderIsNoState(t *testing.T) {
	t.Parallel()
	folder := privateFolder(t)
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	var exposed *ports.ExposedError
	if _, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{Create: true}); !errors.As(err, &exposed) {
		t.Errorf("OpenState: %v, want an ExposedError", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("the folder holds %v, %v; want nothing", left, err)
	}
}
