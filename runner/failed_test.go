package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// mending is numbers whose items in broken fail, and what was seen of their batches.
type mending struct {
	*numbers
	broken  []int64
	batches [][]int64
	keys    []string
	state   *memory.State
	runner  *runner.Runner
	log     *logText
}

func newMending(t *testing.T, n int64, options ...func(*runner.Batches[deps, doubleInput])) *mending {
	t.Helper()
	m := &mending{numbers: newNumbers(n), state: memory.NewState(), log: &logText{}}
	register := eachItem(func(_ context.Context, d deps, b *runner.Batch[row, doubleOutput]) error {
		var ats []int64
		for i, item := range b.Items {
			ats = append(ats, item.At)
			if slices.Contains(m.broken, item.At) {
				return fmt.Errorf("row %d is broken", item.At)
			}
			m.keys = append(m.keys, b.Key(i))
		}
		m.batches = append(m.batches, ats)
		for _, item := range b.Items {
			(*d.rows)[item.At-1] *= 2
			b.Out.Seen = append(b.Out.Seen, item.At)
			b.Changed(fmt.Sprint(item.At), item.Value, item.Value*2)
		}
		return nil
	}, options...)
	m.runner = runnerOf(t, "testdata/uncounted.yaml", register, m.open, runner.Options{State: inMemory(m.state), Log: m.log.logger()})
	return m
}

// logText is a log as text, for one goroutine at a time.
type logText struct{ strings.Builder }

func (l *logText) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func skip(most int64) runner.Limits {
	return runner.Limits{OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: most}}
}

func (m *mending) do(t *testing.T, limits runner.Limits) (ports.Run, error) {
	t.Helper()
	return m.runner.Run(t.Context(), runner.Request{Task: "uncounted.double", Actor: "a", Client: "c", Limits: limits})
}

func (m *mending) retry(t *testing.T, id string, limits runner.Limits) (ports.Run, error) {
	t.Helper()
	m.batches, m.keys = nil, nil
	return m.runner.RetryFailed(t.Context(), id, runner.Request{Actor: "b", Client: "c", Limits: limits})
}

func (m *mending) rejected(t *testing.T, id string) []runner.Rejection {
	t.Helper()
	var all []runner.Rejection
	for left, err := range m.runner.Rejected(t.Context(), runner.Target{}, id) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, left)
	}
	return all
}

// A table or a right that the database lacks is no item's fault, though one statement
// met it: no item is left behind.
func TestASchemaThatIsWrongBlamesNoItem(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(6), memory.NewState()
	register := eachItem(func(_ context.Context, _ deps, b *runner.Batch[row, doubleOutput]) error {
		if b.Items[0].At > 1 {
			return fmt.Errorf("relation \"row\" does not exist: %w", ports.ErrSchema)
		}
		return nil
	})
	r := runnerOf(t, "testdata/uncounted.yaml", register, app.open, runner.Options{State: inMemory(state)})
	limits := skip(5)
	limits.BatchSize = 1
	run, err := r.Run(t.Context(), runner.Request{Task: "uncounted.double", Actor: "a", Client: "c", Limits: limits})
	if e := failure(t, err); e.Code != runner.CodeConfig || !strings.Contains(e.Hint, "migrate") {
		t.Errorf("%s: %s, hint %q; want %s", e.Code, e.Message, e.Hint, runner.CodeConfig)
	}
	if run.Progress.Processed != 1 || run.Progress.Failed != 0 {
		t.Errorf("%+v, want 1 processed and none failed", run.Progress)
	}
}

