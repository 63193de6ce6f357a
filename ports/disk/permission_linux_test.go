package disk_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/disk"
	"github.com/beignet-go/beignet/ports/portstest"
)

// bad-input 73
func TestPermission(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "secret"), "")
	if err := errors.Join(os.Chmod(filepath.Join(dir, "secret"), 0), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	in := strings.NewReader("hello")
	files := disk.New(disk.Options{Dir: dir, In: in, Spool: filepath.Join(dir, "spool", "r")})
	portstest.AsNobody(t, func() {
		if _, err := files.Open("secret"); !errors.Is(err, fs.ErrPermission) || errors.Is(err, ports.ErrIO) {
			t.Errorf("Open: %v, want fs.ErrPermission alone", err)
		}
		if _, err := files.Create("new", false); !errors.Is(err, ports.ErrIO) || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Create: %v, want ErrIO and fs.ErrPermission", err)
		}
		if _, err := files.Open("-"); !errors.Is(err, ports.ErrIO) || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Open of standard input: %v, want ErrIO and fs.ErrPermission", err)
		}
	})
	if in.Len() != 5 {
		t.Errorf("%d bytes are left of 5", in.Len())
	}
}
