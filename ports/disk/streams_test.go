package disk_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/disk"
)

// A run that is resumed reads what its first attempt was given.
func TestStdinResumed(t *testing.T) {
	t.Parallel()
	spool := filepath.Join(t.TempDir(), "a", "b", "r")
	first := disk.New(disk.Options{In: strings.NewReader("hello"), Spool: spool})
	if got := read(t, first, "-"); got != "hello" {
		t.Errorf("read %q", got)
	}
	next := disk.New(disk.Options{In: strings.NewReader("another"), Spool: spool})
	if got := read(t, next, "-"); got != "hello" {
		t.Errorf("read %q, want hello", got)
	}
	wantFolder(t, filepath.Dir(spool), map[string]string{"r": "hello"})
}

// What was read of a broken input is not taken for all of it, now or later.
func TestStdinBroken(t *testing.T) {
	t.Parallel()
	spool := filepath.Join(t.TempDir(), "spool", "r")
	in := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("half"))) // fails at "a" and goes on
	files := disk.New(disk.Options{In: in, Spool: spool})
	for range 2 {
		if _, err := files.Open("-"); !errors.Is(err, iotest.ErrTimeout) {
			t.Errorf("got %v, want the reader's error", err)
		}
	}
	wantFolder(t, filepath.Dir(spool), map[string]string{})
	put(t, disk.PartOf(spool), "ha") // as a kill would leave it
	if got := read(t, disk.New(disk.Options{In: strings.NewReader("whole"), Spool: spool}), "-"); got != "whole" {
		t.Errorf("read %q, want whole", got)
	}
	wantFolder(t, filepath.Dir(spool), map[string]string{"r": "whole"})
}

// A wait for standard input ends with its context, and what comes in after that is
// written nowhere.
func TestStdinUntil(t *testing.T) {
	t.Parallel()
	spool := filepath.Join(t.TempDir(), "spool", "r")
	in, half := io.Pipe()
	until, end := context.WithCancelCause(t.Context())
	cause := errors.New("told to end")
	go func() {
		_, _ = half.Write([]byte("half")) // is read at once, so that the copy is at work
		end(cause)
	}()
	files := disk.New(disk.Options{In: in, Spool: spool, Until: until})
	if _, err := files.Open("-"); !errors.Is(err, cause) {
		t.Errorf("got %v, want the context's cause", err)
	}
	time.AfterFunc(20*time.Millisecond, func() { half.Close() }) // where nobody reads it any more
	_, _ = half.Write([]byte("late"))
	if _, err := files.Open("-"); !errors.Is(err, cause) {
		t.Errorf("opened again: %v, want the context's cause", err)
	}
	wantFolder(t, filepath.Dir(spool), map[string]string{})
}

// Where the copy cannot be kept, nothing is read.
func TestStdinUnread(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	put(t, file, "")
	in := strings.NewReader("hello")
	if _, err := disk.New(disk.Options{In: in, Spool: filepath.Join(file, "spool")}).Open("-"); !errors.Is(err, ports.ErrIO) {
		t.Errorf("got %v, want ErrIO", err)
	}
	if in.Len() != 5 {
		t.Errorf("%d bytes are left of 5", in.Len())
	}
}

// Standard input of any size holds a bounded memory: what has been read is on
// the disk, but for a buffer.
func TestStdinStreamed(t *testing.T) {
	t.Parallel()
	spool := filepath.Join(t.TempDir(), "spool", "r")
	in := &watched{left: 8 << 20, folder: filepath.Dir(spool)}
	f, err := disk.New(disk.Options{In: in, Spool: spool}).Open("-")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Size() != 8<<20 || in.behind > 1<<20 {
		t.Errorf("size %d, want 8 MiB; %d bytes were held, want less than 1 MiB", f.Size(), in.behind)
	}
}

// watched is a stream that sees how far the folder's one file lags behind.
type watched struct {
	read, left, behind int64
	folder             string
}

func (w *watched) Read(p []byte) (int, error) {
	entries, err := os.ReadDir(w.folder)
	if err != nil {
		return 0, err
	}
	info, err := entries[0].Info()
	if err != nil {
		return 0, err
	}
	w.behind = max(w.behind, w.read-info.Size())
	if w.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), w.left)
	w.read, w.left = w.read+n, w.left-n
	return int(n), nil
}

func TestNoStreams(t *testing.T) {
	t.Parallel()
	files := disk.New(disk.Options{})
	if _, err := files.Open("-"); !errors.Is(err, ports.ErrUnsupported) {
		t.Errorf("Open: %v, want ErrUnsupported", err)
	}
	if _, err := files.Create("-", false); !errors.Is(err, ports.ErrUnsupported) {
		t.Errorf("Create: %v, want ErrUnsupported", err)
	}
}

// bad-input 14, 15: a reader of standard output that has gone is no error, a full
// disk is one.
func TestBrokenStdout(t *testing.T) {
	t.Parallel()
	for fault, want := range map[syscall.Errno]error{syscall.EPIPE: nil, syscall.ENOSPC: ports.ErrFull, syscall.EIO: ports.ErrIO} {
		f, err := disk.New(disk.Options{Out: broken{fault}}).Create("-", false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte("x")); !errors.Is(err, want) {
			t.Errorf("Write: %v, want %v", err, want)
		}
		if err := f.Commit(); err != nil {
			t.Errorf("Commit: %v", err)
		}
		if err := f.Abort(); err != nil {
			t.Errorf("Abort: %v", err)
		}
	}
}

type broken struct{ fault syscall.Errno }

func (b broken) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "|1", Err: b.fault}
}
