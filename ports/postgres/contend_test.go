package postgres_test

import (
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

// crowd opens one state over and over, as many processes do.
func crowd(t *testing.T, n int) []ports.State {
	t.Helper()
	url := pgtest.Database(t)
	all := []ports.State{openState(t, url, postgres.StateOptions{Create: true})}
	for len(all) < n {
		all = append(all, openState(t, url, postgres.StateOptions{}))
	}
	return all
}

// Of eight that ask at once one has the lock, and the others are told by whom.
func TestOneWinner(t *testing.T) {
	t.Parallel()
	all := crowd(t, 8)
	var last int64
	for round := range 100 {
		var group sync.WaitGroup
		var winner atomic.Pointer[ports.Held]
		for i, s := range all {
			keys := []string{"k", "own"}
			if i%2 == 0 {
				keys = []string{"k"}
			}
			group.Go(func() {
				h, err := s.Lock(t.Context(), ports.Holder{Run: "r"}, keys)
				var locked *ports.LockedError
				switch {
				case err == nil:
					if !winner.CompareAndSwap(nil, &h) {
						t.Errorf("round %d: there are two", round)
					}
				case !errors.As(err, &locked) || locked.Lock.Run != "r":
					t.Errorf("round %d: %v, want a LockedError", round, err)
				}
			})
		}
		group.Wait()
		won := winner.Load()
		if won == nil {
			t.Fatalf("round %d: nobody has it", round)
		}
		if token := (*won).Fences()[0].Token; token <= last {
			t.Errorf("round %d: token %d after %d", round, token, last)
		} else {
			last = token
		}
		if err := errors.Join((*won).Check(t.Context()), (*won).Release()); err != nil {
			t.Fatal(err)
		}
	}
}

func record(id string, attempt int) ports.Run {
	return ports.Run{ID: id, Task: "t", Status: ports.Running, Attempt: attempt, Started: time.Unix(0, 0), Input: json.RawMessage(`{}`)}
}

// Of eight processes that move a record from one mark one does, and an order that is
// left meanwhile is not lost to any.
func TestUpdatesRace(t *testing.T) {
	t.Parallel()
	all := crowd(t, 8)
	if err := all[0].Start(t.Context(), record("r", 1)); err != nil {
		t.Fatal(err)
	}
	for attempt := 1; attempt <= 30; attempt++ {
		var group sync.WaitGroup
		var won atomic.Int64
		order := ports.Order{By: "ann", At: time.Unix(int64(attempt), 0).UTC()}
		for i, s := range all {
			group.Go(func() {
				if i == 0 {
					if err := s.Order(t.Context(), "r", order); err != nil {
						t.Error(err)
					}
					return
				}
				switch err := s.Update(t.Context(), record("r", attempt+1), record("r", attempt).Mark()); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, ports.ErrStale):
					t.Error(err)
				}
			})
		}
		group.Wait()
		if won.Load() != 1 {
			t.Errorf("attempt %d: %d of 7 have begun it", attempt, won.Load())
		}
		if got, err := all[0].Ordered(t.Context(), "r"); err != nil || got != order {
			t.Fatalf("attempt %d: ordered is %+v, %v; want %+v", attempt, got, err, order)
		}
	}
}

// batch commits the next batch of a run, and works on it for a while.
func batch(t *testing.T, s ports.State, run string, n int64, work func() error) {
	t.Helper()
	tx, err := s.Begin(t.Context())
	if err != nil {
		t.Error(err)
		return
	}
	defer tx.Rollback()
	err = work()
	if err == nil {
		err = tx.Save(t.Context(), ports.Checkpoint{Run: run, Batch: n, State: json.RawMessage(`{}`)}, nil, nil)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		t.Error(err)
	}
}

// Batches and the audit are not in each other's way: whoever holds the end of the audit
// keeps no batch from its commit, and open batches keep no event out.
func TestAuditBesideBatches(t *testing.T) {
	t.Parallel()
	all := crowd(t, 2)
	event := ports.Event{Action: "a"}
	tx, err := postgres.SQL(all[0]).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), postgres.EndLock); err != nil {
		t.Fatal(err)
	}
	batch(t, all[1], "r", 1, func() error { return nil })
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	batch(t, all[0], "r", 2, func() error { return all[1].Append(t.Context(), event) })
	if head, err := all[0].Head(t.Context()); err != nil || head.Seq != 1 {
		t.Errorf("the head is %+v, %v", head, err)
	}
}

// Three runs that leave events between their batches take less than twice the time of
// one: they work at the same time.
func TestRunsThatAuditAreParallel(t *testing.T) {
	t.Parallel()
	all := crowd(t, 3)
	next := make([]int64, len(all))
	measure := func(runs int) time.Duration {
		var group sync.WaitGroup
		begun := time.Now()
		for i, s := range all[:runs] {
			group.Go(func() {
				for range 15 {
					next[i]++
					batch(t, s, string(rune('a'+i)), next[i], func() error { time.Sleep(20 * time.Millisecond); return nil })
					if err := s.Append(t.Context(), ports.Event{Action: "a"}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		return time.Since(begun)
	}
	var ratio float64
	for range 5 { // the machine may have been busy
		one := measure(1)
		if ratio = float64(measure(3)) / float64(one); ratio < 2 {
			return
		}
	}
	t.Errorf("three runs take %.1f times as long as one", ratio)
}

// A look at the locks while their tokens are being set finds no loss.
func TestCheckBesideSurpass(t *testing.T) {
	t.Parallel()
	s := crowd(t, 1)[0]
	h := lock(t, s, "r", "k", "l")
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for range 100 {
				if err := h.Surpass(t.Context(), h.Fences()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	for looked := 0; ; looked++ {
		if err := h.Check(t.Context()); err != nil {
			t.Fatalf("look %d: %v", looked, err)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}
