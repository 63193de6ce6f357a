package portstest

import (
	"errors"
	"io"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// Folder is an empty folder of an adapter.
type Folder struct {
	Files ports.Files
	Put   func(name, text string)          // puts a file there, and the folders above it
	Get   func(name string) (string, bool) // a file's text, and whether it is there; "-": standard output
}

// Files runs the suite of ports.Files. Each call of open returns an empty folder
// with a standard input of that text.
func Files(t *testing.T, open func(t *testing.T, stdin string) Folder) {
	for name, test := range map[string]func(*testing.T, Folder){
		"Open":      testOpen,
		"Refused":   testRefused,
		"Stdin":     testStdin,
		"Commit":    testFileCommit,
		"Abort":     testAbort,
		"Overwrite": testOverwrite,
		"Meanwhile": testMeanwhile,
		"Ended":     testEnded,
		"Stdout":    testStdout,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, stdin))
		})
	}
}

const stdin = "one\r\ntwo\x00"

func testOpen(t *testing.T, f Folder) {
	f.Put("x.csv", "hello")
	f.Put("in/y.csv", "")
	wantFile(t, f.Files, "x.csv", "hello")
	wantFile(t, f.Files, "in/y.csv", "")
}

// wantFile reads a file in every way that it can be read.
func wantFile(t *testing.T, files ports.Files, name, want string) {
	t.Helper()
	f, err := files.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Size() != int64(len(want)) {
		t.Errorf("%s: size %d, want %d", name, f.Size(), len(want))
	}
	for range 2 {
		got, err := io.ReadAll(f)
		if err != nil || string(got) != want {
			t.Errorf("%s: read %q, %v; want %q", name, got, err, want)
		}
		if at, err := f.Seek(0, io.SeekStart); at != 0 || err != nil {
			t.Errorf("%s: Seek: %d, %v", name, at, err)
		}
	}
	if want == "" {
		return
	}
	tail := make([]byte, len(want)-1)
	if _, err := f.ReadAt(tail, 1); (err != nil && err != io.EOF) || string(tail) != want[1:] {
		t.Errorf("%s: ReadAt(1): %q, %v; want %q", name, tail, err, want[1:])
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func testRefused(t *testing.T, f Folder) {
	f.Put("in/x.csv", "hello")
	if _, err := f.Files.Open("none"); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Open of a file that is not there: %v, want ErrNotFound", err)
	}
	if _, err := f.Files.Open("in"); !errors.Is(err, ports.ErrNotRegular) {
		t.Errorf("Open of a folder: %v, want ErrNotRegular", err) // bad-input 7
	}
	if _, err := f.Files.Create("in", true); !errors.Is(err, ports.ErrNotRegular) {
		t.Errorf("Create of a folder: %v, want ErrNotRegular", err)
	}
}

func testStdin(t *testing.T, f Folder) {
	wantFile(t, f.Files, "-", stdin)
	wantFile(t, f.Files, "-", stdin)
}

// create writes text to a new file in two parts.
func create(t *testing.T, f Folder, name, text string, overwrite bool) ports.NewFile {
	t.Helper()
	file, err := f.Files.Create(name, overwrite)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{text[:len(text)/2], text[len(text)/2:]} {
		if n, err := file.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("Write: %d, %v", n, err)
		}
	}
	return file
}

func wantText(t *testing.T, f Folder, name, want string) {
	t.Helper()
	if got, ok := f.Get(name); !ok || got != want {
		t.Errorf("%s holds %q, %v; want %q", name, got, ok, want)
	}
}

func testFileCommit(t *testing.T, f Folder) {
	file := create(t, f, "out.csv", "hello", false)
	if _, ok := f.Get("out.csv"); ok {
		t.Error("the file is there before Commit")
	}
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	wantText(t, f, "out.csv", "hello")
	if err := file.Abort(); err != nil {
		t.Errorf("Abort after Commit: %v, want nothing", err)
	}
	wantText(t, f, "out.csv", "hello")
}

func testAbort(t *testing.T, f Folder) {
	file := create(t, f, "out.csv", "hello", false)
	for range 2 {
		if err := file.Abort(); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := f.Get("out.csv"); ok {
		t.Error("the file is there after Abort")
	}

	f.Put("out.csv", "before")
	if err := create(t, f, "out.csv", "hello", true).Abort(); err != nil {
		t.Fatal(err)
	}
	wantText(t, f, "out.csv", "before")
}

func testOverwrite(t *testing.T, f Folder) {
	f.Put("out.csv", "before")
	if _, err := f.Files.Create("out.csv", false); !errors.Is(err, ports.ErrExists) { // bad-input 70
		t.Errorf("Create of a name that is taken: %v, want ErrExists", err)
	}
	file := create(t, f, "out.csv", "hello", true)
	wantText(t, f, "out.csv", "before")
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	wantText(t, f, "out.csv", "hello")
}

func testMeanwhile(t *testing.T, f Folder) {
	file := create(t, f, "out.csv", "hello", false)
	f.Put("out.csv", "another's")
	if err := file.Commit(); !errors.Is(err, ports.ErrExists) {
		t.Errorf("Commit onto a file that has appeared: %v, want ErrExists", err)
	}
	if err := file.Abort(); err != nil {
		t.Error(err)
	}
	wantText(t, f, "out.csv", "another's")
}

func testEnded(t *testing.T, f Folder) {
	committed, aborted := create(t, f, "a", "hello", false), create(t, f, "b", "hello", false)
	if err := committed.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := aborted.Abort(); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]ports.NewFile{"committed": committed, "aborted": aborted} {
		if _, err := file.Write([]byte("more")); err == nil {
			t.Errorf("Write to a file that is %s: no error", name)
		}
		if err := file.Commit(); err == nil {
			t.Errorf("Commit of a file that is %s: no error", name)
		}
	}
	wantText(t, f, "a", "hello")
	if _, ok := f.Get("b"); ok {
		t.Error("the aborted file is there")
	}
}

func testStdout(t *testing.T, f Folder) {
	if err := create(t, f, "-", "hello, ", false).Commit(); err != nil {
		t.Fatal(err)
	}
	file := create(t, f, "-", "world", true)
	if err := file.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := file.Abort(); err != nil {
		t.Error(err)
	}
	wantText(t, f, "-", "hello, world")
}
