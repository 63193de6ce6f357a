package portstest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// wantChain reads the whole audit page by page, verifies it from its bytes, and
// returns its head.
func wantChain(t *testing.T, s ports.Audit, events int) string {
	t.Helper()
	var (
		head string
		last int64
		n    int
	)
	for {
		links, err := s.Links(t.Context(), last, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(links) == 0 {
			break
		}
		for _, l := range links {
			if want := ports.AuditKey(nil).Hash(head, l.Body); l.Seq <= last || l.Hash != want {
				t.Fatalf("link %d after %d: hash %s, want %s of\n%s", l.Seq, last, l.Hash, want, l.Body)
			}
			head, last = l.Hash, l.Seq
			n++
		}
	}
	if n != events {
		t.Errorf("the audit has %d events, want %d", n, events)
	}
	return head
}

func testAppend(t *testing.T, s ports.State) {
	if err := s.Append(t.Context()); err != nil {
		t.Errorf("Append of nothing: %v", err)
	}
	want := started("r")
	if err := s.Append(t.Context(), want, ports.Event{Action: "second", Entry: 7}); err != nil {
		t.Fatal(err)
	}
	wantChain(t, s, 2)
	links, err := s.Links(t.Context(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	var got ports.Event
	if err := json.Unmarshal(links[0].Body, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the event is\n%+v\nwant\n%+v", got, want)
	}

	bad := started("r")
	bad.Metadata = json.RawMessage(`{`)
	if err := s.Append(t.Context(), started("r"), bad); err == nil {
		t.Error("Append of what is no JSON: no error")
	}
	wantChain(t, s, 2)
}

func testAppendAgain(t *testing.T, s ports.State) {
	copyOf := func(run string, entry int64) ports.Event {
		return ports.Event{Action: "issue.closed", Run: run, Entry: entry}
	}
	for i, test := range []struct {
		events []ports.Event
		want   int // events in all
	}{
		{[]ports.Event{copyOf("r", 1), copyOf("r", 2)}, 2},
		{[]ports.Event{copyOf("r", 1), copyOf("r", 2), copyOf("r", 3)}, 3},
		{[]ports.Event{copyOf("r", 4), copyOf("r", 4)}, 4},
		{[]ports.Event{copyOf("other", 1)}, 5},
		{[]ports.Event{copyOf("r", 0), copyOf("r", 0)}, 7}, // copies of no entry
		{[]ports.Event{copyOf("r", 0)}, 8},
	} {
		if err := s.Append(t.Context(), test.events...); err != nil {
			t.Fatal(err)
		}
		if wantChain(t, s, test.want); t.Failed() {
			t.Fatalf("after append %d", i)
		}
	}
	if err := s.Start(t.Context(), run("r", 0), copyOf("r", 4), copyOf("r", 5)); err != nil {
		t.Fatal(err)
	}
	wantChain(t, s, 9)
}

func testAppendConcurrency(t *testing.T, s ports.State) {
	const writers, each = 6, 8
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				id := fmt.Sprintf("%d-%d", w, i)
				if err := s.Append(t.Context(), started(id)); err != nil {
					t.Error(err)
				}
				if err := s.Start(t.Context(), run(id, 0), started(id)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	wantChain(t, s, writers*each*2)
}

func testLinks(t *testing.T, s ports.State) {
	for range 5 {
		if err := s.Append(t.Context(), started("r")); err != nil {
			t.Fatal(err)
		}
	}
	all, err := s.Links(t.Context(), 0, 100)
	if err != nil || len(all) != 5 {
		t.Fatalf("%d links, %v", len(all), err)
	}
	for _, test := range []struct {
		after int64
		limit int
		want  []ports.Link
	}{
		{0, 2, all[:2]},
		{all[1].Seq, 2, all[2:4]},
		{all[3].Seq, 2, all[4:]},
		{all[4].Seq, 2, nil},
	} {
		got, err := s.Links(t.Context(), test.after, test.limit)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("Links(%d, %d) = %v, want %v", test.after, test.limit, got, test.want)
		}
	}
	clear(all[0].Body) // the caller's
	wantChain(t, s, 5)
}
