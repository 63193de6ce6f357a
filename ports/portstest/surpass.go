package portstest

import (
	"errors"
	"reflect"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// testStale names every stored fence that is above what was to be raised, and those
// alone.
func testStale(t *testing.T, d Database) {
	d.mustCommit(t, batch{raise: []ports.Fence{{Key: "k", Token: 5}, {Key: "l", Token: 6}, {Key: "m", Token: 7}}, save: point(1)})
	err := d.commit(t.Context(), batch{raise: []ports.Fence{{Key: "n", Token: 1}, {Key: "m", Token: 1}, {Key: "l", Token: 6}, {Key: "k", Token: 4}}, save: point(2)})
	var stale *ports.StaleError
	want := []ports.Fence{{Key: "m", Token: 7}, {Key: "k", Token: 5}}
	if !errors.As(err, &stale) || !errors.Is(err, ports.ErrStale) || !reflect.DeepEqual(stale.Stored, want) {
		t.Errorf("Raise: %v, want a StaleError of %+v", err, want)
	}
}

func testSurpass(t *testing.T, s ports.State) {
	h := mustLock(t, s, "r", "a", "b", "c")
	before := h.Fences()
	const ahead = 9_000_000_000_000_000 // of every clock for 200 years
	stored := []ports.Fence{{Key: "b", Token: ahead}, {Key: "c", Token: 1}}
	if err := h.Surpass(t.Context(), append(stored, ports.Fence{Key: "other", Token: 1})); !errors.Is(err, ports.ErrStale) || !reflect.DeepEqual(h.Fences(), before) {
		t.Errorf("Surpass with a key of another's: %v, want ErrStale; %+v, were %+v", err, h.Fences(), before)
	}
	if err := h.Surpass(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	want := []ports.Fence{before[0], {Key: "b", Token: ahead + 1}, before[2]}
	if !reflect.DeepEqual(h.Fences(), want) {
		t.Errorf("fences %+v, want %+v", h.Fences(), want)
	}
	held, err := s.Held(t.Context())
	if err != nil || len(held) != 3 || held[1].Token != ahead+1 || held[1].Run != "r" || held[1].PID == 0 {
		t.Errorf("held are %+v, %v", held, err)
	}
	if err := h.Release(); err != nil {
		t.Fatal(err)
	}
	if err := h.Surpass(t.Context(), []ports.Fence{{Key: "a", Token: ahead}}); !errors.Is(err, ports.ErrStale) || !reflect.DeepEqual(h.Fences(), want) {
		t.Errorf("Surpass of what was released: %v, want ErrStale; %+v", err, h.Fences())
	}
	next := mustLock(t, s, "next", "a", "b").Fences()
	if next[0].Token >= ahead || next[1].Token <= ahead+1 {
		t.Errorf("the next holder's are %+v", next)
	}
}
