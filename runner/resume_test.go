package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

var errKilled = fmt.Errorf("killed: %w", ports.ErrIO)

// killAt makes the nth begin or commit fail as if the process had died there, without a
// chance to record anything of the batch.
func killAt(n int) func() error {
	return func() error {
		if n--; n == 0 {
			return errKilled
		}
		return nil
	}
}

// A run that dies between any two batches goes on with its output and its
// counters as the last batch left them.
func TestResumeAfterEveryBatch(t *testing.T) {
	t.Parallel()
	for dies := 1; dies <= 5; dies++ {
		app := newNumbers(10)
		k := kit(t, app)
		app.hook.begin = killAt(dies)
		run, err := k.Do(runner.Request{Task: "numbers.double-some", Input: []byte(`{"bad":[2,9]}`), Limits: runner.Limits{BatchSize: 3}})
		if err == nil {
			t.Fatalf("did not die at batch %d", dies)
		}
		app.hook.begin = nil
		run, err = k.Resume(run.ID, runner.Request{})
		if err != nil {
			t.Fatalf("died at batch %d: %v", dies, err)
		}
		if want := doubled(10, 2, 9); !slices.Equal(app.db.Read(), want) {
			t.Errorf("died at batch %d: rows %v, want %v", dies, app.db.Read(), want)
		}
		out := output(t, run)
		if p := run.Progress; p.Processed != 10 || p.Failed != 2 || p.Changed != 8 || out.Doubled != 8 || !slices.Equal(out.Seen, []int64{1, 3, 4, 5, 6, 7, 8, 10}) {
			t.Errorf("died at batch %d: %+v, output %+v", dies, p, out)
		}
		if run.Attempt != 2 || run.Status != ports.Succeeded || run.Failure != nil {
			t.Errorf("record %+v", run)
		}
	}
}

// A commit whose reply is lost is settled by the checkpoint: done where it
// happened, and not done where it did not.
func TestALostReplyIsSettledByTheCheckpoint(t *testing.T) {
	t.Parallel()
	for name, happened := range map[string]bool{"committed": true, "not committed": false} {
		app := newNumbers(10)
		k := kit(t, app)
		n := 0
		app.hook.commit = func(commit func() error) error {
			if n++; n != 2 {
				return commit()
			}
			if happened {
				if err := commit(); err != nil {
					return err
				}
			}
			return errKilled
		}
		run, err := k.Do(runner.Request{Task: "numbers.double"})
		if happened != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			if e := failure(t, err); e.Code != runner.CodeIO || run.Progress.Processed != 4 {
				t.Errorf("%s: %s after %d", name, e.Code, run.Progress.Processed)
			}
			if run, err = k.Resume(run.ID, runner.Request{}); err != nil {
				t.Fatal(err)
			}
		}
		if want := doubled(10); !slices.Equal(app.db.Read(), want) || run.Progress.Processed != 10 {
			t.Errorf("%s: rows %v after %d, want %v", name, app.db.Read(), run.Progress.Processed, want)
		}
	}
}

// An attempt that another has taken over commits nothing more, and the record
// is the other's.
func TestAHolderWhoLostTheRunCommitsNothing(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(10), memory.NewState()
	r := newRunner(t, app, runner.Options{State: inMemory(state)})
	var second ports.Run
	taken := false
	app.hook.begin = func() error {
		if !taken && app.db.Read()[3] == 8 {
			taken = true // the first batch has committed: the lock is lost, and another attempt ends the run
			first := running(t, state)[0].ID
			state.Kill(first)
			var err error
			if second, err = r.Resume(t.Context(), first, runner.Request{Actor: "a", Client: "c"}); err != nil {
				t.Errorf("second attempt: %v", err)
			}
		}
		return nil
	}
	_, err := r.Run(t.Context(), runner.Request{Task: "numbers.double", Actor: "a", Client: "c"})
	if e := failure(t, err); e.Code != runner.CodeLocked {
		t.Errorf("the first attempt ended with %s: %s", e.Code, e.Message)
	}
	if want := doubled(10); !slices.Equal(app.db.Read(), want) {
		t.Errorf("rows %v, want each doubled once: %v", app.db.Read(), want)
	}
	if second.Status != ports.Succeeded || second.Attempt != 2 || second.Progress.Processed != 10 {
		t.Errorf("second attempt %+v", second)
	}
	want := slices.Concat([]string{"task.started", "task.resumed"}, slices.Repeat([]string{"number.doubled"}, 10), []string{"task.succeeded"})
	if got := actions(t, state); !slices.Equal(got, want) {
		t.Errorf("audit has %q, want %q", got, want)
	}
}

