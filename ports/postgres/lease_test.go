package postgres_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

func lock(t *testing.T, s ports.Locks, run string, keys ...string) ports.Held {
	t.Helper()
	h, err := s.Lock(t.Context(), ports.Holder{Run: run}, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Release() })
	return h
}

func locks(t *testing.T, s ports.Locks) []ports.Lock {
	t.Helper()
	held, err := s.Held(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// await asks until it is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after 30 s still not: %s", what)
		}
	}
}

// Holding nothing leaves nothing behind.
func TestNoLocks(t *testing.T) {
	t.Parallel()
	s := openState(t, pgtest.Database(t), postgres.StateOptions{Create: true})
	none := lock(t, s, "r")
	if postgres.Renews(none) || !postgres.Renews(lock(t, s, "r", "k")) {
		t.Error("a pool is open for the renewals of no lock, or of one none")
	}
	if err := errors.Join(none.Check(t.Context()), none.Release()); err != nil {
		t.Error(err)
	}
}

// A lock is held for as long as its holder renews it, and from then on for no longer
// than the lease. Who comes late to what another has taken is told, and changes nothing
// of it.
func TestLeases(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	const ttl = 1500 * time.Millisecond
	short := openState(t, url, postgres.Leased(ttl, 50*time.Millisecond))
	other := openState(t, url, postgres.StateOptions{})
	first := lock(t, short, "first", "k", "run:first")
	for end := time.Now().Add(2 * ttl); time.Now().Before(end); time.Sleep(ttl / 10) {
		if err := first.Check(t.Context()); err != nil || len(locks(t, other)) != 2 {
			t.Fatalf("while it is renewed: %v, held are %+v", err, locks(t, other))
		}
	}
	if _, err := other.Lock(t.Context(), ports.Holder{Run: "late"}, []string{"k"}); !errors.Is(err, ports.ErrLocked) {
		t.Errorf("Lock: %v, want ErrLocked", err)
	}

	postgres.Pause(first)
	paused := time.Now()
	await(t, "the lock has run out", func() bool { return len(locks(t, other)) == 0 })
	if lasted := time.Since(paused); lasted > 2*ttl {
		t.Errorf("it was held for %s after the last renewal", lasted)
	}
	second := lock(t, other, "second", "k")
	if was, is := first.Fences()[0].Token, second.Fences()[0].Token; is <= was {
		t.Errorf("token %d after %d", is, was)
	}
	if err := first.Check(t.Context()); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Check: %v, want ErrStale", err)
	}
	before := locks(t, other)
	if err := first.Release("k", "run:first"); err != nil {
		t.Errorf("Release of what was lost: %v", err)
	}
	if after := locks(t, other); len(after) != 1 || after[0].Run != "second" || !reflect.DeepEqual(after, before) {
		t.Errorf("held are %+v, were %+v", after, before)
	}
	if err := second.Check(t.Context()); err != nil {
		t.Errorf("Check of the second: %v", err)
	}
}

// What another holds by a higher token is lost by the server's word, before the holder's
// own clock says so, and no renewal brings it back.
func TestTheServerTells(t *testing.T) {
	t.Parallel()
	s := openState(t, pgtest.Database(t), postgres.StateOptions{Create: true})
	for name, harm := range map[string]string{
		"taken over": `UPDATE beignet_lock SET token = token + 1, run = 'other' WHERE key = $1`,
		"run out":    `UPDATE beignet_lock SET expires = clock_timestamp() WHERE key = $1`,
		"gone":       `DELETE FROM beignet_lock WHERE key = $1`,
	} {
		h := lock(t, s, "r", "a", name)
		if err := h.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := postgres.SQL(s).ExecContext(t.Context(), harm, name); err != nil {
			t.Fatal(err)
		}
		if err := postgres.Renew(h); err != nil {
			t.Fatal(err)
		}
		for _, l := range locks(t, s) {
			if l.Key == name && l.Run == "r" {
				t.Errorf("%s: held is %+v after it was lost", name, l)
			}
		}
		for range 2 {
			if err := h.Check(t.Context()); !errors.Is(err, ports.ErrStale) {
				t.Errorf("%s: %v, want ErrStale", name, err)
			}
		}
		if err := h.Release(); err != nil {
			t.Error(err)
		}
	}
	if held := locks(t, s); len(held) != 1 || held[0].Run != "other" {
		t.Errorf("held are %+v, want the one that another took over", held)
	}
}

