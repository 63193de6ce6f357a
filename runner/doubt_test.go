package runner_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// unreadable are checkpoints that cannot be read while off.
type unreadable struct {
	ports.Checkpoints
	off *bool
}

func (u unreadable) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	if *u.off {
		return ports.Checkpoint{}, fmt.Errorf("checkpoint: %w", ports.ErrIO)
	}
	return u.Checkpoints.Checkpoint(ctx, run)
}

// A one-shot that has committed is settled by a resume whatever its record says: that
// its outcome is not known, or that somebody has cancelled it since.
func TestACommittedOneShotIsSettled(t *testing.T) {
	t.Parallel()
	off := false
	for name, interrupt := range map[string]func(*numbers, *dying){
		"the reply is lost, and the checkpoint cannot be read": func(app *numbers, _ *dying) {
			app.hook.commit = func(commit func() error) error {
				off = true
				return errors.Join(commit(), fmt.Errorf("reply lost: %w", ports.ErrIO))
			}
		},
		"killed, then cancelled": func(_ *numbers, state *dying) { state.dead = true },
	} {
		app, state := newNumbers(1), &dying{memory.NewState(), false}
		r := runnerOf(t, "testdata/tasks.yaml", app.register, func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
			o, err := app.open(ctx, s)
			o.Checkpoints = unreadable{app.db, &off}
			return o, err
		}, runner.Options{State: inMemory(state)})
		interrupt(app, state)
		run, err := r.Run(t.Context(), runner.Request{Task: "numbers.add", Input: []byte(`{"value":7}`), Actor: "a", Client: "c"})
		if err == nil {
			t.Fatalf("%s: the run succeeded", name)
		}
		off, state.dead, app.hook.commit = false, false, nil
		if _, err := r.Cancel(t.Context(), run.ID, runner.Request{Actor: "bob"}); err != nil {
			t.Fatal(err)
		}
		run, err = r.Resume(t.Context(), run.ID, runner.Request{Actor: "a", Client: "c"})
		if err != nil || run.Status != ports.Succeeded || !slices.Equal(app.db.Read(), []int64{1, 7}) {
			t.Errorf("%s: %v, %s, rows %v", name, err, run.Status, app.db.Read())
		}
	}
}

// busyBegin is a state whose next transactions find it busy.
type busyBegin struct {
	*memory.State
	n *int
}

func (b busyBegin) Begin(ctx context.Context) (ports.Tx, error) {
	if *b.n--; *b.n >= 0 {
		return nil, fmt.Errorf("state: %w", ports.ErrBusy)
	}
	return b.State.Begin(ctx)
}

// An effect outside is not had again because the state was busy for a moment.
func TestABusyStateRepeatsNoEffect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app, n := newNumbers(2), 3
		r := newRunner(t, app, runner.Options{State: inMemory(busyBegin{memory.NewState(), &n})})
		run, err := r.Run(t.Context(), runner.Request{Task: "numbers.send", Actor: "a", Client: "c"})
		if err != nil || run.Status != ports.Succeeded || len(app.sent) != 2 {
			t.Errorf("%v, %s, sent %v", err, run.Status, app.sent)
		}
	})
}

// Rows that are refused only at the commit, as by a deferred constraint, are an item's
// fault like any other: the batch is halved down to it.
func TestACommitMayRefuseAnItem(t *testing.T) {
	t.Parallel()
	app := newNumbers(6)
	var applied []int64
	app.hook.begin = func() error { applied = nil; return nil }
	app.hook.apply = func(_ context.Context, ats []int64) error { applied = ats; return nil }
	app.hook.commit = func(commit func() error) error {
		if slices.Contains(applied, 2) {
			return errors.New("a deferred constraint")
		}
		return commit()
	}
	k := kit(t, app)
	run, err := k.Do(runner.Request{Task: "numbers.double-some"})
	if p := run.Progress; err != nil || p.Failed != 1 || p.Processed != 6 || !slices.Equal(app.db.Read(), doubled(6, 2)) {
		t.Errorf("%v, %+v, rows %v", err, p, app.db.Read())
	}
	run, err = k.Do(runner.Request{Task: "numbers.double"})
	if e := failure(t, err); e.Code != runner.CodeTask || run.Progress.Processed != 1 {
		t.Errorf("under stop: %s: %s, after %d", e.Code, e.Message, run.Progress.Processed)
	}
}

// busyOutcome is a state that is busy when an outcome comes, a few times.
type busyOutcome struct {
	*memory.State
	n *int
}

func (b busyOutcome) Update(ctx context.Context, run ports.Run, from ports.Mark, events ...ports.Event) error {
	if run.Status != ports.Running {
		if *b.n--; *b.n >= 0 {
			return fmt.Errorf("state: %w", ports.ErrBusy)
		}
	}
	return b.State.Update(ctx, run, from, events...)
}

// A state that another process holds for a moment loses no outcome, also of a run that
// was told to stop.
func TestABusyStateLosesNoOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app, n, stop := newNumbers(2), 4, make(chan runner.Code)
		close(stop)
		app.hook.look = func(ctx context.Context, _ deps) (any, error) { <-ctx.Done(); return nil, ctx.Err() }
		r := newRunner(t, app, runner.Options{State: inMemory(busyOutcome{memory.NewState(), &n})})
		run, err := r.Run(t.Context(), runner.Request{Task: "numbers.look", Tenant: "acme", Actor: "a", Client: "c", Stop: stop})
		if e := failure(t, err); e.Code != runner.CodeStopped || run.Status != ports.Stopped {
			t.Errorf("%s: %s, %s", e.Code, e.Message, run.Status)
		}
	})
}