// actions are those of every audit event, in order.
func actions(t *testing.T, state ports.State) (actions []string) {
	t.Helper()
	links, err := state.Links(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		var e ports.Event
		if err := json.Unmarshal(link.Body, &e); err != nil {
			t.Fatal(err)
		}
		actions = append(actions, e.Action)
	}
	return actions
}

func TestWhatCannotBeResumed(t *testing.T) {
	t.Parallel()
	app := newNumbers(3)
	k := kit(t, app)
	done, err := k.Do(runner.Request{Task: "numbers.double"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Resume(done.ID, runner.Request{}); failure(t, err).Code != runner.CodeNotResumable {
		t.Errorf("a run that has succeeded: %v", err)
	}
	if _, err := k.Resume("no-such-run", runner.Request{}); failure(t, err).Code != runner.CodeUnknownRun || !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("no such run: %v", err)
	}
	once, err := k.Do(runner.Request{Task: "numbers.add", Input: []byte(`{"value":13}`)})
	if err == nil {
		t.Fatal("thirteen was accepted")
	}
	if _, err := k.Resume(once.ID, runner.Request{}); failure(t, err).Code != runner.CodeNotResumable {
		t.Errorf("a one-shot: %v", err)
	}
	stopped, err := k.Do(runner.Request{Task: "numbers.double", Limits: runner.Limits{Items: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Resume(stopped.ID, runner.Request{Input: []byte(`{"bad":[2]}`)}); failure(t, err).Code != runner.CodeConfig {
		t.Errorf("another input: %v", err)
	}
}

// An effect outside the transaction happens again for a batch whose checkpoint
// was not saved, under the same keys.
func TestExternalIsAtLeastOnceWithTheSameKeys(t *testing.T) {
	t.Parallel()
	app := newNumbers(7)
	k := kit(t, app)
	n := 0
	app.hook.apply = func(context.Context, []int64) error {
		if n++; n == 2 {
			return errKilled // after the effect
		}
		return nil
	}
	run, err := k.Do(runner.Request{Task: "numbers.send"})
	if err == nil || run.Progress.Processed != 3 {
		t.Fatalf("%v after %d", err, run.Progress.Processed)
	}
	if run, err = k.Resume(run.ID, runner.Request{}); err != nil || run.Progress.Processed != 7 || output(t, run).Doubled != 7 {
		t.Fatalf("%v: %+v", err, run)
	}
	var want []string
	for _, at := range []int{1, 2, 3, 4, 5, 6, 4, 5, 6, 7} {
		want = append(want, fmt.Sprintf("%s:%d", run.ID, at))
	}
	if !slices.Equal(app.sent, want) {
		t.Errorf("sent %v, want %v", app.sent, want)
	}
	if run.Delivery != ports.AtLeastOnce {
		t.Errorf("delivery %s", run.Delivery)
	}
}

// A run never starts over silently: a database that has less of it than its
// record does is another one.
func TestResumeOnAnotherDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	app := newNumbers(10)
	k := kit(t, app)
	run, err := k.Do(runner.Request{Task: "numbers.double", Limits: runner.Limits{Items: 8}})
	if err != nil {
		t.Fatal(err)
	}
	own := app.db
	app.db = newNumbers(10).db
	run, err = k.Resume(run.ID, runner.Request{})
	if e := failure(t, err); e.Code != runner.CodeConfig || run.Progress.Processed != 8 || app.db.Read()[0] != 1 {
		t.Errorf("%s: %s, %+v, rows %v", e.Code, e.Message, run.Progress, app.db.Read())
	}
	app.db = own
	if run, err = k.Resume(run.ID, runner.Request{}); err != nil || run.Progress.Processed != 10 {
		t.Errorf("on its own database: %v, %+v", err, run.Progress)
	}
}

// An attempt whose app does not open leaves what is on record, and is not put on it.
func TestAnAttemptThatDoesNotBeginKeepsTheRecord(t *testing.T) {
	t.Parallel()
	app := newNumbers(10)
	down := false
	open := func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
		if down {
			return runner.Opened[deps]{}, errKilled
		}
		return app.open(ctx, s)
	}
	k := runnertest.New(t, "testdata/tasks.yaml", app.register, open)
	run, err := k.Do(runner.Request{Task: "numbers.double", Limits: runner.Limits{Items: 8}})
	if err != nil {
		t.Fatal(err)
	}
	down = true
	refused, err := k.Resume(run.ID, runner.Request{})
	if failure(t, err).Code != runner.CodeIO || refused.ID != "" {
		t.Errorf("%v: %+v", err, refused)
	}
	k.WantAudit(slices.Concat([]string{"task.started"}, slices.Repeat([]string{"number.doubled"}, 8), []string{"task.stopped"})...)
	down = false
	if run, err = k.Resume(run.ID, runner.Request{}); err != nil || run.Attempt != 2 || output(t, run).Doubled != 10 {
		t.Errorf("%v: attempt %d, %s", err, run.Attempt, run.Output)
	}
}

// Secrets are not on record, so that they are asked for again.
func TestResumeAsksForSecretsAgain(t *testing.T) {
	t.Parallel()
	type input struct {
		DryRun bool    `json:"dryRun"`
		Bad    []int64 `json:"bad"`
		Token  string  `json:"token"`
	}
	app := newNumbers(6)
	var seen []string
	k := runnertest.New(t, "testdata/secret.yaml", func(r *runner.Registry[deps]) {
		runner.HandleBatches(r, "sec.ret", page, func(i row) int64 { return i.At },
			func(_ context.Context, _ deps, in input, _ *runner.Batch[row, doubleOutput]) error {
				seen = append(seen, in.Token)
				return nil
			})
	}, app.open)
	run, err := k.Do(runner.Request{Task: "sec.ret", Input: []byte(`{"token":"hunter2"}`), Limits: runner.Limits{Items: 2}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Resume(run.ID, runner.Request{}); failure(t, err).Code != runner.CodeUsage {
		t.Error(err)
	}
	if _, err := k.Resume(run.ID, runner.Request{Input: []byte(`{"token":"hunter2"}`)}); err != nil {
		t.Error(err)
	}
	if want := []string{"hunter2", "hunter2", "hunter2"}; !slices.Equal(seen, want) {
		t.Errorf("the handler was given %q", seen)
	}
}

// A resumed run keeps its limits, says who resumed it, and is judged before it
// loses more.
func TestResumeKeepsWhatTheRunWas(t *testing.T) {
	t.Parallel()
	app := newNumbers(40)
	k := kit(t, app)
	skip := runner.Limits{OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: 5}, Items: 4}
	run, err := k.Do(runner.Request{Task: "numbers.double", Input: []byte(`{"bad":[1,9]}`), Limits: skip})
	if err != nil {
		t.Fatal(err)
	}
	if run, err = k.Resume(run.ID, runner.Request{Actor: "bob"}); err != nil || run.Progress.Failed != 2 || !run.Limits.Skip || run.Limits.MaxFailures != 5 {
		t.Errorf("%v: %+v, %+v", err, run.Limits, run.Progress)
	}
	for _, e := range k.Audit() {
		if want := map[bool]string{true: "bob", false: "tester"}[e.Action == "task.resumed"]; e.Actor != want {
			t.Errorf("%s by %s, want %s", e.Action, e.Actor, want)
		}
	}
	if run.Stages[0].Name != "schema" {
		t.Errorf("stages %+v", run.Stages)
	}

	run, err = k.Do(runner.Request{Task: "numbers.double-some", Input: []byte(`{"bad":[1,2,3]}`)})
	for range 2 {
		if failure(t, err).Code != runner.CodeFailures || run.Progress.Processed != 4 {
			t.Errorf("%v after %d", err, run.Progress.Processed)
		}
		run, err = k.Resume(run.ID, runner.Request{})
	}
}
