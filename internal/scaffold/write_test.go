package scaffold

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// tree is every file under a folder, as "path (mode): text" lines.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name) // within it
		text := ""
		if d.Type().IsRegular() {
			read, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			text = string(read)
		}
		info, err := d.Info()
		b.WriteString(rel + " (" + info.Mode().String() + "): " + text + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func open(t *testing.T) (*os.Root, string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root, dir
}

func TestWrite(t *testing.T) {
	t.Parallel()
	root, dir := open(t)
	err := Write(root, []Change{
		{Path: "a.go", Before: []byte("a\n"), After: []byte("a\nb\n")},
		{Path: "x/y/z.go", After: []byte("z\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := tree(t, dir)
	for _, want := range []string{"a.go (-rw-------): a\nb\n", "x/y/z.go (-rw-r--r--): z\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant %s", got, want)
		}
	}
}

// What an interrupted write left beside a file is in nobody's way; the file keeps its
// mode, whatever new files get.
func TestWriteKeepsMode(t *testing.T) {
	t.Parallel()
	root, dir := open(t)
	if err := os.WriteFile(filepath.Join(dir, ".a.go.new"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "a.go"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(root, []Change{{Path: "a.go", Before: []byte("a\n"), After: []byte("b\n")}}); err != nil {
		t.Fatal(err)
	}
	got := tree(t, dir)
	if want := "a.go (-rw-rw-rw-): b\n"; !strings.Contains(got, want) || strings.Count(got, ".new ") != 1 {
		t.Errorf("got\n%s\nwant %s", got, want)
	}
}

// Of many that write one file at once, those that report success have all been heard.
func TestWriteAtOnce(t *testing.T) {
	t.Parallel()
	root, dir := open(t)
	var written atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				before, err := root.ReadFile("a.go")
				if err != nil {
					t.Error(err)
					return
				}
				err = Write(root, []Change{{Path: "a.go", Before: before, After: append(before, "a\n"...)}})
				if busy := (*BusyError)(nil); err == nil {
					written.Add(1)
				} else if !errors.As(err, &busy) {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	want := "a.go (-rw-------): " + strings.Repeat("a\n", 1+int(written.Load())) + "\n"
	if got := tree(t, dir); !strings.HasSuffix(got, want) || written.Load() == 0 {
		t.Errorf("after %d writes: %s", written.Load(), got)
	}
}

// A write that was interrupted leaves its lock, which the next one names.
func TestWriteLocked(t *testing.T) {
	t.Parallel()
	root, dir := open(t)
	if err := os.WriteFile(filepath.Join(dir, ".make.lock"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	err := Write(root, []Change{{Path: "a.go", Before: []byte("a\n"), After: []byte("b\n")}})
	if busy := (*BusyError)(nil); !errors.As(err, &busy) || !strings.Contains(busy.Hint, "remove .make.lock") {
		t.Errorf("got %v", err)
	}
	same(t, "the folder", tree(t, dir), before)
}

// A change that fails takes back those before it.
func TestWriteAllOrNothing(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	for _, test := range []struct {
		name  string
		fails Change
	}{
		{"there already", Change{Path: "a.go", After: []byte("x\n")}},
		{"changed meanwhile", Change{Path: "b.go", Before: []byte("old\n"), After: []byte("x\n")}},
		{"gone", Change{Path: "c.go", Before: []byte("c\n"), After: []byte("x\n")}},
		{"below a file", Change{Path: "b.go/x.go", After: []byte("x\n")}},
		{"through a link that leads out", Change{Path: "out/x.go", After: []byte("x\n")}},
		{"outside", Change{Path: "../x.go", After: []byte("x\n")}},
	} {
		root, dir := open(t)
		if err := os.WriteFile(filepath.Join(dir, "b.go"), []byte("b\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, filepath.Join(dir, "out")); err != nil {
			t.Skip(err)
		}
		before := tree(t, dir)
		err := Write(root, []Change{
			{Path: "a.go", Before: []byte("a\n"), After: []byte("a\nb\n")},
			{Path: "x/y/z.go", After: []byte("z\n")},
			test.fails,
		})
		if err == nil || strings.Contains(err.Error(), "not taken back") {
			t.Errorf("%s: got %v", test.name, err)
		}
		same(t, test.name, tree(t, dir), before)
	}
	if got := tree(t, outside); strings.Count(got, "\n") != 1 {
		t.Errorf("written outside: %s", got)
	}
}
