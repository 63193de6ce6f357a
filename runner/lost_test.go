package runner_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// losing is an app whose database is missing while gone is set: it is made only for
// who may make it.
type losing struct {
	*numbers
	gone bool
}

func (l *losing) open(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
	if l.gone && !s.Create {
		return runner.Opened[deps]{}, fmt.Errorf("data: %w", ports.ErrNotFound)
	}
	return l.numbers.open(ctx, s)
}

// wantLost wants a refusal of the database data.db as lost.
func wantLost(t *testing.T, what string, err error) {
	t.Helper()
	var vanished *ports.VanishedError
	if e := failure(t, err); e.Code != runner.CodeConfig || !errors.As(err, &vanished) || vanished.Path != "data.db" {
		t.Errorf("%s: %s: %s", what, e.Code, e.Message)
	}
}

// Where runs of this state have committed in a database, one that is missing is lost
// and not made anew, whether or not their records are pruned.
func TestALostDatabaseIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	for _, pruned := range []bool{false, true} {
		app, state := &losing{numbers: newNumbers(2)}, memory.NewState()
		r := runnerOf(t, "testdata/tasks.yaml", app.register, app.open, runner.Options{State: inMemory(state)})
		req := runner.Request{Task: "numbers.double", Actor: "a", Client: "c", Target: runner.Target{Database: "data.db"}}
		run, err := r.Run(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if pruned {
			if done, err := r.Prune(t.Context(), req, time.Now()); err != nil || !slices.Equal(done.Runs, []string{run.ID}) {
				t.Fatalf("pruned %+v, %v", done, err)
			}
		}
		app.gone = true
		for range 2 { // the run that is refused is on record, and no witness
			_, err = r.Run(t.Context(), req)
			wantLost(t, fmt.Sprintf("pruned %v", pruned), err)
		}
		req.Target.Database = "new.db"
		if _, err := r.Run(t.Context(), req); err != nil {
			t.Errorf("a database that no run has committed in: %v", err)
		}
	}
}

// A prune does not take the last word of a database that is lost: it refuses, and leaves
// the records. One that was never made has nothing to forget.
func TestPruneSeesThatADatabaseIsLost(t *testing.T) {
	t.Parallel()
	for _, commits := range []bool{true, false} {
		app, state := &losing{numbers: newNumbers(2)}, memory.NewState()
		if !commits {
			app.hook.apply = func(context.Context, []int64) error { return errors.New("no") }
		}
		r := runnerOf(t, "testdata/tasks.yaml", app.register, app.open, runner.Options{State: inMemory(state)})
		req := runner.Request{Task: "numbers.double", Actor: "a", Client: "c", Target: runner.Target{Database: "data.db"}}
		run, err := r.Run(t.Context(), req)
		if (err == nil) != commits {
			t.Fatal(err)
		}
		app.gone = true
		done, err := r.Prune(t.Context(), req, time.Now())
		_, there := state.Run(t.Context(), run.ID)
		switch {
		case commits:
			wantLost(t, "prune", err)
			if there != nil || len(done.Runs) > 0 {
				t.Errorf("pruned %+v, the record: %v", done, there)
			}
		case err != nil || !slices.Equal(done.Runs, []string{run.ID}):
			t.Errorf("pruned %+v, %v", done, err)
		}
	}
}

// A run that died before its first second was over is a witness from its resume on, at
// the next attempt's start.
func TestAResumeIsAWitness(t *testing.T) {
	t.Parallel()
	app, state := &losing{numbers: newNumbers(12)}, &dying{memory.NewState(), true}
	r := runnerOf(t, "testdata/tasks.yaml", app.register, app.open, runner.Options{State: inMemory(state)})
	req := runner.Request{Task: "numbers.double", Actor: "a", Client: "c", Target: runner.Target{Database: "data.db"}, Limits: runner.Limits{Items: 4}}
	run, err := r.Run(t.Context(), req)
	if failure(t, err).Code != runner.CodeIO {
		t.Fatal(err)
	}
	if _, err := state.Used(t.Context(), "data.db"); !errors.Is(err, ports.ErrNotFound) {
		t.Fatalf("its record says so already: %v", err)
	}
	looked := false
	app.hook.apply = func(context.Context, []int64) error {
		looked = true
		if use, err := state.Used(t.Context(), "data.db"); err != nil || use.Run != run.ID {
			t.Errorf("while it goes on: %+v, %v", use, err)
		}
		return nil
	}
	run, err = r.Resume(t.Context(), run.ID, req)
	if !looked || failure(t, err).Code != runner.CodeIO || run.Progress.Processed != 8 {
		t.Errorf("%v: %+v", err, run.Progress)
	}
	app.gone, state.dead = true, false
	_, err = r.Run(t.Context(), req)
	wantLost(t, "once it has died again", err)
}
