//go:build unix

package disk_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/disk"
)

// bad-input 7: what is no file is refused, and never waited for.
func TestNotRegular(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "") // shorter than t.TempDir: a socket's path has 100 bytes
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("pipe", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()

	files := disk.New(disk.Options{Dir: dir})
	for _, name := range []string{"folder", ".", "", "pipe", "link", "socket", "/dev/null", "/dev/zero"} {
		if _, err := files.Open(name); !errors.Is(err, ports.ErrNotRegular) {
			t.Errorf("Open(%q): %v, want ErrNotRegular", name, err)
		}
		if _, err := files.Create(name, true); !errors.Is(err, ports.ErrNotRegular) {
			t.Errorf("Create(%q): %v, want ErrNotRegular", name, err)
		}
	}
}

func TestModes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	spool := filepath.Join(dir, "spool", "r")
	files := disk.New(disk.Options{Dir: dir, In: strings.NewReader("secret"), Spool: spool})
	read(t, files, "-")
	put(t, filepath.Join(dir, "old"), "")
	if err := os.Chmod(filepath.Join(dir, "old"), 0o640); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "like"), "")
	if err := os.Remove(filepath.Join(dir, "like")); err != nil {
		t.Fatal(err)
	}
	like, err := os.Create(filepath.Join(dir, "like")) // by the umask
	if err != nil {
		t.Fatal(err)
	}
	like.Close()
	for _, name := range []string{"old", "new"} {
		if err := create(t, files, name, "x", true).Commit(); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]fs.FileMode{
		spool:                     0o600,
		filepath.Dir(spool):       fs.ModeDir | 0o700,
		filepath.Join(dir, "old"): 0o640,
		filepath.Join(dir, "new"): mode(t, filepath.Join(dir, "like")),
	} {
		if got := mode(t, path); got != want {
			t.Errorf("%s has mode %v, want %v", path, got, want)
		}
	}
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}
