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

// A prune asks the database its name before it removes anything there, or the record of it.
func TestPruneOfTheExpectedDatabase(t *testing.T) {
	t.Parallel()
	app, state, name := newNumbers(10), memory.NewState(), "orders"
	r := runnerOf(t, "testdata/tasks.yaml", app.register, func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
		opened, err := app.open(ctx, s)
		opened.Name = func(context.Context) (string, error) { return name, nil }
		return opened, err
	}, runner.Options{State: inMemory(state)})
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.double", Actor: "ada", Client: "test"})
	if err != nil {
		t.Fatal(err)
	}
	name = "test"
	req := runner.Request{Actor: "bob", Expect: "orders"}
	pruned, err := r.Prune(t.Context(), req, time.Now())
	if e := failure(t, err); e.Code != runner.CodeGate || len(pruned.Runs) > 0 {
		t.Errorf("%s: %s; %+v", e.Code, e.Message, pruned)
	}
	if _, err := app.db.Checkpoint(t.Context(), run.ID); err != nil {
		t.Errorf("the checkpoint: %v", err)
	}
	if _, err := state.Run(t.Context(), run.ID); err != nil {
		t.Errorf("the record: %v", err)
	}
	name = "orders"
	if pruned, err = r.Prune(t.Context(), req, time.Now()); err != nil || !slices.Equal(pruned.Runs, []string{run.ID}) {
		t.Errorf("of the expected: %+v, %v", pruned, err)
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
	child.Parent, child.Root = "parent", "parent"
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
	if pruned, err = r.Prune(t.Context(), runner.Request{Actor: "bob"}, later); err != nil || !slices.Equal(pruned.Runs, []string{"parent", "child", "resumed"}) {
		t.Errorf("later: %+v, %v", pruned, err)
	}
}

// A run over another's failed items knows what these have been through: it is not
// pruned before that one, which would have its items applied again.
func TestALineOfRunsIsPrunedWhole(t *testing.T) {
	t.Parallel()
	m := newMending(t, 6)
	m.broken = []int64{2}
	limits := skip(5)
	limits.Items = 3
	parent, err := m.do(t, limits)
	if err != nil || parent.Status != ports.Stopped || parent.Progress.Failed != 1 {
		t.Fatalf("%v: %+v", err, parent)
	}
	m.broken = nil
	child, err := m.retry(t, parent.ID, runner.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	between := time.Now()
	if _, err := m.runner.Resume(t.Context(), parent.ID, runner.Request{Actor: "a", Client: "c"}); err != nil {
		t.Fatal(err)
	}
	pruned, err := m.runner.Prune(t.Context(), runner.Request{Actor: "bob"}, between)
	if err != nil || len(pruned.Runs) > 0 || pruned.Needed != 1 {
		t.Errorf("pruned %+v, %v", pruned, err)
	}
	if _, err := m.retry(t, parent.ID, runner.Limits{}); failure(t, err).Code != runner.CodeNotResumable || !slices.Equal(m.db.Read(), doubled(6)) {
		t.Errorf("retried again: %v, rows %v", err, m.db.Read())
	}
	if pruned, err = m.runner.Prune(t.Context(), runner.Request{Actor: "bob"}, time.Now()); err != nil || !slices.Equal(pruned.Runs, []string{parent.ID, child.ID}) {
		t.Errorf("later: pruned %+v, %v", pruned, err)
	}
}

// A prune that fails in the middle of a line leaves nothing that can be done twice.
func TestHalfALineIsNotRetried(t *testing.T) {
	t.Parallel()
	m := newMending(t, 6)
	m.broken = []int64{2}
	parent, err := m.do(t, skip(5))
	if err != nil {
		t.Fatal(err)
	}
	m.broken = nil
	if _, err := m.retry(t, parent.ID, runner.Limits{}); err != nil {
		t.Fatal(err)
	}
	failing := m.runner.With(runner.Options{State: inMemory(keeping{m.state})})
	if _, err := failing.Prune(t.Context(), runner.Request{Actor: "bob"}, time.Now()); failure(t, err).Code != runner.CodeIO {
		t.Fatal(err)
	}
	if _, err := m.retry(t, parent.ID, runner.Limits{}); failure(t, err).Code != runner.CodeConfig || !slices.Equal(m.db.Read(), doubled(6)) {
		t.Errorf("retried again: %v, rows %v", err, m.db.Read())
	}
}

// meeting is a state at which something happens just before a run is put on record, or a
// run's lock is taken.
type meeting struct {
	ports.State
	beforeStart, beforeLock func()
}

func (m *meeting) Start(ctx context.Context, run ports.Run, events ...ports.Event) error {
	if m.beforeStart != nil {
		m.beforeStart()
	}
	return m.State.Start(ctx, run, events...)
}

func (m *meeting) Lock(ctx context.Context, by ports.Holder, keys []string) (ports.Held, error) {
	if m.beforeLock != nil {
		m.beforeLock()
	}
	return m.State.Lock(ctx, by, keys)
}

// A run whose failed items somebody begins to go over is not pruned under them.
func TestPruneMeetsARetry(t *testing.T) {
	t.Parallel()
	for name, meet := range map[string]func(m *mending, parent string) runner.Pruned{
		"prune while a retry starts": func(m *mending, parent string) (pruned runner.Pruned) {
			retrying := m.runner.With(runner.Options{State: inMemory(&meeting{State: m.state, beforeStart: func() {
				var err error
				if pruned, err = m.runner.Prune(t.Context(), runner.Request{Actor: "bob"}, time.Now()); err != nil {
					t.Error(err)
				}
			}})})
			if _, err := retrying.RetryFailed(t.Context(), parent, runner.Request{Actor: "b", Client: "c"}); err != nil {
				t.Error(err)
			}
			return pruned
		},
		"retry once a prune has looked": func(m *mending, parent string) runner.Pruned {
			before := time.Now()
			pruning := m.runner.With(runner.Options{State: inMemory(&meeting{State: m.state, beforeLock: func() {
				if _, err := m.retry(t, parent, runner.Limits{}); err != nil {
					t.Error(err)
				}
			}})})
			pruned, err := pruning.Prune(t.Context(), runner.Request{Actor: "bob"}, before)
			if err != nil {
				t.Error(err)
			}
			return pruned
		},
	} {
		m := newMending(t, 6)
		m.broken = []int64{2}
		parent, err := m.do(t, skip(5))
		if err != nil {
			t.Fatal(err)
		}
		m.broken = nil
		if pruned := meet(m, parent.ID); len(pruned.Runs) > 0 || pruned.Going != 1 {
			t.Errorf("%s: pruned %+v", name, pruned)
		}
		if _, err := m.state.Run(t.Context(), parent.ID); err != nil || !slices.Equal(m.db.Read(), doubled(6)) {
			t.Errorf("%s: %v, rows %v", name, err, m.db.Read())
		}
		if held, err := m.state.Held(t.Context()); err != nil || len(held) > 0 {
			t.Errorf("%s: locks %+v, %v", name, held, err)
		}
	}
}
