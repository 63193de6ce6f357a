package runner_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// eachItem is a task of batches whose apply is the test's own.
func eachItem(apply func(context.Context, deps, *runner.Batch[row, doubleOutput]) error, options ...func(*runner.Batches[deps, doubleInput])) func(*runner.Registry[deps]) {
	return func(r *runner.Registry[deps]) {
		b := runner.HandleBatches(r, "uncounted.double", page, func(i row) int64 { return i.At },
			func(ctx context.Context, d deps, _ doubleInput, b *runner.Batch[row, doubleOutput]) error {
				return apply(ctx, d, b)
			})
		for _, option := range options {
			option(b)
		}
	}
}

func inMemory(state ports.State) func(context.Context, runner.Target, bool) (ports.State, error) {
	return func(context.Context, runner.Target, bool) (ports.State, error) { return state, nil }
}

// A handler may sort or change the items it is given: the cursor goes by the
// source's order.
func TestAHandlerMaySortItsItems(t *testing.T) {
	t.Parallel()
	app := newNumbers(10)
	k := runnertest.New(t, "testdata/uncounted.yaml", eachItem(func(_ context.Context, d deps, b *runner.Batch[row, doubleOutput]) error {
		slices.SortFunc(b.Items, func(a, b row) int { return int(b.At - a.At) })
		for _, item := range b.Items {
			(*d.rows)[item.At-1] *= 2
			b.Out.Doubled++
		}
		return nil
	}), app.open)
	out := runnertest.Run[doubleOutput](k, "uncounted.double", `{}`)
	if want := doubled(10); out.Doubled != 10 || !slices.Equal(app.db.Read(), want) {
		t.Errorf("doubled %d rows: %v", out.Doubled, app.db.Read())
	}
}

// A culprit that is gone when it is to be skipped does not make the next item be
// skipped in its place.
func TestOnlyTheCulpritIsSkipped(t *testing.T) {
	t.Parallel()
	app := newNumbers(4)
	gone := false
	register := func(r *runner.Registry[deps]) {
		runner.HandleBatches(r, "uncounted.double",
			func(ctx context.Context, d deps, in doubleInput, after int64, limit int) ([]row, error) {
				if gone && after == 1 {
					after = 2 // another process has deleted row 2
				}
				return page(ctx, d, in, after, limit)
			},
			func(i row) int64 { return i.At },
			func(_ context.Context, d deps, _ doubleInput, b *runner.Batch[row, doubleOutput]) error {
				for _, item := range b.Items {
					if item.At == 2 {
						gone = len(b.Items) == 1
						return fmt.Errorf("row 2 is broken")
					}
					(*d.rows)[item.At-1] *= 2
				}
				return nil
			})
	}
	k := runnertest.New(t, "testdata/uncounted.yaml", register, app.open)
	run, err := k.Do(runner.Request{Task: "uncounted.double", Limits: runner.Limits{OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: 1}}})
	if want := []int64{2, 2, 6, 8}; err != nil || !slices.Equal(app.db.Read(), want) || run.Progress.Failed != 0 {
		t.Errorf("%v: rows %v, want %v; %+v", err, app.db.Read(), want, run.Progress)
	}
}