// Once the cause is mended, exactly the failed items are gone over, in batches, with
// the keys that they have always had; and of what fails again the same is true.
func TestFailedItemsAreRetried(t *testing.T) {
	t.Parallel()
	m := newMending(t, 12)
	m.broken = []int64{2, 3, 7, 11, 12}
	parent, err := m.do(t, skip(5))
	if err != nil || parent.Progress.Failed != 5 || !slices.Equal(m.db.Read(), doubled(12, 2, 3, 7, 11, 12)) {
		t.Fatalf("%v: %+v, rows %v", err, parent.Progress, m.db.Read())
	}
	m.broken = []int64{7, 12}
	child, err := m.retry(t, parent.ID, runner.Limits{})
	if err != nil || !slices.Equal(m.db.Read(), doubled(12, 7, 12)) || string(child.Output) != `{"doubled":0,"seen":[2,3,11]}` {
		t.Fatalf("%v: rows %v, output %s", err, m.db.Read(), child.Output)
	}
	if child.Parent != parent.ID || child.Root != parent.ID || child.Status != ports.Succeeded || *child.Progress.Total != 5 ||
		child.Progress.Processed != 5 || child.Progress.Failed != 2 || child.Limits.MaxFailures != 5 || child.Actor != "b" {
		t.Errorf("child %+v", child)
	}
	wantRejected(t, m, child, parent.ID, 7, 12)

	m.broken = nil
	grandchild, err := m.retry(t, child.ID, runner.Limits{})
	if err != nil || !slices.Equal(m.db.Read(), doubled(12)) || grandchild.Progress.Processed != 2 || grandchild.Progress.Failed != 0 {
		t.Fatalf("%v: rows %v, %+v", err, m.db.Read(), grandchild.Progress)
	}
	if grandchild.Parent != child.ID || grandchild.Root != parent.ID {
		t.Errorf("parent %s, root %s", grandchild.Parent, grandchild.Root)
	}
	if want := [][]int64{{7, 12}}; !slices.EqualFunc(m.batches, want, slices.Equal) {
		t.Errorf("batches %v, want %v", m.batches, want)
	}
	if want := []string{parent.ID + ":7", parent.ID + ":12"}; !slices.Equal(m.keys, want) {
		t.Errorf("keys %q, want %q", m.keys, want)
	}
	for _, run := range []ports.Run{parent, child, grandchild} {
		if event := started(t, m.state, run.ID); event["parent"] != any(run.Parent) && run.Parent != "" {
			t.Errorf("task.started has %v, want parent %s", event, run.Parent)
		}
	}
}

// wantRejected fails the test where a run has not left exactly these items, as they
// are known by their root run.
func wantRejected(t *testing.T, m *mending, run ports.Run, root string, want ...int64) {
	t.Helper()
	var got []int64
	for _, left := range m.rejected(t, run.ID) {
		var item row
		if err := json.Unmarshal(left.Item, &item); err != nil {
			t.Fatal(err)
		}
		got = append(got, item.At)
		after := "" // the start
		if item.At > 1 {
			after = fmt.Sprint(item.At - 1)
		}
		if left.Key != fmt.Sprintf("%s:%d", root, item.At) || string(left.After) != after || left.Reason != fmt.Sprintf("row %d is broken", item.At) || left.Attempt != run.Attempt {
			t.Errorf("left %+v", left)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("left %v, want %v", got, want)
	}
}

// started is the metadata of a run's first event.
func started(t *testing.T, state ports.State, run string) map[string]any {
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
		if metadata := map[string]any{}; e.Run == run && e.Action == "task.started" {
			if err := json.Unmarshal(e.Metadata, &metadata); err != nil {
				t.Fatal(err)
			}
			return metadata
		}
	}
	t.Fatalf("run %s has no task.started", run)
	return nil
}

// A retry that dies at any of its batches is resumed, over the failed items and no
// others, with whatever fails again.
func TestARetryIsResumed(t *testing.T) {
	t.Parallel()
	for dies := 1; dies <= 6; dies++ {
		m := newMending(t, 12)
		m.broken = []int64{1, 4, 5, 9, 12}
		parent, err := m.do(t, skip(5))
		if err != nil {
			t.Fatal(err)
		}
		m.broken = []int64{5}
		m.hook.begin = killAt(dies)
		child, err := m.retry(t, parent.ID, runner.Limits{BatchSize: 1})
		if failure(t, err).Code != runner.CodeIO {
			t.Fatalf("died at batch %d: %v", dies, err)
		}
		m.hook.begin = nil
		_, err = m.retry(t, parent.ID, runner.Limits{})
		if e := failure(t, err); e.Code != runner.CodeNotResumable || e.Hint != "test runs resume "+child.ID {
			t.Errorf("a second retry beside it: %s: %s (%s)", e.Code, e.Message, e.Hint)
		}
		child, err = m.runner.Resume(t.Context(), child.ID, runner.Request{Actor: "a", Client: "c"})
		if err != nil || !slices.Equal(m.db.Read(), doubled(12, 5)) || child.Attempt != 2 || child.Progress.Processed != 5 || child.Progress.Failed != 1 {
			t.Errorf("died at batch %d: %v, rows %v, %+v", dies, err, m.db.Read(), child.Progress)
		}
		if left := m.rejected(t, child.ID); len(left) != 1 || left[0].Key != parent.ID+":5" {
			t.Errorf("died at batch %d: left %+v", dies, left)
		}
	}
}

