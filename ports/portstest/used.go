package portstest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// wantUsed wants a run to be the first that is known to have committed in a database;
// "": none is.
func wantUsed(t *testing.T, s ports.Runs, database, run string, since time.Time) {
	t.Helper()
	use, err := s.Used(t.Context(), database)
	switch {
	case run == "" && !errors.Is(err, ports.ErrNotFound):
		t.Errorf("use of %q: %+v, %v, want ErrNotFound", database, use, err)
	case run != "" && (err != nil || use.Run != run || !use.Since.Equal(since)):
		t.Errorf("use of %q: %+v, %v, want run %s since %s", database, use, err, run, since)
	}
}

// idle is a run in a database in which it has committed nothing.
func idle(id, database string, change func(*ports.Run)) ports.Run {
	r := run(id, 0)
	r.Database, r.DryRun, r.Progress = database, false, ports.Progress{}
	if change != nil {
		change(&r)
	}
	return r
}

// testUsed tells databases in which a run has committed something, as
// [ports.Run.Committed] says it, from those in which none has.
func testUsed(t *testing.T, s ports.State) {
	begun := run("", 0).Started
	for i, test := range []struct {
		name   string
		change func(*ports.Run)
		used   bool
	}{
		{"begun", nil, false},
		{"batches", func(r *ports.Run) { r.Progress.Batches = 1 }, true},
		{"dry", func(r *ports.Run) { r.Progress.Batches, r.DryRun = 1, true }, false},
		{"once", func(r *ports.Run) { r.Status = ports.Succeeded }, true},
		{"outside", func(r *ports.Run) { r.Status, r.Delivery = ports.Succeeded, ports.BestEffort }, false},
		{"", func(r *ports.Run) { r.Progress.Batches = 1 }, true},
	} {
		wantUsed(t, s, test.name, "", begun)
		id := string(rune('a' + i))
		if err := s.Start(t.Context(), idle(id, test.name, test.change)); err != nil {
			t.Fatal(err)
		}
		if !test.used {
			id = ""
		}
		wantUsed(t, s, test.name, id, begun)
	}
}

// testUsedFirst keeps the first run, whatever becomes of it and of its record.
func testUsedFirst(t *testing.T, s ports.State) {
	const one, other = "one.db", "other.db"
	first := idle("first", one, nil)
	begun := first.Started
	if err := s.Start(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	first.Progress.Batches = 1
	if err := s.Update(t.Context(), first, ports.Mark{Status: ports.Failed, Attempt: 1}); !errors.Is(err, ports.ErrStale) {
		t.Fatal(err)
	}
	bad := started("first")
	bad.Metadata = json.RawMessage(`{`)
	if err := s.Update(t.Context(), first, first.Mark(), bad); err == nil {
		t.Fatal("Update with an event that is no JSON: no error")
	}
	wantUsed(t, s, one, "", begun)
	if err := s.Update(t.Context(), first, first.Mark()); err != nil {
		t.Fatal(err)
	}
	wantUsed(t, s, one, "first", begun)

	first.Database, first.Started = other, begun.Add(time.Hour)
	if err := s.Update(t.Context(), first, first.Mark()); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context(), idle("second", one, func(r *ports.Run) { r.Progress.Batches = 1 })); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"first", "second"} {
		if err := s.Delete(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	wantUsed(t, s, one, "first", begun)
	wantUsed(t, s, other, "first", begun.Add(time.Hour))
}
