package portstest

import (
	"errors"
	"reflect"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

func testHead(t *testing.T, s ports.State) {
	if head, err := s.Head(t.Context()); err != nil || !reflect.DeepEqual(head, ports.Link{}) {
		t.Errorf("the head of an empty audit is %+v, %v", head, err)
	}
	for range 3 {
		if err := s.Append(t.Context(), started("r"), started("r")); err != nil {
			t.Fatal(err)
		}
		links, err := s.Links(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		head, err := s.Head(t.Context())
		if err != nil || !reflect.DeepEqual(head, links[len(links)-1]) {
			t.Errorf("the head is %+v, %v; want %+v", head, err, links[len(links)-1])
		}
		clear(head.Body) // the caller's
	}
	wantChain(t, s, 6)
}

// testKey gives a chain a key on the way, and then takes it away.
func testKey(t *testing.T, o Opened) {
	key := ports.AuditKey("of the audit")
	if err := o.State.Append(t.Context(), started("r"), started("r")); err != nil {
		t.Fatal(err)
	}
	s := o.Reopen(key)
	copied := ports.Event{Action: "a", Run: "r", Entry: 1}
	if err := s.Append(t.Context(), started("r"), copied, copied); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context(), run("r", 0), copied, started("r")); err != nil {
		t.Fatal(err)
	}
	wantKeyed(t, s, key, 2, 3)
	wantKeyed(t, s, ports.AuditKey("another"), 2, 0)

	for _, other := range []ports.AuditKey{nil, ports.AuditKey("another")} {
		s := o.Reopen(other)
		for name, err := range map[string]error{
			"Append": s.Append(t.Context(), started("r")),
			"Start":  s.Start(t.Context(), run("late", 0), started("late")),
			"Order":  s.Order(t.Context(), "r", cancelled("ann"), started("r")),
			"Delete": s.Delete(t.Context(), "r", started("r")),
		} {
			var refused *ports.KeyError
			if !errors.As(err, &refused) {
				t.Errorf("%s with the key %q: %v, want a KeyError", name, other, err)
			}
		}
		if err := s.Append(t.Context()); err != nil {
			t.Errorf("Append of nothing with the key %q: %v", other, err)
		}
		if _, err := s.Run(t.Context(), "late"); !errors.Is(err, ports.ErrNotFound) {
			t.Errorf("a run that was refused: %v, want ErrNotFound", err)
		}
		wantOrder(t, s, "r", ports.Order{})
		wantKeyed(t, s, key, 2, 3)
	}
	if err := o.Reopen(key).Append(t.Context(), started("r")); err != nil {
		t.Fatal(err)
	}
	wantKeyed(t, o.Reopen(nil), key, 2, 4)
}

// wantKeyed wants a chain that begins without a key, and goes on with as many links
// as the key fits.
func wantKeyed(t *testing.T, s ports.State, key ports.AuditKey, without, with int) {
	t.Helper()
	links, err := s.Links(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	before, fit := "", 0
	for i, l := range links {
		switch {
		case i < without && l.Hash != ports.AuditKey(nil).Hash(before, l.Body):
			t.Errorf("link %d does not fit its hash %s", l.Seq, l.Hash)
		case i >= without && !ports.Keyed(l.Hash):
			t.Errorf("link %d has no key: %s", l.Seq, l.Hash)
		case i >= without && l.Hash == key.Hash(before, l.Body):
			fit++
		}
		before = l.Hash
	}
	if fit != with {
		t.Errorf("the key fits %d links of %d after the first %d, want %d", fit, len(links), without, with)
	}
}
