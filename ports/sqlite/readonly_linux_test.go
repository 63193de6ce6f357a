package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/portstest"
)

// bad-input 73
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	for name, o := range openers {
		folder := privateFolder(t)
		db, err := o.open(t.Context(), folder, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		modes := []struct{ file, folder fs.FileMode }{{0o400, 0o500}, {0o000, 0o500}, {0o400, 0o511}, {0o000, 0o511}}
		if name == "data" { // which others may read
			modes = append(modes, struct{ file, folder fs.FileMode }{0o444, 0o555})
		}
		for _, mode := range modes {
			if err := os.Chmod(filepath.Join(folder, o.file), mode.file); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(folder, mode.folder); err != nil {
				t.Fatal(err)
			}
			portstest.AsNobody(t, func() {
				if _, err := o.open(t.Context(), folder, true); !errors.Is(err, ports.ErrIO) {
					t.Errorf("%s of mode %+v: %v, want ErrIO", name, mode, err)
				}
				if _, err := o.open(t.Context(), filepath.Join(folder, "new"), true); !errors.Is(err, ports.ErrIO) || !errors.Is(err, fs.ErrPermission) {
					t.Errorf("%s in a new folder: %v, want ErrIO and fs.ErrPermission", name, err)
				}
			})
		}
		if err := os.Chmod(folder, 0o700); err != nil { // so that it can be removed
			t.Fatal(err)
		}
	}
}
