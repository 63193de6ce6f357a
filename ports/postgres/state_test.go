package postgres_test

import (
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/portstest"
	"github.com/beignet-go/beignet/ports/postgres"
)

func TestState(t *testing.T) {
	t.Parallel()
	portstest.State(t, func(t *testing.T) portstest.Opened {
		url := pgtest.Database(t)
		s := openState(t, url, postgres.StateOptions{Create: true})
		return portstest.Opened{State: s, Reopen: func(key ports.AuditKey) ports.State {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return openState(t, url, postgres.StateOptions{AuditKey: key})
		}}
	})
}

// An event is copied once, be it twice in one call, whatever its run is called; and many
// are added by a handful of statements.
func TestCopiesOfEvents(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := openState(t, url, postgres.StateOptions{Create: true})
	var events []ports.Event
	for i := range 500 {
		events = append(events, ports.Event{Action: "a", Run: []string{"r", "a\"b\\<é"}[i%2], Entry: int64(i/2 + 1)})
	}
	none := ports.Event{Action: "b", Run: "r"}
	for _, batch := range [][]ports.Event{events[:10], append(events[5:15:15], events[12], none, none), events, events} {
		if err := s.Append(t.Context(), batch...); err != nil {
			t.Fatal(err)
		}
	}
	links, err := s.Links(t.Context(), 0, 1000)
	if err != nil || len(links) != 502 || links[501].Seq != 502 {
		t.Fatalf("%d links, %v; want 502", len(links), err)
	}
	var key ports.AuditKey
	for i, l := range links[1:] {
		if key.Hash(links[i].Hash, l.Body) != l.Hash {
			t.Errorf("link %d does not follow from the one before", l.Seq)
		}
	}
}

func openState(t *testing.T, url string, o postgres.StateOptions) ports.State {
	t.Helper()
	s, err := postgres.OpenState(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
