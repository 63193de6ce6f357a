package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/portstest"
	"github.com/beignet-go/beignet/ports/sqlite"
)

const nobody = 65534 // as portstest.AsNobody

// What SQLite makes beside a state that is read only stays read only when the mode of
// the state is mended. The error names it, and the command that mends it.
func TestReadOnlyFilesAreNamed(t *testing.T) {
	t.Parallel()
	folder := privateFolder(t)
	path := filepath.Join(folder, "state.db")
	if os.Getuid() == 0 {
		if err := errors.Join(os.Chmod(filepath.Dir(folder), 0o711), os.Chown(folder, nobody, nobody)); err != nil {
			t.Fatal(err)
		}
	}
	portstest.AsNobody(t, func() {
		if err := startRun(t, folder, "a"); err != nil {
			t.Error(err)
		}
		chmod(t, path, 0o400)
		wantReadOnly(t, startRun(t, folder, "b"), path, path+"-wal", path+"-shm")
		chmod(t, path, 0o600)
		wantReadOnly(t, startRun(t, folder, "b"), path+"-shm")
		chmod(t, path+"-shm", 0o600)
		if err := startRun(t, folder, "b"); err != nil {
			t.Errorf("mended: %v", err)
		}
	})
}

func startRun(t *testing.T, folder, id string) error {
	state, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{Create: true})
	if err != nil {
		return err
	}
	return errors.Join(state.Start(t.Context(), ports.Run{ID: id, Task: "a.b", Status: ports.Running, Attempt: 1}), state.Close())
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	if err := os.Chmod(path, mode); err != nil {
		t.Error(err)
	}
}

func wantReadOnly(t *testing.T, err error, paths ...string) {
	var found *ports.ReadOnlyError
	if !errors.As(err, &found) || !errors.Is(err, ports.ErrIO) || !slices.Equal(found.Paths, paths) {
		t.Errorf("got %v, want %v read only", err, paths)
	}
}
