package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// nameOfK is what the files of the key "k" are called.
const nameOfK = "8254c329a92850f6d539dd376f4816ee"

func lock(t *testing.T, s ports.Locks, keys ...string) ports.Held {
	t.Helper()
	h, err := s.Lock(t.Context(), ports.Holder{Run: "r"}, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Release() })
	return h
}

// readLock is what a lock's file says of its holder.
func readLock(t *testing.T, folder, name string) (l ports.Lock) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "locks", name+".json"))
	if err == nil {
		err = json.Unmarshal(text, &l)
	}
	if err != nil {
		t.Fatalf("the file holds %s, %v", text, err)
	}
	return l
}

// What is left of a key is two private files, until it is forgotten.
func TestLockFiles(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := openState(t, folder)
	if _, err := s.Held(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "locks")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("to look made the folder: %v", err)
	}
	h := lock(t, s, "k", "run:r")
	if err := h.Release("run:r"); err != nil {
		t.Fatal(err)
	}
	got := modes(t, filepath.Join(folder, "locks"))
	want := map[string]fs.FileMode{".": fs.ModeDir | 0o700, "gate": 0o600, nameOfK + ".lock": 0o600, nameOfK + ".json": 0o600}
	if runtime.GOOS == "windows" {
		for name := range want {
			want[name] = got[name]
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the locks are %v, want %v", got, want)
	}
}

// Who is refused leaves no file behind of the keys that it took on the way for the
// first time, and those of the others stay.
func TestARefusedLockLeavesNoFile(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := openState(t, folder)
	if err := lock(t, s, "known").Release(); err != nil {
		t.Fatal(err)
	}
	lock(t, s, "table:issues")
	before, err := os.ReadDir(filepath.Join(folder, "locks"))
	if err != nil {
		t.Fatal(err)
	}
	var locked *ports.LockedError
	if _, err := s.Lock(t.Context(), ports.Holder{Run: "second"}, []string{"known", "run:second", "table:issues"}); !errors.As(err, &locked) {
		t.Fatalf("not refused: %v", err)
	}
	after, err := os.ReadDir(filepath.Join(folder, "locks"))
	if err != nil || len(after) != len(before) {
		t.Errorf("%d files before, %d after (%v)", len(before), len(after), err)
	}
}