// Equal cursors would lose the rows of a page's end.
func TestCursorsThatAreNotUniqueAreRefused(t *testing.T) {
	t.Parallel()
	app := newNumbers(8)
	register := func(r *runner.Registry[deps]) {
		runner.HandleBatches(r, "uncounted.double", page, func(i row) int64 { return (i.At + 1) / 2 }, double)
	}
	e := runnertest.New(t, "testdata/uncounted.yaml", register, app.open).Fails("uncounted.double", `{}`)
	if !strings.Contains(e.Message, "not unique") {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
}

func TestAnExternalHandlersAuditIsKept(t *testing.T) {
	t.Parallel()
	app := newNumbers(3)
	k := runnertest.New(t, "testdata/uncounted.yaml", eachItem(func(_ context.Context, d deps, b *runner.Batch[row, doubleOutput]) error {
		for i := range b.Items {
			d.s.Audit.Record("number.sent", b.Key(i), map[string]any{"id": int64(9007199254740993)})
		}
		return nil
	}, func(b *runner.Batches[deps, doubleInput]) { b.External().DryRun() }), app.open)
	runnertest.Run[doubleOutput](k, "uncounted.double", `{}`)
	k.WantAudit("task.started", "number.sent", "number.sent", "number.sent", "task.succeeded")
	if got := string(k.Audit()[1].Metadata); got != `{"id":9007199254740993}` {
		t.Errorf("metadata %s", got)
	}
}

// An event that JSON cannot hold is the handler's bug: it fails the run, and
// leaves no gap in the audit.
func TestAuditMetadataThatJSONCannotHold(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	k := kit(t, app)
	app.hook.look = func(_ context.Context, d deps) (any, error) {
		d.s.Audit.Record("x", "y", map[string]any{"f": func() {}})
		return nil, nil
	}
	run, err := k.Do(runner.Request{Task: "numbers.look", Tenant: "acme"})
	if failure(t, err).Code != runner.CodePanic || run.Status != ports.Failed {
		t.Errorf("%v, %s", err, run.Status)
	}
	k.WantAudit("task.started", "task.failed")
}

// A reason or a resource with a byte that is not UTF-8, as an error of a driver
// may have one, loses neither the item nor the event.
func TestTheJournalTakesAnyText(t *testing.T) {
	t.Parallel()
	app := newNumbers(2)
	k := runnertest.New(t, "testdata/uncounted.yaml", eachItem(func(_ context.Context, d deps, b *runner.Batch[row, doubleOutput]) error {
		d.s.Audit.Record("number.seen", "caf\xe9", nil)
		b.Reject(0, "caf\xe9 is bad")
		return nil
	}), app.open)
	run, err := k.Do(runner.Request{Task: "uncounted.double", Limits: runner.Limits{OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := app.db.Journal(t.Context(), run.ID, ports.EntryRejected, 0, 10)
	want := `{"after":null,"key":"` + run.ID + `:1","item":{"at":1,"value":1},"reason":"caf` + "\ufffd" + ` is bad","attempt":1}`
	if err != nil || len(entries) != 1 || string(entries[0].Body) != want {
		t.Errorf("journal %+v, %v, want %s", entries, err, want)
	}
	if e := k.Audit()[1]; e.Action != "number.seen" || e.Resource != "caf\ufffd" || e.Run != run.ID {
		t.Errorf("event %+v", e)
	}
}

// brokenJournal cannot be read.
type brokenJournal struct{ ports.Checkpoints }

func (brokenJournal) Journal(context.Context, string, string, int64, int) ([]ports.Entry, error) {
	return nil, fmt.Errorf("journal: %w", ports.ErrUnavailable)
}

// What went wrong is told, whatever goes wrong after it. A run that would have
// succeeded is left as running until its events are in the audit.
func TestTheCauseOutlivesTheOutcome(t *testing.T) {
	t.Parallel()
	app := newNumbers(10)
	broken := true
	open := func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
		o, err := app.open(ctx, s)
		if broken {
			o.Checkpoints = brokenJournal{o.Checkpoints}
		}
		return o, err
	}
	k := runnertest.New(t, "testdata/tasks.yaml", app.register, open)
	run, err := k.Do(runner.Request{Task: "numbers.double", Input: []byte(`{"bad":[7]}`)})
	if e := failure(t, err); e.Code != runner.CodeData || run.Status != ports.Failed {
		t.Errorf("%s: %s, %s", e.Code, e.Message, run.Status)
	}
	app.db = newNumbers(4).db
	run, err = k.Do(runner.Request{Task: "numbers.double"})
	if e := failure(t, err); e.Code != runner.CodeUnavailable || run.Status != ports.Running {
		t.Errorf("%s: %s, %s", e.Code, e.Message, run.Status)
	}
	broken = false
	if run, err = k.Resume(run.ID, runner.Request{}); err != nil || run.Status != ports.Succeeded || run.Progress.Processed != 4 {
		t.Errorf("settled: %v, %+v", err, run)
	}
	if want := doubled(4); !slices.Equal(app.db.Read(), want) {
		t.Errorf("rows %v, want %v", app.db.Read(), want)
	}
}

// A goroutine that ends without returning, as a test's FailNow does, fails the
// run and does not hang it.
func TestAHandlerThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	app.hook.look = func(context.Context, deps) (any, error) { runtime.Goexit(); return nil, nil }
	run, err := kit(t, app).Do(runner.Request{Task: "numbers.look", Tenant: "acme"})
	if e := failure(t, err); e.Message != "the handler ended its goroutine" || run.Status != ports.Failed {
		t.Errorf("%s, %s", e.Message, run.Status)
	}
}

func TestAPanicOfOpenIsAnOutcome(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	k := runnertest.New(t, "testdata/tasks.yaml", app.register, func(context.Context, runner.Session) (runner.Opened[deps], error) { panic("open") })
	run, err := k.Do(runner.Request{Task: "numbers.double"})
	if failure(t, err).Code != runner.CodePanic || run.Status != ports.Failed {
		t.Errorf("%v, %s", err, run.Status)
	}
	k.WantAudit("task.started", "task.failed")
}

// A caller that has given up is no timeout.
func TestACancelledRunIsNotTimedOut(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(1), memory.NewState()
	release := make(chan struct{})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	app.hook.look = func(context.Context, deps) (any, error) { cancel(); <-release; return nil, nil }
	r := newRunner(t, app, runner.Options{State: inMemory(state), Grace: 20 * time.Millisecond})
	run, err := r.Run(ctx, runner.Request{Task: "numbers.look", Tenant: "acme", Actor: "a", Client: "c"})
	if e := failure(t, err); e.Code == runner.CodeTimeout || run.Status != ports.Failed {
		t.Errorf("%s: %s, %s", e.Code, e.Message, run.Status)
	}
}

// A handler that goes on after it was abandoned disturbs nothing. The race
// detector is what looks at this.
func TestAnAbandonedHandlerMayGoOn(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(4), memory.NewState()
	over, finished := make(chan struct{}), make(chan struct{})
	app.hook.look = func(_ context.Context, d deps) (any, error) {
		defer close(finished)
		for {
			d.s.Audit.Record("still.here", "x", nil)
			select {
			case <-over:
				return nil, nil
			case <-time.After(time.Millisecond):
			}
		}
	}
	r := newRunner(t, app, runner.Options{State: inMemory(state), Grace: 20 * time.Millisecond})
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.look", Tenant: "acme", Actor: "a", Client: "c", Limits: runner.Limits{Timeout: 10 * time.Millisecond}})
	close(over)
	<-finished
	if failure(t, err).Code != runner.CodeTimeout || run.Status != ports.TimedOut {
		t.Errorf("%v, %s", err, run.Status)
	}
}

// slowFiles hold a file that is not read before release.
type slowFiles struct {
	ports.Files
	release chan struct{}
}

type slowFile struct {
	*strings.Reader
	release chan struct{}
}

func (f slowFiles) Open(string) (ports.File, error) {
	return slowFile{strings.NewReader("abc"), f.release}, nil
}
func (f slowFile) ReadAt(p []byte, off int64) (int, error) {
	<-f.release
	return f.Reader.ReadAt(p, off)
}
func (f slowFile) Close() error { return nil }

// The outcome does not wait for what an abandoned handler is still reading.
func TestAHandlerAbandonedInAFile(t *testing.T) {
	t.Parallel()
	app, release := newNumbers(1), make(chan struct{})
	defer close(release)
	app.hook.look = func(_ context.Context, d deps) (any, error) { _, err := d.s.Files.Open("x"); return nil, err }
	r := newRunner(t, app, runner.Options{
		State: inMemory(memory.NewState()), Grace: 20 * time.Millisecond,
		Files: func(context.Context, string) ports.Files { return slowFiles{release: release} },
	})
	_, err := r.Run(t.Context(), runner.Request{Task: "numbers.look", Tenant: "acme", Actor: "a", Client: "c", Limits: runner.Limits{Timeout: 10 * time.Millisecond}})
	if failure(t, err).Code != runner.CodeTimeout {
		t.Error(err)
	}
}

// What a handler has begun to write and not committed is taken back.
func TestAnUnfinishedFileIsTakenBack(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	k := kit(t, app)
	var begun ports.NewFile
	app.hook.look = func(_ context.Context, d deps) (_ any, err error) {
		if begun, err = d.s.Files.Create("out.csv", false); err != nil {
			return nil, err
		}
		panic("half way")
	}
	if _, err := k.Do(runner.Request{Task: "numbers.look", Tenant: "acme"}); failure(t, err).Code != runner.CodePanic {
		t.Fatal(err)
	}
	if err := begun.Commit(); err == nil {
		t.Error("the file could still be committed")
	}
}

// By convention dryRun is a boolean: of another type it is refused at start-up,
// for true might not mean what it says.
func TestDryRunIsABooleanOrRefused(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{`{ type: [boolean, "null"], default: true }`, `{ default: true }`, `{ type: string, default: "" }`} {
		tasks := strings.Replace(closeTask, "        note: { type: string }\n", "        dryRun: "+spelling+"\n", 1)
		got := check(t, tasks, func(r *runner.Registry[struct{}]) {
			runner.HandleTx(r, "issues.close", func(context.Context, struct{}, struct {
				Before time.Time `json:"before"`
				Limit  int8      `json:"limit"`
				DryRun any       `json:"dryRun"`
			}, *runner.Changes) (struct{}, error) {
				return struct{}{}, nil
			})
		})
		if !strings.HasPrefix(got, "tasks.yaml:13:9: dryRun must be a boolean") {
			t.Errorf("%s: %q", spelling, got)
		}
	}
}
