package portstest

import (
	"errors"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

func holder(run string) ports.Holder {
	return ports.Holder{Run: run, Task: "issues.import", Actor: "ann", Since: time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)}
}

func mustLock(t *testing.T, s ports.Locks, run string, keys ...string) ports.Held {
	t.Helper()
	h, err := s.Lock(t.Context(), holder(run), keys)
	if err != nil {
		t.Fatalf("run %s locks %q: %v", run, keys, err)
	}
	t.Cleanup(func() { h.Release() })
	return h
}

// wantLocked has a run refused for a key that another holds.
func wantLocked(t *testing.T, s ports.Locks, key, by string, keys ...string) {
	t.Helper()
	_, err := s.Lock(t.Context(), holder("late"), keys)
	var locked *ports.LockedError
	if !errors.As(err, &locked) || !errors.Is(err, ports.ErrLocked) || locked.Lock.Key != key || locked.Lock.Run != by {
		t.Errorf("Lock of %q: %v, want a LockedError of %s by run %s", keys, err, key, by)
	}
}

func wantHeld(t *testing.T, s ports.Locks, want ...ports.Lock) {
	t.Helper()
	got, err := s.Held(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("held are\n%+v\nwant\n%+v", got, want)
	}
}

func testLock(t *testing.T, s ports.State) {
	wantHeld(t, s)
	h := mustLock(t, s, "r", "b", "a 崩?/..", "b")
	fences := h.Fences()
	if len(fences) != 2 || fences[0].Key != "a 崩?/.." || fences[1].Key != "b" || fences[0].Token <= 0 || fences[1].Token <= 0 {
		t.Fatalf("fences %+v, want those of a and b", fences)
	}
	by := holder("r")
	by.PID = os.Getpid()
	by.Host, _ = os.Hostname()
	wantHeld(t, s,
		ports.Lock{Key: "a 崩?/..", Token: fences[0].Token, Holder: by},
		ports.Lock{Key: "b", Token: fences[1].Token, Holder: by})
	if held, err := s.Held(t.Context(), "b", "free"); err != nil || len(held) != 2 || held[1].Key != "b" || held[1].Holder != by {
		t.Errorf("with known keys held are %+v, %v", held, err)
	}
	if err := h.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}

	fences[0].Token = 0 // the caller's
	if h.Fences()[0].Token == 0 {
		t.Error("the fences are shared with the caller")
	}
}

// testLockAll takes all or none.
func testLockAll(t *testing.T, s ports.State) {
	mustLock(t, s, "r", "c", "d")
	wantLocked(t, s, "c", "r", "d", "a", "c", "b")
	mustLock(t, s, "other", "a", "b") // none was kept
	if _, err := s.Lock(t.Context(), holder("late"), []string{"e", ""}); err == nil {
		t.Error("Lock of an empty key: no error")
	}
	mustLock(t, s, "other", "e")
	none := mustLock(t, s, "idle")
	if err := none.Check(t.Context()); err != nil || len(none.Fences()) > 0 {
		t.Errorf("no keys: fences %+v, %v", none.Fences(), err)
	}
}

func testRelease(t *testing.T, s ports.State) {
	first := mustLock(t, s, "first", "k", "l")
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	wantHeld(t, s)
	if err := first.Check(t.Context()); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Check of what was released: %v, want ErrStale", err)
	}
	second := mustLock(t, s, "second", "k")
	if was, is := first.Fences()[0].Token, second.Fences()[0].Token; is <= was {
		t.Errorf("token %d after %d", is, was)
	}
	if err := first.Release("k"); err != nil { // again
		t.Error(err)
	}
	wantLocked(t, s, "k", "second", "k")
	if err := second.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
}

// testReleaseForget forgets keys of the holder's own, and no other's.
func testReleaseForget(t *testing.T, s ports.State) {
	kept := mustLock(t, s, "other", "k")
	h := mustLock(t, s, "r", "run:r", "l")
	if err := h.Release("run:r", "k", "none"); err != nil {
		t.Fatal(err)
	}
	if err := kept.Check(t.Context()); err != nil {
		t.Errorf("Check of a lock that another would forget: %v", err)
	}
	wantLocked(t, s, "k", "other", "k")
	again := mustLock(t, s, "r", "run:r", "l")
	if err := again.Check(t.Context()); err != nil {
		t.Error(err)
	}
	for i, f := range again.Fences() {
		if was := h.Fences()[i]; f.Key == "l" && f.Token <= was.Token {
			t.Errorf("token %d of %s after %d", f.Token, f.Key, was.Token)
		}
	}
}

// testLockRace has many holders want one key: one has it at a time, its tokens grow,
// and those who look at the locks meanwhile are in nobody's way.
func testLockRace(t *testing.T, s ports.State) {
	var inside, taken, last atomic.Int64
	var group, lookers sync.WaitGroup
	done := make(chan struct{})
	lookers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if _, err := s.Held(t.Context()); err != nil {
				t.Error(err)
			}
			// A key of its own is always free for its only taker.
			if h, err := s.Lock(t.Context(), holder("alone"), []string{"own"}); err != nil {
				t.Errorf("a lock that nobody else takes: %v", err)
			} else if err := h.Release(); err != nil {
				t.Error(err)
			}
		}
	})
	for range 4 {
		group.Go(func() {
			for range 25 {
				h, err := s.Lock(t.Context(), holder("r"), []string{"k"})
				if errors.Is(err, ports.ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := inside.Add(1); n != 1 {
					t.Errorf("%d hold the lock at once", n)
				}
				taken.Add(1)
				if token := h.Fences()[0].Token; token <= last.Swap(token) {
					t.Errorf("token %d is not above the one before", token)
				}
				inside.Add(-1)
				if err := h.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	close(done)
	lookers.Wait()
	if taken.Load() == 0 {
		t.Error("nobody ever had the lock")
	}
}

// testBreak frees a lock with its event, or says that the kernel does. What the holder
// does afterwards concerns nobody.
func testBreak(t *testing.T, s ports.State) {
	if err := s.Break(t.Context(), "k", 1, started("r")); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Break of what nobody holds: %v, want ErrNotFound", err)
	}
	first := mustLock(t, s, "first", "k", "l")
	token := first.Fences()[0].Token
	if err := s.Break(t.Context(), "k", token-1, started("r")); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Break with another token: %v, want ErrStale", err)
	}
	wantChain(t, s, 0)
	wantLocked(t, s, "k", "first", "k")
	switch err := s.Break(t.Context(), "k", token, started("r")); {
	case errors.Is(err, ports.ErrUnsupported):
		wantChain(t, s, 0)
		if err := first.Check(t.Context()); err != nil {
			t.Errorf("Check of what was not broken: %v", err)
		}
		return
	case err != nil:
		t.Fatal(err)
	}
	wantChain(t, s, 1)
	if err := first.Check(t.Context()); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Check of what was broken: %v, want ErrStale", err)
	}
	second := mustLock(t, s, "second", "k")
	if is := second.Fences()[0].Token; is <= token {
		t.Errorf("token %d after %d", is, token)
	}
	wantLocked(t, s, "l", "first", "l") // no other key was broken
	if err := first.Release(); err != nil {
		t.Error(err)
	}
	wantLocked(t, s, "k", "second", "k")
	if err := second.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
}