// An effect outside the transaction has its failed items in the state's journal.
func TestFailedItemsOfAnExternalTask(t *testing.T) {
	t.Parallel()
	m := newMending(t, 6, func(b *runner.Batches[deps, doubleInput]) { b.External().DryRun() })
	m.broken = []int64{2, 6}
	parent, err := m.do(t, skip(2))
	if err != nil {
		t.Fatal(err)
	}
	wantRejected(t, m, parent, parent.ID, 2, 6)
	m.broken = nil
	child, err := m.retry(t, parent.ID, runner.Limits{})
	if err != nil || child.Progress.Processed != 2 || !slices.Equal(m.keys, []string{parent.ID + ":2", parent.ID + ":6"}) {
		t.Errorf("%v: %+v, keys %q", err, child.Progress, m.keys)
	}
}

// A run that goes on leaves more behind: a second retry goes over that alone. An item
// is never gone over twice from one run.
func TestWhatARunLeavesLaterIsRetriedOnce(t *testing.T) {
	t.Parallel()
	m := newMending(t, 12)
	m.broken = []int64{2, 3, 9}
	parent, err := m.do(t, skip(1))
	if failure(t, err).Code != runner.CodeFailures || parent.Progress.Failed != 2 {
		t.Fatalf("%v: %+v", err, parent.Progress)
	}
	broken := m.broken
	m.broken = nil
	first, err := m.retry(t, parent.ID, runner.Limits{})
	if err != nil || first.Progress.Processed != 2 {
		t.Fatalf("%v: %+v", err, first.Progress)
	}
	_, err = m.retry(t, parent.ID, runner.Limits{})
	if e := failure(t, err); e.Code != runner.CodeNotResumable || !strings.Contains(e.Message, first.ID) || len(m.batches) > 0 {
		t.Errorf("%s: %s; batches %v", e.Code, e.Message, m.batches)
	}
	m.broken = broken
	if parent, err = m.runner.Resume(t.Context(), parent.ID, runner.Request{Actor: "a", Client: "c", Limits: skip(5)}); err != nil || parent.Progress.Failed != 3 {
		t.Fatalf("%v: %+v", err, parent.Progress)
	}
	m.broken = nil
	second, err := m.retry(t, parent.ID, runner.Limits{})
	if err != nil || *second.Progress.Total != 1 || second.Progress.Processed != 1 || !slices.Equal(m.db.Read(), doubled(12)) {
		t.Errorf("%v: %+v, rows %v", err, second.Progress, m.db.Read())
	}
}

