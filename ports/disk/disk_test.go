package disk_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/disk"
	"github.com/beignet-go/beignet/ports/portstest"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	portstest.Files(t, func(t *testing.T, stdin string) portstest.Folder {
		dir := t.TempDir()
		var out bytes.Buffer
		return portstest.Folder{
			Files: disk.New(disk.Options{
				Dir: dir, In: strings.NewReader(stdin), Spool: filepath.Join(t.TempDir(), "spool", "r"), Out: &out,
			}),
			Put: func(name, text string) { put(t, filepath.Join(dir, name), text) },
			Get: func(name string) (string, bool) {
				if name == "-" {
					return out.String(), true
				}
				text, err := os.ReadFile(filepath.Join(dir, name))
				return string(text), err == nil
			},
		}
	})
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, files ports.Files, name string) string {
	t.Helper()
	f, err := files.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func create(t *testing.T, files ports.Files, name, text string, overwrite bool) ports.NewFile {
	t.Helper()
	f, err := files.Create(name, overwrite)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	return f
}

// wantFolder compares what is in a folder, by name: text, or where a link leads.
func wantFolder(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if to, err := os.Readlink(path); err == nil {
			got[e.Name()] = "-> " + to
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got[e.Name()] = string(text)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "in", "x"), "hello")
	for name, files := range map[string]*disk.Files{
		filepath.Join("in", "x"):               disk.New(disk.Options{Dir: dir}),
		filepath.Join("..", "in", "x"):         disk.New(disk.Options{Dir: filepath.Join(dir, "in")}),
		filepath.Join(dir, "in", "x"):          disk.New(disk.Options{Dir: t.TempDir()}),
		filepath.Join(dir, "in", "..", "in/x"): disk.New(disk.Options{}),
	} {
		if got := read(t, files, name); got != "hello" {
			t.Errorf("%s holds %q", name, got)
		}
	}
	_, err := disk.New(disk.Options{Dir: dir}).Open("none.csv")
	if want := "none.csv: not found"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := disk.New(disk.Options{Dir: dir}).Create(filepath.Join("none", "x"), false); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Create in no folder: %v, want ErrNotFound", err)
	}
}

// Nothing but the file is left, whichever way it ends.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := disk.New(disk.Options{Dir: dir})
	for _, end := range []func() error{
		create(t, files, "new", "1", false).Commit,
		create(t, files, "over", "2", true).Commit,
		create(t, files, "aborted", "3", false).Abort,
	} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
	}
	late := create(t, files, "late", "4", false)
	put(t, filepath.Join(dir, "late"), "another's")
	if err := late.Commit(); !errors.Is(err, ports.ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
	wantFolder(t, dir, map[string]string{"new": "1", "over": "2", "late": "another's"})
}

func TestLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link := func(to, name string) {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Skip(err) // Windows may refuse
		}
	}
	files := disk.New(disk.Options{Dir: dir})
	put(t, filepath.Join(dir, "x"), "before")
	link("x", "link")
	link("link", "chain")
	link(filepath.Join(dir, "y"), "dangling")
	link("loop", "loop")

	if got := read(t, files, "chain"); got != "before" {
		t.Errorf("chain leads to %q", got)
	}
	if _, err := files.Create("chain", false); !errors.Is(err, ports.ErrExists) {
		t.Errorf("Create of a link to a file: %v, want ErrExists", err)
	}
	if err := create(t, files, "chain", "after", true).Commit(); err != nil {
		t.Error(err)
	}
	if err := create(t, files, "dangling", "new", false).Commit(); err != nil {
		t.Error(err)
	}
	if _, err := files.Open("loop"); err == nil {
		t.Error("Open of a loop: no error")
	}
	if _, err := files.Create("loop", true); err == nil {
		t.Error("Create of a loop: no error")
	}
	wantFolder(t, dir, map[string]string{
		"x": "after", "link": "-> x", "chain": "-> link", "y": "new", "dangling": "-> " + filepath.Join(dir, "y"), "loop": "-> loop",
	})
}
