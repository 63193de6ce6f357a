package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// claim is for file systems without hard links, which no machine of ours has.
func TestClaim(t *testing.T) {
	t.Parallel()
	own, path := filepath.Join(t.TempDir(), "own"), filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(own, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := claim(own, path); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "hello" {
		t.Errorf("the file holds %q, %v", text, err)
	}
	if err := claim(own, path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("claim of a name that is taken: %v, want fs.ErrExist", err)
	}
	free := filepath.Join(filepath.Dir(path), "free")
	if err := claim(own, free); !errors.Is(err, fs.ErrNotExist) { // own has gone
		t.Errorf("claim with nothing: %v, want fs.ErrNotExist", err)
	}
	if _, err := os.Stat(free); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the claim is still there: %v", err)
	}
}

// bad-input 74: what could not be written whole is not published.
func TestFull(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own, path := filepath.Join(dir, "own"), filepath.Join(dir, "x")
	if err := os.Symlink("/dev/full", own); err != nil {
		t.Skip(err)
	}
	f, err := os.OpenFile(own, os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	n := &newFile{file: f, path: path}
	if _, err := n.Write([]byte("x")); !errors.Is(err, ports.ErrFull) {
		t.Errorf("Write: %v, want ErrFull", err)
	}
	if err := n.Commit(); !errors.Is(err, ports.ErrFull) {
		t.Errorf("Commit: %v, want ErrFull", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("the folder holds %v, %v; want nothing", entries, err)
	}
}

// What cannot be overwritten is not said to be there already, which would send
// people to overwrite.
func TestCreateOverFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := New(Options{Dir: filepath.Dir(dir)})
	for _, overwrite := range []bool{false, true} {
		_, err := files.Create(filepath.Base(dir), overwrite)
		if !errors.Is(err, ports.ErrNotRegular) || err.Error() != filepath.Base(dir)+": not a regular file" {
			t.Errorf("overwrite %v: %v", overwrite, err)
		}
	}
}

// Every error of a file says which one it is of.
func TestCreatedNamesItself(t *testing.T) {
	t.Parallel()
	f, err := New(Options{Dir: t.TempDir()}).Create("x.csv", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err == nil || !strings.HasPrefix(err.Error(), "x.csv: ") {
		t.Errorf("a second Commit: %v", err)
	}
	if _, err := f.Write([]byte("x")); err == nil || !strings.HasPrefix(err.Error(), "x.csv: ") {
		t.Errorf("Write after it: %v", err)
	}
}