// An item that is no longer there counts as done, says so once, and does not have
// the next one be taken in its place; under any size of batch.
func TestAFailedItemThatIsGone(t *testing.T) {
	t.Parallel()
	for size := 1; size <= 4; size++ {
		app, log, removed := newNumbers(10), &logText{}, []int64{}
		var seen []int64
		register := func(r *runner.Registry[deps]) {
			runner.HandleBatches(r, "uncounted.double",
				func(_ context.Context, d deps, _ doubleInput, after int64, limit int) (rows []row, _ error) {
					for at := after + 1; at <= 10 && len(rows) < limit; at++ {
						if !slices.Contains(removed, at) {
							rows = append(rows, row{at, (*d.rows)[at-1]})
						}
					}
					return rows, nil
				},
				func(i row) int64 { return i.At },
				func(_ context.Context, _ deps, _ doubleInput, b *runner.Batch[row, doubleOutput]) error {
					for i, item := range b.Items {
						switch {
						case item.At%2 == 0 && removed == nil, item.At == 4:
							b.Reject(i, fmt.Sprintf("row %d is even", item.At))
						case item.At == 6:
							return errors.New("row 6 is broken") // so that a page is read more than once
						}
					}
					for _, item := range b.Kept() {
						seen = append(seen, item.At)
					}
					return nil
				})
		}
		r := runnerOf(t, "testdata/uncounted.yaml", register, app.open, runner.Options{State: inMemory(memory.NewState()), Log: log.logger()})
		removed = nil
		parent, err := r.Run(t.Context(), runner.Request{Task: "uncounted.double", Actor: "a", Client: "c", Limits: skip(5)})
		if err != nil || parent.Progress.Failed != 5 {
			t.Fatalf("%v: %+v", err, parent.Progress)
		}
		removed, seen = []int64{2, 8}, nil
		child, err := r.RetryFailed(t.Context(), parent.ID, runner.Request{Actor: "a", Client: "c", Limits: runner.Limits{BatchSize: size}})
		if err != nil || child.Progress.Processed != 5 || child.Progress.Failed != 2 || !slices.Equal(seen, []int64{10}) {
			t.Errorf("size %d: %v, %+v, seen %v", size, err, child.Progress, seen)
		}
		for _, at := range removed {
			if n := strings.Count(log.String(), fmt.Sprintf("key=%s:%d\n", parent.ID, at)); n != 1 {
				t.Errorf("size %d: %d lines say that item %d is gone\n%s", size, n, at, log)
			}
		}
		var left []string
		for l, err := range r.Rejected(t.Context(), runner.Target{}, child.ID) {
			if err != nil {
				t.Fatal(err)
			}
			left = append(left, strings.TrimPrefix(l.Key, parent.ID)+" after "+string(l.After)+": "+l.Reason)
		}
		if want := []string{":4 after 3: row 4 is even", ":6 after 5: row 6 is broken"}; !slices.Equal(left, want) {
			t.Errorf("size %d: left %q, want %q", size, left, want)
		}
	}
}

// Under onError stop a retry ends at the first item that fails again, and goes on
// there.
func TestARetryThatStops(t *testing.T) {
	t.Parallel()
	m := newMending(t, 9)
	m.broken = []int64{2, 5, 8}
	parent, err := m.do(t, skip(3))
	if err != nil {
		t.Fatal(err)
	}
	m.broken = []int64{5}
	child, err := m.retry(t, parent.ID, runner.Limits{OnError: manifest.OnErrorStop})
	if e := failure(t, err); e.Code != runner.CodeTask || e.Message != "at item 5: row 5 is broken" || child.Progress.Processed != 1 {
		t.Errorf("%s: %s after %+v", e.Code, e.Message, child.Progress)
	}
	m.broken = nil
	child, err = m.runner.Resume(t.Context(), child.ID, runner.Request{Actor: "a", Client: "c"})
	if err != nil || !slices.Equal(m.db.Read(), doubled(9)) || child.Progress.Processed != 3 {
		t.Errorf("%v: rows %v, %+v", err, m.db.Read(), child.Progress)
	}
}

