package runner_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// poll is how often a run looks around, on the clock of synctest.
const poll = time.Second

// A stop lets the batch at work finish, and the run goes on after it when it is
// resumed.
func TestAStopEndsAfterTheBatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app, stop, batches := newNumbers(10), make(chan runner.Code), 0
		state := memory.NewState()
		app.hook.apply = func(ctx context.Context, _ []int64) error {
			if batches++; batches == 2 {
				close(stop)
				synctest.Wait() // the runner hears of it in the middle of the batch
			}
			return ctx.Err()
		}
		r := newRunner(t, app, runner.Options{State: inMemory(state)})
		run, err := r.Run(t.Context(), runner.Request{Task: "numbers.double", Actor: "a", Client: "c", Stop: stop})
		if e := failure(t, err); e.Code != runner.CodeStopped || run.Status != ports.Stopped || run.Progress.Processed != 8 {
			t.Fatalf("%s: %s; %s after %d", e.Code, e.Message, run.Status, run.Progress.Processed)
		}
		if want := append(doubled(8), 9, 10); !slices.Equal(app.db.Read(), want) {
			t.Errorf("rows %v, want %v", app.db.Read(), want)
		}
		app.hook.apply = nil
		run, err = r.Resume(t.Context(), run.ID, runner.Request{Actor: "a", Client: "c"})
		if err != nil || run.Status != ports.Succeeded || !slices.Equal(app.db.Read(), doubled(10)) {
			t.Errorf("resumed: %v, %s, rows %v", err, run.Status, app.db.Read())
		}
	})
}

// A count that waits, as for a table that another has for itself, is left by a run that is
// told to end: it has begun no batch. Taken on it counts again.
func TestAStopEndsACount(t *testing.T) {
	t.Parallel()
	app, stop := newNumbers(10), make(chan runner.Code)
	app.hook.count = func(ctx context.Context) error {
		close(stop)
		<-ctx.Done()
		return fmt.Errorf("count: %w", ctx.Err())
	}
	r := newRunner(t, app, runner.Options{State: inMemory(memory.NewState())})
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.double", Actor: "a", Client: "c", Stop: stop})
	if e := failure(t, err); e.Code != runner.CodeStopped || run.Status != ports.Stopped || run.Progress.Total != nil {
		t.Fatalf("%s: %s; %s", e.Code, e.Message, run.Status)
	}
	app.hook.count = nil
	run, err = r.Resume(t.Context(), run.ID, runner.Request{Actor: "a", Client: "c"})
	if err != nil || run.Progress.Total == nil || !slices.Equal(app.db.Read(), doubled(10)) {
		t.Errorf("resumed: %v, %s, rows %v", err, run.Status, app.db.Read())
	}
}

// A one-shot has no batch to end after: its context is cancelled, and what it
// returns then is the stop.
func TestAStopCancelsAOneShot(t *testing.T) {
	t.Parallel()
	app, stop := newNumbers(1), make(chan runner.Code)
	app.hook.look = func(ctx context.Context, _ deps) (any, error) {
		close(stop)
		<-ctx.Done()
		return nil, errors.New("interrupted")
	}
	r := newRunner(t, app, runner.Options{State: inMemory(memory.NewState())})
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.look", Tenant: "acme", Actor: "a", Client: "c", Stop: stop})
	if e := failure(t, err); e.Code != runner.CodeStopped || run.Status != ports.Stopped {
		t.Errorf("%s: %s; %s", e.Code, e.Message, run.Status)
	}
}