// renewedUntil is when the server lets a key go.
func renewedUntil(t *testing.T, s ports.State) (at time.Time) {
	t.Helper()
	if err := postgres.SQL(s).QueryRowContext(t.Context(), `SELECT expires FROM beignet_lock`).Scan(&at); err != nil {
		t.Fatal(err)
	}
	return at
}

// A server that was killed and is back within the lease finds its locks renewed; and a
// holder that hears nothing of it meanwhile has not lost them yet.
func TestServerBackInTime(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t, pgtest.Options{})
	s := openState(t, server.Database(t), postgres.Leased(time.Minute, 100*time.Millisecond))
	h := lock(t, s, "r", "k")
	server.Kill(t)
	var err error
	await(t, "the server's last process is gone", func() bool { err = h.Check(t.Context()); return err != nil })
	if !errors.Is(err, ports.ErrUnavailable) || errors.Is(err, ports.ErrStale) {
		t.Errorf("Check while the server is dead: %v, want ErrUnavailable", err)
	}
	server.Start(t)
	await(t, "the state answers", func() bool { _, err := s.Held(t.Context()); return err == nil })
	was := renewedUntil(t, s)
	await(t, "the lease is renewed", func() bool { return renewedUntil(t, s).After(was) })
	if err := h.Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
	if held := locks(t, s); len(held) != 1 || held[0].Token != h.Fences()[0].Token {
		t.Errorf("held are %+v", held)
	}
}

// A server that does not come back within the lease is one that another may have asked
// meanwhile: by the holder's own clock the lock is lost, and stays so.
func TestServerBackTooLate(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t, pgtest.Options{})
	const ttl = time.Second
	s := openState(t, server.Database(t), postgres.Leased(ttl, 50*time.Millisecond))
	h := lock(t, s, "r", "k")
	server.Kill(t)
	var err error
	await(t, "the lock is lost", func() bool {
		err = h.Check(t.Context())
		return err != nil && !errors.Is(err, ports.ErrUnavailable) // nil: a process of the server's lives still
	})
	if !errors.Is(err, ports.ErrStale) {
		t.Errorf("Check: %v, want ErrStale", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Check(ended); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Check that asks nobody: %v, want ErrStale", err)
	}
	server.Start(t)
	await(t, "the state answers", func() bool { _, err := s.Held(t.Context()); return err == nil })
	if held := locks(t, s); len(held) > 0 {
		t.Errorf("held are %+v", held)
	}
	if err := h.Check(t.Context()); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Check: %v, want ErrStale", err)
	}
	again := lock(t, openState(t, server.Named("postgres"), postgres.StateOptions{Create: true}), "other", "k")
	if was, is := h.Fences()[0].Token, again.Fences()[0].Token; is <= was {
		t.Errorf("token %d of a state that was made anew, after %d", is, was)
	}
	if err := h.Release(); err != nil {
		t.Error(err)
	}
}

// A process that stops in the middle of a transaction of the state keeps others from it
// for a part of the lease only, and commits nothing later.
func TestStoppedInTheMiddle(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := openState(t, url, postgres.Leased(400*time.Millisecond, 100*time.Millisecond))
	tx, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Raise(t.Context(), []ports.Fence{{Key: "k", Token: 7}}); err != nil {
		t.Fatal(err)
	}
	other, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Raise(t.Context(), []ports.Fence{{Key: "k", Token: 1}}); err != nil {
		t.Errorf("Raise beside a transaction that does not go on: %v", err)
	}
	if err := tx.Commit(); !errors.Is(err, ports.ErrUnavailable) {
		t.Errorf("Commit: %v, want ErrUnavailable", err)
	}
	if err := other.Commit(); err != nil {
		t.Error(err)
	}
}