func TestWhatCannotBeRetried(t *testing.T) {
	t.Parallel()
	refuse := func(t *testing.T, m *mending, id string, req runner.Request, code runner.Code, message, hint string) {
		t.Helper()
		req.Actor, req.Client = "a", "c"
		run, err := m.runner.RetryFailed(t.Context(), id, req)
		if e := failure(t, err); e.Code != code || !strings.Contains(e.Message, message) || !strings.Contains(e.Hint, hint) || run.ID != "" {
			t.Errorf("%s: %s (%s), run %q; want %s: %s (%s)", e.Code, e.Message, e.Hint, run.ID, code, message, hint)
		}
	}
	m := newMending(t, 6)
	refuse(t, m, "no-such-run", runner.Request{}, runner.CodeUnknownRun, "no run no-such-run", "")
	clean, err := m.do(t, skip(2))
	if err != nil {
		t.Fatal(err)
	}
	refuse(t, m, clean.ID, runner.Request{}, runner.CodeNotResumable, "has no failed items", "")
	m.broken = []int64{2}
	parent, err := m.do(t, skip(2))
	if err != nil {
		t.Fatal(err)
	}
	refuse(t, m, parent.ID, runner.Request{Input: []byte(`{"bad":[1]}`)}, runner.CodeConfig, "it differs at /bad", "")
	refuse(t, m, parent.ID, runner.Request{Target: runner.Target{Database: "other.db"}}, runner.CodeConfig, "is of the database", "")
	own := m.db
	m.db = newNumbers(6).db
	refuse(t, m, parent.ID, runner.Request{}, runner.CodeConfig, "has 0 of the", "")
	m.db = own
	preview, err := m.runner.Run(t.Context(), runner.Request{Task: "uncounted.double", Input: []byte(`{"dryRun":true}`), Actor: "a", Client: "c", Limits: skip(2)})
	if err != nil || preview.Progress.Failed != 1 {
		t.Fatalf("%v: %+v", err, preview.Progress)
	}
	refuse(t, m, preview.ID, runner.Request{}, runner.CodeNotResumable, "was a dry run", "")
	for _, err := range m.runner.Rejected(t.Context(), runner.Target{}, preview.ID) {
		if failure(t, err).Code != runner.CodeNotResumable {
			t.Errorf("what a dry run has left: %v", err)
		}
	}
	for _, err := range m.runner.Rejected(t.Context(), runner.Target{}, "no-such-run") {
		if failure(t, err).Code != runner.CodeUnknownRun {
			t.Errorf("what no run has left: %v", err)
		}
	}
	if runs, err := m.state.List(t.Context(), ports.RunFilter{}); err != nil || len(runs) != 3 {
		t.Errorf("%d runs on record, %v: a refusal left one", len(runs), err)
	}
	if held, err := m.state.Held(t.Context()); err != nil || len(held) > 0 {
		t.Errorf("%+v, %v: a refusal left a lock", held, err)
	}
}

// A run that is at work, and one that was interrupted, are not over.
func TestARunThatIsNotOver(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(8), &dying{memory.NewState(), false}
	r := newRunner(t, app, runner.Options{State: inMemory(state)})
	app.hook.apply = func(ctx context.Context, items []int64) error {
		if items[0] != 5 {
			return nil
		}
		_, err := r.RetryFailed(ctx, running(t, state)[0].ID, runner.Request{Actor: "a", Client: "c"})
		if e := failure(t, err); e.Code != runner.CodeLocked {
			t.Errorf("at work: %s: %s", e.Code, e.Message)
		}
		state.dead = true
		return nil
	}
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.double-some", Input: []byte(`{"bad":[2]}`), Actor: "a", Client: "c"})
	if failure(t, err).Code != runner.CodeIO {
		t.Fatal(err)
	}
	state.dead = false
	_, err = r.RetryFailed(t.Context(), run.ID, runner.Request{Actor: "a", Client: "c"})
	if e := failure(t, err); e.Code != runner.CodeNotResumable || e.Hint != "test runs resume "+run.ID {
		t.Errorf("interrupted: %s: %s (%s)", e.Code, e.Message, e.Hint)
	}
}