// An order in the state reaches a run of batches and a one-shot alike.
func TestAnOrderCancels(t *testing.T) {
	t.Parallel()
	for _, task := range []string{"numbers.double", "numbers.look"} {
		synctest.Test(t, func(t *testing.T) {
			app, state := newNumbers(40), memory.NewState()
			order := func(run string) {
				if err := state.Order(t.Context(), run, ports.Order{Cancel: true, By: "ops"}); err != nil {
					t.Error(err)
				}
			}
			app.hook.apply = func(context.Context, []int64) error {
				if runs := running(t, state); runs[0].Order == nil {
					order(runs[0].ID)
				}
				time.Sleep(poll) // the runner looks in the middle of the batch
				synctest.Wait()
				return nil
			}
			app.hook.look = func(ctx context.Context, d deps) (any, error) {
				order(d.s.Run)
				<-ctx.Done()
				return nil, ctx.Err()
			}
			r := newRunner(t, app, runner.Options{State: inMemory(state), Poll: poll})
			run, err := r.Run(t.Context(), runner.Request{Task: task, Tenant: tenantOf(task), Actor: "a", Client: "c"})
			e := failure(t, err)
			if e.Code != runner.CodeCancelled || run.Status != ports.Cancelled || !strings.Contains(e.Message, "ops") {
				t.Errorf("%s: %s: %s; %s", task, e.Code, e.Message, run.Status)
			}
			if task == "numbers.look" {
				return
			}
			if n := run.Progress.Processed; n != 4 {
				t.Errorf("%d items processed, want those of the batch alone", n)
			}
			app.hook.apply = nil
			if run, err = r.Resume(t.Context(), run.ID, runner.Request{Actor: "a", Client: "c"}); err != nil || run.Order != nil || !slices.Equal(app.db.Read(), doubled(40)) {
				t.Errorf("resumed: %v, order %v, rows %v", err, run.Order, app.db.Read())
			}
			if left, err := state.Ordered(t.Context(), run.ID); err != nil || left != (ports.Order{}) {
				t.Errorf("resumed: the order that ended the first attempt is still there: %+v, %v", left, err)
			}
		})
	}
}

// An order that comes while an interrupted run is being resumed, before its new attempt
// is on record, reaches that attempt.
func TestAnOrderDuringAResumeCancels(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(40), &dying{memory.NewState(), true}
	var r *runner.Runner
	var id string
	r = runnerOf(t, "testdata/tasks.yaml", app.register, func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
		if id != "" {
			if standing, err := r.Cancel(ctx, id, runner.Request{Actor: "ops"}); err != nil || !standing.At() || standing.Attempt != 1 {
				t.Errorf("Cancel: %+v, %v", standing, err)
			}
		}
		return app.open(ctx, s)
	}, runner.Options{State: inMemory(state), Poll: time.Millisecond})
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.double", Actor: "a", Client: "c", Limits: runner.Limits{Items: 4}})
	if err == nil || len(running(t, state)) != 1 {
		t.Fatalf("the run is not interrupted: %s, %v", run.Status, err)
	}
	id, state.dead = run.ID, false
	app.hook.apply = func(context.Context, []int64) error {
		time.Sleep(10 * time.Millisecond)
		return nil
	}
	run, err = r.Resume(t.Context(), id, runner.Request{Actor: "a", Client: "c"})
	if run.Status != ports.Cancelled || run.Attempt != 2 || failure(t, err).Code != runner.CodeCancelled {
		t.Errorf("attempt %d %s, %v", run.Attempt, run.Status, err)
	}
}

func tenantOf(task string) string {
	if task == "numbers.look" {
		return "acme"
	}
	return ""
}

func running(t *testing.T, state ports.State) []ports.Run {
	t.Helper()
	runs, err := state.List(t.Context(), ports.RunFilter{Status: ports.Running})
	if err != nil {
		t.Error(err)
	}
	return runs
}

// mute is a state that does not say whether there is an order.
type mute struct{ ports.State }

func (mute) Ordered(ctx context.Context, _ string) (ports.Order, error) {
	<-ctx.Done()
	return ports.Order{}, ctx.Err()
}

// A holder whose lock is gone ends, and says why, though the state may not answer what
// else it is asked.
func TestALostLockEndsTheRun(t *testing.T) {
	t.Parallel()
	for _, hangs := range []bool{false, true} {
		testALostLock(t, hangs)
	}
}

func testALostLock(t *testing.T, hangs bool) {
	synctest.Test(t, func(t *testing.T) {
		app, state := newNumbers(1), memory.NewState()
		app.hook.look = func(ctx context.Context, d deps) (any, error) {
			state.Kill(d.s.Run)
			<-ctx.Done()
			return nil, ctx.Err()
		}
		open := inMemory(state)
		if hangs {
			open = inMemory(mute{state})
		}
		r := newRunner(t, app, runner.Options{State: open, Poll: poll})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		run, err := r.Run(ctx, runner.Request{Task: "numbers.look", Tenant: "acme", Actor: "a", Client: "c"})
		if e := failure(t, err); e.Code != runner.CodeLocked || !errors.Is(err, ports.ErrStale) || run.Status != ports.Failed {
			t.Errorf("%s: %s; %s", e.Code, e.Message, run.Status)
		}
	})
}
