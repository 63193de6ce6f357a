package runner_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// A prune takes a run's record, checkpoint, fence and journal, and leaves the audit.
func TestPruneForgetsARun(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(10), memory.NewState()
	r := newRunner(t, app, runner.Options{State: inMemory(state)})
	who := runner.Request{Task: "numbers.double-some", Input: []byte(`{"bad":[2]}`), Actor: "ada", Client: "test"}
	old, err := r.Run(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	between := time.Now()
	young, err := r.Run(t.Context(), runner.Request{Task: "numbers.send", Actor: "ada", Client: "test", Limits: runner.Limits{Items: 3}})
	if err != nil {
		t.Fatal(err)
	}
	if !old.Ended.Before(between) {
		t.Fatal("the clock stands still")
	}
	before := audited(t, state)
	would, err := r.Prunable(t.Context(), runner.Target{}, between)
	if err != nil || !slices.Equal(would.Runs, []string{old.ID}) || audited(t, state) != before {
		t.Fatalf("would prune %+v, %v", would, err)
	}
	pruned, err := r.Prune(t.Context(), runner.Request{Actor: "bob"}, between)
	if err != nil || !slices.Equal(pruned.Runs, []string{old.ID}) {
		t.Fatalf("pruned %+v, %v", pruned, err)
	}
	if _, err := state.Run(t.Context(), old.ID); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("the record is there: %v", err)
	}
	if _, err := app.db.Checkpoint(t.Context(), old.ID); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("the checkpoint is there: %v", err)
	}
	if entries, err := app.db.Journal(t.Context(), old.ID, "", 0, 10); err != nil || len(entries) > 0 {
		t.Errorf("the journal has %+v, %v", entries, err)
	}
	if got, want := audited(t, state), before+", run.pruned "+old.ID+" by bob"; got != want {
		t.Errorf("audit has %s, want %s", got, want)
	}
	if run, err := r.Resume(t.Context(), young.ID, runner.Request{Actor: "ada", Client: "test"}); err != nil || run.Progress.Processed != 10 {
		t.Errorf("the younger run goes on after it: %v, %+v", err, run.Progress)
	}
	if again, err := r.Prune(t.Context(), runner.Request{Actor: "bob"}, between); err != nil || len(again.Runs) > 0 {
		t.Errorf("pruned again: %+v, %v", again, err)
	}
}

// keeping is a state that removes nothing.
type keeping struct{ ports.State }

func (keeping) Delete(context.Context, string, ...ports.Event) error { return ports.ErrFull }

// A prune that fails on the way leaves nothing in a database that nobody knows of, and
// can be done again.
func TestPruneGoesOn(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(10), memory.NewState()
	r := newRunner(t, app, runner.Options{State: inMemory(state)})
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.double", Actor: "ada", Client: "test"})
	if err != nil {
		t.Fatal(err)
	}
	failing := newRunner(t, app, runner.Options{State: inMemory(keeping{state})})
	pruned, err := failing.Prune(t.Context(), runner.Request{Actor: "bob"}, time.Now())
	if e := failure(t, err); e.Code != runner.CodeIO || len(pruned.Runs) > 0 {
		t.Errorf("%s: %s; %+v", e.Code, e.Message, pruned)
	}
	if _, err := app.db.Checkpoint(t.Context(), run.ID); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("the checkpoint is there: %v", err)
	}
	if pruned, err = r.Prune(t.Context(), runner.Request{Actor: "bob"}, time.Now()); err != nil || !slices.Equal(pruned.Runs, []string{run.ID}) {
		t.Errorf("again: %+v, %v", pruned, err)
	}
}

// What has not ended stays, and so does what others need or what cannot be removed
// whole.
func TestWhatPruneLeaves(t *testing.T) {
	t.Parallel()
	child, elsewhere, resumed, dry := onRecord("child", ports.Stopped, 100), onRecord("elsewhere", ports.Failed, 5), onRecord("resumed", ports.Failed, 6), onRecord("dry", ports.Succeeded, 7)
	child.Parent = "parent"
	elsewhere.Database = "other.db"
	dry.Database, dry.DryRun = "other.db", true
	late := historyBegan.Add(100 * time.Minute)
	resumed.Ended = &late
	before := historyBegan.Add(50 * time.Minute)
	runs := []ports.Run{
		onRecord("ended", ports.Cancelled, 0), onRecord("working", ports.Running, 1), onRecord("dead", ports.Running, 2),
		onRecord("parent", ports.Succeeded, 3), onRecord("busy", ports.Stopped, 4), elsewhere, resumed, dry, child,
	}
	state := recorded(t, runs, "working", "busy")
	r := historyOf(t, state)
	pruned, err := r.Prune(t.Context(), runner.Request{Actor: "bob"}, before)
	if err != nil || !slices.Equal(pruned.Runs, []string{"dry", "ended"}) || pruned.Going != 3 || pruned.Needed != 1 || pruned.Elsewhere != 1 {
		t.Errorf("pruned %+v, %v", pruned, err)
	}
	left, err := state.List(t.Context(), ports.RunFilter{})
	if err != nil || len(left) != len(runs)-2 {
		t.Errorf("%d of %d left, %v", len(left), len(runs), err)
	}
	later := historyBegan.Add(200 * time.Minute)
	if pruned, err = r.Prune(t.Context(), runner.Request{Actor: "bob"}, later); err != nil || !slices.Equal(pruned.Runs, []string{"child", "resumed", "parent"}) {
		t.Errorf("later: %+v, %v", pruned, err)
	}
}