// Items are not looked for in a file that has changed, and a journal that was pruned
// is not taken for the end of one.
func TestARetryOverWhatIsNotThere(t *testing.T) {
	t.Parallel()
	db, broken := memory.NewDB(0, func(n int) int { return n }), true
	k := runnertest.New(t, "testdata/lines.yaml", func(r *runner.Registry[fileDeps]) {
		runner.HandleBatches(r, "lines.count", lines, func(l line) int { return l.At },
			func(_ context.Context, d fileDeps, _ linesInput, b *runner.Batch[line, linesOutput]) error {
				for i := range b.Items {
					if broken {
						b.Reject(i, "broken")
					}
				}
				b.Out.Lines += len(b.Kept())
				return nil
			})
	}, openLines(db))
	k.File("in.txt", "a\nb\nc\n")
	parent, err := k.Do(runner.Request{Task: "lines.count", Limits: skip(3)})
	if err != nil || parent.Progress.Failed != 3 {
		t.Fatalf("%v, %+v", err, parent.Progress)
	}
	broken = false
	for text, want := range map[string]string{"a\nb\nc\nd\n": "6 bytes then, 8 now", "a\nb\nX\n": "of the same 6 bytes"} {
		k.File("in.txt", text)
		refused, err := k.RetryFailed(parent.ID, runner.Request{})
		if e := failure(t, err); refused.ID != "" || e.Code != runner.CodeConfig || !strings.Contains(e.Message, "in.txt has changed") || !strings.Contains(e.Message, want) {
			t.Errorf("%q: %s: %s", text, e.Code, e.Message)
		}
	}
	k.File("in.txt", "a\nb\nc\n")
	child, err := k.RetryFailed(parent.ID, runner.Request{Limits: runner.Limits{Items: 1}})
	if err != nil || child.Status != ports.Stopped || child.Progress.Processed != 1 || len(child.Inputs) != 1 {
		t.Fatalf("%v: %s, %+v", err, child.Status, child)
	}
	k.File("in.txt", "a\nb\nX\n")
	if _, err := k.Resume(child.ID, runner.Request{}); failure(t, err).Code != runner.CodeConfig {
		t.Errorf("a retry was resumed in another file: %v", err)
	}
	k.File("in.txt", "a\nb\nc\n")
	if err := db.Forget(t.Context(), parent.ID); err != nil {
		t.Fatal(err)
	}
	_, err = k.Resume(child.ID, runner.Request{})
	if e := failure(t, err); e.Code != runner.CodeConfig || !strings.Contains(e.Message, "pruned") || !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
}

// A page of failed items is bounded by what they hold, as any page is by its source.
func TestAPageOfFailedItemsIsBounded(t *testing.T) {
	t.Parallel()
	broken, most, seen := true, 0, 0
	k := runnertest.New(t, "testdata/lines.yaml", func(r *runner.Registry[fileDeps]) {
		runner.HandleBatches(r, "lines.count", lines, func(l line) int { return l.At },
			func(_ context.Context, d fileDeps, _ linesInput, b *runner.Batch[line, linesOutput]) error {
				for i := range b.Items {
					if broken {
						b.Reject(i, "broken")
					}
				}
				most, seen = max(most, len(b.Kept())), seen+len(b.Kept())
				return nil
			})
	}, openLines(memory.NewDB(0, func(n int) int { return n })))
	k.File("in.txt", strings.Repeat(strings.Repeat("x", 1<<20)+"\n", 11))
	parent, err := k.Do(runner.Request{Task: "lines.count", Limits: skip(11)})
	if err != nil {
		t.Fatal(err)
	}
	broken = false
	if _, err := k.RetryFailed(parent.ID, runner.Request{Limits: runner.Limits{BatchSize: 100}}); err != nil || seen != 11 || most > 4 {
		t.Errorf("%v: %d items, %d at once", err, seen, most)
	}
}

// How many may fail counts for a retry as for any run: by a number, and by a share of
// the failed items.
func TestFailuresOfARetryAreJudged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		most manifest.MaxFailures
		code runner.Code
	}{
		"a count that is kept":     {manifest.MaxFailures{Count: 2}, ""},
		"a count that is exceeded": {manifest.MaxFailures{Count: 1}, runner.CodeFailures},
		"a share that is kept":     {manifest.MaxFailures{Share: 0.5}, ""},
		"a share that is exceeded": {manifest.MaxFailures{Share: 0.4}, runner.CodeFailures},
	} {
		m := newMending(t, 8)
		m.broken = []int64{1, 2, 3, 4}
		parent, err := m.do(t, skip(4))
		if err != nil {
			t.Fatal(err)
		}
		m.broken = []int64{2, 3}
		child, err := m.retry(t, parent.ID, runner.Limits{OnError: manifest.OnErrorSkip, MaxFailures: &test.most})
		if test.code == "" && err != nil || test.code != "" && failure(t, err).Code != test.code {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			if _, err := m.runner.Resume(t.Context(), child.ID, runner.Request{Actor: "a", Client: "c", Limits: skip(2)}); err != nil {
				t.Errorf("%s, then raised: %v", name, err)
			}
		}
		if !slices.Equal(m.db.Read(), doubled(8, 2, 3)) {
			t.Errorf("%s: rows %v", name, m.db.Read())
		}
	}
}
