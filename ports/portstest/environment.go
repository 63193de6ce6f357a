package portstest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// A state is nobody's, then its first environment's, and remembers that.
func testEnvironment(t *testing.T, o Opened) {
	s := o.State
	if name, err := s.Environment(t.Context()); name != "" || err != nil {
		t.Fatalf("at first it is %q, %v", name, err)
	}
	event := ports.Event{Action: "state.made", Environment: "staging"}
	if err := s.Claim(t.Context(), "staging", event); err != nil {
		t.Fatal(err)
	}
	if err := s.Claim(t.Context(), "staging"); err != nil {
		t.Errorf("claimed again by its own: %v", err)
	}
	if err := s.Claim(t.Context(), "production", event); !errors.Is(err, ports.ErrExists) {
		t.Errorf("claimed by another: %v", err)
	}
	s = o.Reopen(nil)
	name, err := s.Environment(t.Context())
	if name != "staging" || err != nil {
		t.Errorf("then it is %q, %v", name, err)
	}
	if head, err := s.Head(t.Context()); err != nil || head.Seq != 1 {
		t.Errorf("the audit's head is %+v, %v", head, err)
	}
}

// Of several that claim a state at once one gets it.
func testClaimRace(t *testing.T, s ports.State) {
	var won atomic.Int64
	var group sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d"} {
		group.Go(func() {
			switch err := s.Claim(t.Context(), name); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, ports.ErrExists):
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	group.Wait()
	if n := won.Load(); n != 1 {
		t.Errorf("%d have claimed it", n)
	}
}
