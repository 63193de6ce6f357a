package portstest

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// worked is a run "r" and its neighbour, each with a checkpoint, a journal and a fence.
func worked(t *testing.T, d Database) {
	t.Helper()
	d.mustCommit(t,
		batch{
			raise: []ports.Fence{{Key: "run:r", Token: 5}, {Key: "k", Token: 5}, {Key: "run:other", Token: 5}},
			rows:  []string{"a"}, save: point(1), entries: []ports.Entry{entry(1, `1`), entry(2, `2`)},
		},
		batch{save: ports.Checkpoint{Run: "other", Batch: 1, State: json.RawMessage(`1`)}, entries: []ports.Entry{entry(1, `1`)}},
	)
}

// wantForgotten wants nothing left of r, and all of what is not its own.
func wantForgotten(t *testing.T, d Database) {
	t.Helper()
	d.wantContent(t, content{Rows: []string{"a"}})
	if c, err := d.Checkpoints.Checkpoint(t.Context(), "other"); err != nil || c.Batch != 1 {
		t.Errorf("the checkpoint of another run: %+v, %v", c, err)
	}
	if entries, err := d.Checkpoints.Journal(t.Context(), "other", "", 0, 9); err != nil || len(entries) != 1 {
		t.Errorf("the journal of another run: %+v, %v", entries, err)
	}
	for key, want := range map[string]error{"run:r": nil, "k": ports.ErrStale, "run:other": ports.ErrStale} {
		tx, err := d.do(t.Context(), batch{raise: fence(key, 4), save: point(1)})
		if !errors.Is(err, want) {
			t.Errorf("raise of %s to less: %v, want %v", key, err, want)
		}
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

func testForget(t *testing.T, d Database) {
	worked(t, d)
	for range 2 {
		if err := d.Checkpoints.Forget(t.Context(), "r"); err != nil {
			t.Fatal(err)
		}
		wantForgotten(t, d)
	}
	d.mustCommit(t, batch{raise: fence("run:r", 1), save: point(1), fences: fence("run:r", 1), entries: []ports.Entry{entry(1, `1`)}})
}

// testForgetWaits has a run forgotten while a batch of it is under way.
func testForgetWaits(t *testing.T, d Database) {
	tx, err := d.do(t.Context(), batch{raise: fence("run:r", 1), save: point(1), entries: []ports.Entry{entry(1, `1`)}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := d.Checkpoints.Forget(ctx, "r"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Forget with a context of 20 ms: %v, want context.DeadlineExceeded", err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := d.Checkpoints.Forget(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	d.wantContent(t, content{})
}

func testDelete(t *testing.T, s ports.State) {
	if err := s.Delete(t.Context(), "r", started("r")); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Delete of no run: %v, want ErrNotFound", err)
	}
	for _, id := range []string{"r", "other"} {
		if err := s.Start(t.Context(), run(id, 0)); err != nil {
			t.Fatal(err)
		}
	}
	d := database(s)
	worked(t, d)
	before := d.content(t)

	bad := started("r")
	bad.Metadata = json.RawMessage(`{`)
	if err := s.Delete(t.Context(), "r", bad); err == nil {
		t.Error("Delete with an event that is no JSON: no error")
	}
	wantRun(t, s, run("r", 0))
	d.wantContent(t, before)
	wantChain(t, s, 0)

	if err := s.Delete(t.Context(), "r", started("r")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(t.Context(), "r"); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Run: %v, want ErrNotFound", err)
	}
	wantForgotten(t, d)
	wantRun(t, s, run("other", 0))
	wantChain(t, s, 1)
}