// Tokens grow by what is stored, even where the clock is behind it; and by the clock,
// where nothing is stored or it cannot be read.
func TestTokens(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := openState(t, folder)
	begun := time.Now().UnixMicro()
	path := filepath.Join(folder, "locks", nameOfK+".json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	const ahead = 9_000_000_000_000_000 // of every clock for 200 years
	for _, test := range []struct {
		name, stored string
		want         int64 // 0: the time
	}{
		{"nothing", "", 0},
		{"a clock that jumped back", `{"key":"k","token":9000000000000000}`, ahead + 1},
		{"a clock that went on", `{"key":"k","token":7}`, 0},
		{"half a file", `{"key":"k","token":90000000`, 0},
		{"no bytes", " ", 0},
	} {
		if test.stored != "" {
			write(t, path, []byte(test.stored))
		}
		h := lock(t, s, "k")
		token := h.Fences()[0].Token
		if err := h.Release(); err != nil {
			t.Fatal(err)
		}
		if test.want == 0 && (token < begun || token > time.Now().UnixMicro()) || test.want != 0 && token != test.want {
			t.Errorf("%s: token %d, want %d (0: the time)", test.name, token, test.want)
		}
		if kept := readLock(t, folder, nameOfK); kept.Token != token || kept.Key != "k" {
			t.Errorf("%s: the file holds %+v", test.name, kept)
		}
	}
}

// A lock is held though nobody can say by whom.
func TestHolderUnknown(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := openState(t, folder)
	lock(t, s, "k")
	remove(t, filepath.Join(folder, "locks", nameOfK+".json"))
	var locked *ports.LockedError
	if _, err := s.Lock(t.Context(), ports.Holder{}, []string{"k"}); !errors.As(err, &locked) || locked.Lock != (ports.Lock{Key: "k"}) {
		t.Errorf("Lock: %v, want a LockedError of k", err)
	}
	if held, err := s.Held(t.Context()); err != nil || !reflect.DeepEqual(held, []ports.Lock{{Key: nameOfK}}) {
		t.Errorf("held are %+v, %v; want the name of the file", held, err)
	}
	if held, err := s.Held(t.Context(), "other", "k"); err != nil || !reflect.DeepEqual(held, []ports.Lock{{Key: "k"}}) {
		t.Errorf("of known keys held are %+v, %v; want k", held, err)
	}
}

// A lock whose file was taken away is one that another can take: its holder is told.
func TestCheckSeesTheFile(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(folder string) error{
		"the file removed":   func(folder string) error { return os.Remove(filepath.Join(folder, nameOfK+".lock")) },
		"the folder removed": os.RemoveAll,
		"another put there": func(folder string) error {
			path := filepath.Join(folder, nameOfK+".lock")
			return errors.Join(os.WriteFile(path+"2", nil, 0o600), os.Rename(path+"2", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "state")
			s := openState(t, folder)
			h := lock(t, s, "k")
			if err := h.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := harm(filepath.Join(folder, "locks")); err != nil {
				t.Skip(err) // Windows keeps a file that is open
			}
			if err := h.Check(t.Context()); !errors.Is(err, ports.ErrStale) {
				t.Errorf("Check: %v, want ErrStale", err)
			}
			before := h.Fences()
			if err := h.Surpass(t.Context(), before); !errors.Is(err, ports.ErrStale) || !reflect.DeepEqual(h.Fences(), before) {
				t.Errorf("Surpass: %v, want ErrStale; fences %+v, were %+v", err, h.Fences(), before)
			}
			next := lock(t, s, "k")
			if was, is := h.Fences()[0].Token, next.Fences()[0].Token; is <= was {
				t.Errorf("the next holder's token is %d, and must be above %d", is, was)
			}
			if err := errors.Join(h.Release("k"), next.Release("k")); err != nil {
				t.Error(err)
			}
		})
	}
}

// Who has lost a lock forgets nothing of the one who holds it now.
func TestReleaseOfALostLock(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	a, b := openState(t, folder), openState(t, folder)
	first := lock(t, a, "k")
	if err := os.Remove(filepath.Join(folder, "locks", nameOfK+".lock")); err != nil {
		t.Skip(err) // Windows keeps a file that is open
	}
	second := lock(t, b, "k")
	if err := first.Release("k"); err != nil {
		t.Error(err)
	}
	if err := second.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
	if _, err := a.Lock(t.Context(), ports.Holder{}, []string{"k"}); !errors.Is(err, ports.ErrLocked) {
		t.Errorf("Lock: %v, want ErrLocked", err)
	}
	if kept := second.Fences()[0].Token; readLock(t, folder, nameOfK).Token != kept {
		t.Errorf("the file does not hold token %d", kept)
	}
}

// A lock is held until it is released, whatever becomes of what Lock returned.
func TestLocksAreNoGarbage(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := openState(t, folder)
	if _, err := s.Lock(t.Context(), ports.Holder{Run: "r"}, []string{"k"}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		runtime.GC()
		time.Sleep(5 * time.Millisecond) // finalizers run on their own
	}
	if _, err := openState(t, folder).Lock(t.Context(), ports.Holder{}, []string{"k"}); !errors.Is(err, ports.ErrLocked) {
		t.Errorf("Lock: %v, want ErrLocked", err)
	}
	runtime.KeepAlive(s)
}

// Who takes, looks or forgets waits for the gate: until its context ends, or for as
// long as is reasonable.
func TestGate(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "state")
	s := openState(t, folder)
	h := lock(t, s, "k")
	gate := flock.New(filepath.Join(folder, "locks", "gate"))
	if ok, err := gate.TryLock(); err != nil || !ok {
		t.Fatal(ok, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Lock(ctx, ports.Holder{}, []string{"l"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Lock: %v, want context.DeadlineExceeded", err)
	}
	if _, err := s.Held(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Held: %v, want context.DeadlineExceeded", err)
	}
	sqlite.LosePatience(s)
	if _, err := s.Lock(t.Context(), ports.Holder{}, []string{"l"}); !errors.Is(err, ports.ErrBusy) {
		t.Errorf("Lock: %v, want ErrBusy", err)
	}
	if err := h.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err) // asks nobody
	}
	if err := h.Release("k"); !errors.Is(err, ports.ErrBusy) {
		t.Errorf("Release to forget: %v, want ErrBusy", err)
	}
	if err := gate.Unlock(); err != nil {
		t.Fatal(err)
	}
	lock(t, s, "k") // it is free all the same
}
