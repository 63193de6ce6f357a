package portstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

func testStart(t *testing.T, s ports.State) {
	if _, err := s.Run(t.Context(), "r"); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Run before Start: %v, want ErrNotFound", err)
	}
	want := run("r", 0)
	if err := s.Start(t.Context(), want, started("r"), started("r")); err != nil {
		t.Fatal(err)
	}
	wantRun(t, s, want)
	wantChain(t, s, 2)
}

// wantRun compares the records as JSON: a time keeps its instant and zone but
// not its monotonic clock. What is JSON itself is compared by the byte.
func wantRun(t *testing.T, s ports.State, want ports.Run) {
	t.Helper()
	got, err := s.Run(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if plain(got) != plain(want) {
		t.Errorf("the record is\n%s\nwant\n%s", plain(got), plain(want))
	}
	if !bytes.Equal(got.Input, want.Input) || !bytes.Equal(got.Output, want.Output) {
		t.Errorf("input %s, output %s\nwant %s and %s", got.Input, got.Output, want.Input, want.Output)
	}
}

func plain(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func testStartTwice(t *testing.T, s ports.State) {
	first, second := run("r", 0), run("r", time.Hour)
	if err := s.Start(t.Context(), first, started("r")); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context(), second, started("r")); !errors.Is(err, ports.ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
	wantRun(t, s, first)
	wantChain(t, s, 1)
}

func testUpdate(t *testing.T, s ports.State) {
	first := run("r", 0)
	if err := s.Update(t.Context(), first, first.Mark(), started("r")); !errors.Is(err, ports.ErrNotFound) || errors.Is(err, ports.ErrStale) {
		t.Errorf("Update before Start: %v, want ErrNotFound", err)
	}
	wantChain(t, s, 0)
	if err := s.Start(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	next := first
	next.Status, next.Attempt, next.Version = ports.Succeeded, 2, "1.2.4"
	for _, from := range []ports.Mark{
		{Status: ports.Failed, Attempt: 1},
		{Status: ports.Running, Attempt: 0},
		{Status: ports.Running, Attempt: 2},
		next.Mark(),
	} {
		if err := s.Update(t.Context(), next, from, started("r")); !errors.Is(err, ports.ErrStale) {
			t.Errorf("Update from %v: %v, want ErrStale", from, err)
		}
	}
	wantRun(t, s, first)
	wantChain(t, s, 0)

	if err := s.Update(t.Context(), next, first.Mark(), started("r"), started("r")); err != nil {
		t.Fatal(err)
	}
	wantRun(t, s, next)
	wantChain(t, s, 2)
	if err := s.Update(t.Context(), first, first.Mark()); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Update from where it was: %v, want ErrStale", err)
	}
}

func testUpdateRace(t *testing.T, s ports.State) {
	first := run("r", 0)
	if err := s.Start(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	var won atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			next := first
			next.Attempt = 2
			switch err := s.Update(t.Context(), next, first.Mark(), started("r")); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, ports.ErrStale):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 8 have moved the record from one mark", won.Load())
	}
	wantChain(t, s, 1)
}

// testUnencodable has an event refused after the record is written.
func testUnencodable(t *testing.T, s ports.State) {
	bad := started("r")
	bad.Metadata = json.RawMessage(`{`)
	if err := s.Start(t.Context(), run("r", 0), started("r"), bad); err == nil {
		t.Error("Start: no error")
	}
	if _, err := s.Run(t.Context(), "r"); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Run: %v, want ErrNotFound", err)
	}
	first := run("r", 0)
	if err := s.Start(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	next := first
	next.Attempt = 2
	if err := s.Update(t.Context(), next, first.Mark(), started("r"), bad); err == nil {
		t.Error("Update: no error")
	}
	wantRun(t, s, first)
	wantChain(t, s, 0)
}
