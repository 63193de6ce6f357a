package runner_test

import (
	"context"
	"encoding/json"
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

var historyBegan = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// onRecord is a run of batches, started some minutes after historyBegan.
func onRecord(id string, status ports.Status, minutes int) ports.Run {
	run := ports.Run{
		ID: id, Task: "numbers.double", Environment: "local", Actor: "ada", Client: "test", Delivery: ports.ExactlyOnce,
		Status: status, Attempt: 1, Started: historyBegan.Add(time.Duration(minutes) * time.Minute),
	}
	if status != ports.Running {
		ended := run.Started.Add(time.Minute)
		run.Ended = &ended
	}
	return run
}

// recorded is a state that holds runs, of which some are at work They were put on record
// as they started.
func recorded(t *testing.T, runs []ports.Run, atWork ...string) ports.State {
	t.Helper()
	state := memory.NewState()
	byStart := func(a, b ports.Run) int { return a.Started.Compare(b.Started) }
	for _, run := range slices.SortedStableFunc(slices.Values(runs), byStart) {
		if err := state.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range atWork {
		hold(t, state, "run:"+id)
	}
	return state
}

func hold(t *testing.T, state ports.State, key string) ports.Held {
	t.Helper()
	held, err := state.Lock(t.Context(), ports.Holder{Run: "r", Task: "numbers.double"}, []string{key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Release() })
	return held
}

func historyOf(t *testing.T, state ports.State) *runner.Runner {
	t.Helper()
	return newRunner(t, newNumbers(10), runner.Options{State: inMemory(state), Now: func() time.Time { return historyBegan.Add(time.Hour) }})
}

func standings(all []runner.Standing) []string {
	var found []string
	for _, s := range all {
		text := s.ID + " " + s.Status()
		if s.Resumable {
			text += " resumable"
		}
		found = append(found, text)
	}
	return found
}

// A run whose lock is free while its record says running was interrupted.
func TestHowRunsStand(t *testing.T) {
	t.Parallel()
	dry, once, foreign, settled := onRecord("f", ports.Failed, 5), onRecord("g", ports.Failed, 6), onRecord("h", ports.Failed, 7), onRecord("i", ports.Running, 8)
	dry.DryRun = true
	once.Task, foreign.Task, settled.Task = "numbers.add", "another.task", "numbers.add"
	state := recorded(t, []ports.Run{
		onRecord("a", ports.Succeeded, 0), onRecord("b", ports.Running, 1), onRecord("c", ports.Running, 2),
		onRecord("d", ports.Stopped, 3), onRecord("e", ports.TimedOut, 4), dry, once, foreign, settled, onRecord("j", ports.Cancelled, 9),
	}, "b")
	r := historyOf(t, state)
	for _, test := range []struct {
		name   string
		filter ports.RunFilter
		want   []string
	}{
		{"all", ports.RunFilter{}, []string{
			"j cancelled resumable", "i interrupted resumable", "h failed", "g failed", "f failed",
			"e timed-out resumable", "d stopped resumable", "c interrupted resumable", "b running", "a succeeded",
		}},
		{"interrupted", ports.RunFilter{Status: runner.Interrupted}, []string{"i interrupted resumable", "c interrupted resumable"}},
		{"the latest interrupted", ports.RunFilter{Status: runner.Interrupted, Limit: 1}, []string{"i interrupted resumable"}},
		{"running", ports.RunFilter{Status: ports.Running, Limit: 1}, []string{"b running"}},
		{"failed", ports.RunFilter{Status: ports.Failed, Limit: 2}, []string{"h failed", "g failed"}},
	} {
		found, err := r.History(t.Context(), runner.Target{}, test.filter)
		if got := standings(found); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

// movesOn is a state in which something happens between the look at the records and
// that at the locks.
type movesOn struct {
	ports.State
	meanwhile func()
}

func (m *movesOn) Held(ctx context.Context, known ...string) ([]ports.Lock, error) {
	if fn := m.meanwhile; fn != nil {
		m.meanwhile = nil
		fn()
	}
	return m.State.Held(ctx, known...)
}

// A run that ends, is resumed or is pruned just while it is looked at was not
// interrupted.
func TestARunThatMovesOnIsNotInterrupted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(t *testing.T, state ports.State, held ports.Held)
		want      []string
	}{
		"it ends": {func(t *testing.T, state ports.State, held ports.Held) {
			run := onRecord("a", ports.Succeeded, 0)
			if err := errors.Join(state.Update(t.Context(), run, ports.Mark{Status: ports.Running, Attempt: 1}), held.Release()); err != nil {
				t.Fatal(err)
			}
		}, []string{"a succeeded"}},
		"it is pruned": {func(t *testing.T, state ports.State, held ports.Held) {
			if err := errors.Join(state.Delete(t.Context(), "a"), held.Release()); err != nil {
				t.Fatal(err)
			}
		}, nil},
		"its process dies": {func(t *testing.T, _ ports.State, held ports.Held) {
			if err := held.Release(); err != nil {
				t.Fatal(err)
			}
		}, []string{"a interrupted resumable"}},
	} {
		state := recorded(t, []ports.Run{onRecord("a", ports.Running, 0)})
		held := hold(t, state, "run:a")
		moving := &movesOn{State: state, meanwhile: func() { test.meanwhile(t, state, held) }}
		found, err := historyOf(t, moving).History(t.Context(), runner.Target{}, ports.RunFilter{})
		if got := standings(found); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, test.want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	var runs []ports.Run
	for i := range 8 {
		runs = append(runs, onRecord(fmt.Sprintf("0192-%d", i), ports.Succeeded, i))
	}
	r := historyOf(t, recorded(t, append(runs, onRecord("0192", ports.Failed, 20), onRecord("01ab", ports.Failed, 10))))
	for _, test := range []struct{ id, found, message string }{
		{"0192-3", "0192-3", ""},
		{"0192", "0192", ""}, // whole, though others begin with it
		{"01a", "01ab", ""},
		{"01AB", "01ab", ""},
		{"last", "0192", ""},
		{"", "", "which run?"},
		{"02", "", "no run 02"},
		{"0192-3x", "", "no run 0192-3x"},
		{"%", "", "no run %"},
		{"01", "", "01 begins the IDs of several runs: 0192 of numbers.double, 01ab of numbers.double, 0192-7 of numbers.double, 0192-6 of numbers.double, 0192-5 of numbers.double and more"},
	} {
		s, err := r.Find(t.Context(), runner.Target{}, test.id)
		if test.message == "" {
			if err != nil || s.ID != test.found {
				t.Errorf("%q finds %q, %v", test.id, s.ID, err)
			}
			continue
		}
		if e := failure(t, err); e.Code != runner.CodeUnknownRun || e.Message != test.message || e.Hint == "" {
			t.Errorf("%q: %s %q, hint %q", test.id, e.Code, e.Message, e.Hint)
		}
	}
}

// Where there is no state there is no history, and none is made.
func TestNoState(t *testing.T) {
	t.Parallel()
	r := newRunner(t, newNumbers(1), runner.Options{State: func(_ context.Context, _ runner.Target, create bool) (ports.State, error) {
		if create {
			t.Error("a state was made")
		}
		return nil, fmt.Errorf("no state: %w", ports.ErrNotFound)
	}})
	ctx := t.Context()
	runs, err := r.History(ctx, runner.Target{}, ports.RunFilter{})
	locks, err2 := r.Locks(ctx, runner.Target{})
	pruned, err3 := r.Prune(ctx, runner.Request{}, time.Now())
	would, err4 := r.Prunable(ctx, runner.Target{}, time.Now())
	if err := errors.Join(err, err2, err3, err4); err != nil || len(runs)+len(locks)+len(pruned.Runs)+len(would.Runs) > 0 {
		t.Errorf("%v: %v %v %v %v", err, runs, locks, pruned, would)
	}
	_, find := r.Find(ctx, runner.Target{}, "last")
	_, cancel := r.Cancel(ctx, "a", runner.Request{})
	_, wait := r.Wait(ctx, runner.Target{}, "a")
	for name, err := range map[string]error{"find": find, "cancel": cancel, "wait": wait} {
		if e := failure(t, err); e.Code != runner.CodeUnknownRun {
			t.Errorf("%s: %s %s", name, e.Code, e.Message)
		}
	}
	if _, err := r.History(ctx, runner.Target{Environment: "production"}, ports.RunFilter{}); failure(t, err).Code != runner.CodeUsage {
		t.Errorf("another environment: %v", err)
	}
}

func TestLocksAreListed(t *testing.T) {
	t.Parallel()
	state := recorded(t, nil)
	hold(t, state, "table:b")
	hold(t, state, "table:a")
	locks, err := historyOf(t, state).Locks(t.Context(), runner.Target{})
	if err != nil || len(locks) != 2 || locks[0].Key != "table:a" || locks[1].Run != "r" {
		t.Errorf("%+v, %v", locks, err)
	}
}

func audited(t *testing.T, state ports.State) string {
	t.Helper()
	links, err := state.Links(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, link := range links {
		var e ports.Event
		if err := json.Unmarshal(link.Body, &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Action+" "+e.Run+" by "+e.Actor)
	}
	return strings.Join(all, ", ")
}

// bad-input 13: a cancel asks who is at a run, ends one that was interrupted, and leaves
// alone what has ended.
func TestCancel(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		run     ports.Run
		atWork  bool
		status  string
		ordered bool
		audit   string
	}{
		{"at work", onRecord("a", ports.Running, 0), true, "running", true, "run.cancel-requested a by bob"},
		{"interrupted", onRecord("a", ports.Running, 0), false, "cancelled", false, "task.cancelled a by bob"},
		{"succeeded", onRecord("a", ports.Succeeded, 0), false, "succeeded", false, ""},
		{"failed", onRecord("a", ports.Failed, 0), false, "failed", false, ""},
	} {
		state := recorded(t, []ports.Run{test.run})
		if test.atWork {
			hold(t, state, "run:a")
		}
		s, err := historyOf(t, state).Cancel(t.Context(), "a", runner.Request{Actor: "bob", Client: "test"})
		if err != nil || s.Status() != test.status {
			t.Errorf("%s: %s, %v", test.name, s.Status(), err)
		}
		if o := s.Order; (o != nil && o.Cancel && o.By == "bob") != test.ordered {
			t.Errorf("%s: order %+v", test.name, o)
		}
		if got := audited(t, state); got != test.audit {
			t.Errorf("%s: audit has %q, want %q", test.name, got, test.audit)
		}
		if locks, err := state.Held(t.Context()); err != nil || len(locks) > 0 && !test.atWork {
			t.Errorf("%s: still held: %+v, %v", test.name, locks, err)
		}
		if s.Status() == "cancelled" && (s.Ended == nil || s.Failure == nil || s.Failure.Code != string(runner.CodeCancelled) || !s.Resumable) {
			t.Errorf("%s: record %+v", test.name, s.Run)
		}
	}
	if _, err := historyOf(t, recorded(t, nil)).Cancel(t.Context(), "a", runner.Request{}); failure(t, err).Code != runner.CodeUnknownRun {
		t.Errorf("no such run: %v", err)
	}
}

// forgetting is a state that notes which locks are forgotten.
type forgetting struct {
	ports.State
	forgotten []string
}

func (f *forgetting) Lock(ctx context.Context, by ports.Holder, keys []string) (ports.Held, error) {
	held, err := f.State.Lock(ctx, by, keys)
	return &forgettingHeld{held, f}, err
}

type forgettingHeld struct {
	ports.Held
	in *forgetting
}

func (h *forgettingHeld) Release(forget ...string) error {
	h.in.forgotten = append(h.in.forgotten, forget...)
	return h.Held.Release(forget...)
}

// The lock of a run that is cancelled after its death leaves no file behind.
func TestCancelForgetsTheLock(t *testing.T) {
	t.Parallel()
	state := &forgetting{State: recorded(t, []ports.Run{onRecord("a", ports.Running, 0)})}
	if _, err := historyOf(t, state).Cancel(t.Context(), "a", runner.Request{Actor: "bob"}); err != nil || !slices.Equal(state.forgotten, []string{"run:a"}) {
		t.Errorf("forgot %q, %v", state.forgotten, err)
	}
}

// beforeLock is a state in which something happens just before somebody locks a run.
type beforeLock struct {
	ports.State
	meanwhile func()
}

func (m *beforeLock) Lock(ctx context.Context, by ports.Holder, keys []string) (ports.Held, error) {
	if fn := m.meanwhile; fn != nil {
		m.meanwhile = nil
		fn()
	}
	return m.State.Lock(ctx, by, keys)
}

// A run that is resumed while its dead attempt is being cancelled is asked to stop.
func TestCancelOfARunThatIsResumed(t *testing.T) {
	t.Parallel()
	state := recorded(t, []ports.Run{onRecord("a", ports.Running, 0)})
	resumed := &beforeLock{state, func() {
		hold(t, state, "run:a")
		run := onRecord("a", ports.Running, 0)
		run.Attempt = 2
		if err := state.Update(t.Context(), run, ports.Mark{Status: ports.Running, Attempt: 1}); err != nil {
			t.Fatal(err)
		}
	}}
	s, err := historyOf(t, resumed).Cancel(t.Context(), "a", runner.Request{Actor: "bob"})
	if err != nil || !s.At() || s.Attempt != 2 || s.Order == nil {
		t.Errorf("%s, attempt %d, order %+v, %v", s.Status(), s.Attempt, s.Order, err)
	}
	if got := audited(t, state); got != "run.cancel-requested a by bob" {
		t.Errorf("audit has %q", got)
	}
}

// One that is resumed and ends while its dead attempt is being cancelled has ended.
func TestCancelOfARunThatHasEnded(t *testing.T) {
	t.Parallel()
	state := recorded(t, []ports.Run{onRecord("a", ports.Running, 0)})
	ended := &beforeLock{state, func() {
		run := onRecord("a", ports.Succeeded, 0)
		run.Attempt = 2
		if err := state.Update(t.Context(), run, ports.Mark{Status: ports.Running, Attempt: 1}); err != nil {
			t.Fatal(err)
		}
	}}
	s, err := historyOf(t, ended).Cancel(t.Context(), "a", runner.Request{Actor: "bob"})
	if err != nil || s.Status() != "succeeded" || audited(t, state) != "" {
		t.Errorf("%s, %v, audit has %q", s.Status(), err, audited(t, state))
	}
}

// A run that is cancelled while it works ends after its batch, and goes on later.
func TestCancelAtWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app := newNumbers(40)
		state := memory.NewState()
		r := newRunner(t, app, runner.Options{State: inMemory(state), Poll: poll})
		app.hook.begin = func() error {
			runs, err := state.List(t.Context(), ports.RunFilter{Status: ports.Running})
			if err != nil || len(runs) == 0 || runs[0].Order != nil || runs[0].Attempt > 1 {
				time.Sleep(poll) // so that the order is seen
				synctest.Wait()
				return err
			}
			_, err = r.Cancel(t.Context(), runs[0].ID, runner.Request{Actor: "bob"})
			return err
		}
		run, err := r.Run(t.Context(), runner.Request{Task: "numbers.double", Actor: "ada", Client: "test"})
		if e := failure(t, err); e.Code != runner.CodeCancelled || run.Status != ports.Cancelled {
			t.Fatalf("%s: %s; %s", e.Code, e.Message, run.Status)
		}
		if p := run.Progress; p.Processed == 0 || p.Processed == 40 {
			t.Errorf("%d of 40 done", p.Processed)
		}
		again, err := r.Cancel(t.Context(), run.ID, runner.Request{Actor: "bob"})
		if err != nil || again.Status() != "cancelled" {
			t.Errorf("cancelled again: %s, %v", again.Status(), err)
		}
		if run, err = r.Resume(t.Context(), run.ID, runner.Request{Actor: "ada", Client: "test"}); err != nil || run.Progress.Processed != 40 {
			t.Errorf("%v after %d", err, run.Progress.Processed)
		}
		if !slices.Equal(app.db.Read(), doubled(40)) {
			t.Errorf("rows %v", app.db.Read())
		}
	})
}

func TestWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := recorded(t, []ports.Run{onRecord("a", ports.Running, 0), onRecord("b", ports.Running, 1), onRecord("c", ports.Failed, 2)})
		hold(t, state, "run:a")
		r := historyOf(t, state)
		if s, err := r.Wait(t.Context(), runner.Target{}, "b"); err != nil || !s.Interrupted {
			t.Errorf("a dead run: %s, %v", s.Status(), err)
		}
		if s, err := r.Wait(t.Context(), runner.Target{}, "c"); err != nil || s.Status() != "failed" {
			t.Errorf("an ended run: %s, %v", s.Status(), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if s, err := r.Wait(ctx, runner.Target{}, "a"); !errors.Is(err, context.DeadlineExceeded) || !s.At() {
			t.Errorf("a run that goes on: %s, %v", s.Status(), err)
		}
		go func() {
			time.Sleep(20 * time.Millisecond)
			if err := state.Update(context.Background(), onRecord("a", ports.Succeeded, 0), ports.Mark{Status: ports.Running, Attempt: 1}); err != nil {
				t.Error(err)
			}
		}()
		if s, err := r.Wait(t.Context(), runner.Target{}, "a"); err != nil || s.Status() != "succeeded" {
			t.Errorf("a run that ends: %s, %v", s.Status(), err)
		}
	})
}

// busy is a state that is busy at the first looks at a run.
type busy struct {
	ports.State
	looks int
}

func (b *busy) Run(ctx context.Context, id string) (ports.Run, error) {
	if b.looks--; b.looks >= 0 {
		return ports.Run{}, fmt.Errorf("state: %w", ports.ErrBusy)
	}
	return b.State.Run(ctx, id)
}

// A state that is busy for a moment does not end a wait.
func TestWaitLooksAgain(t *testing.T) {
	t.Parallel()
	state := recorded(t, []ports.Run{onRecord("a", ports.Succeeded, 0)})
	if s, err := historyOf(t, &busy{state, 2}).Wait(t.Context(), runner.Target{}, "a"); err != nil || s.Status() != "succeeded" {
		t.Errorf("%s, %v", s.Status(), err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if s, err := historyOf(t, &busy{state, 1000}).Wait(ctx, runner.Target{}, "a"); !errors.Is(err, context.DeadlineExceeded) || s.ID != "" {
		t.Errorf("one that stays busy: %+v, %v", s, err)
	}
}
