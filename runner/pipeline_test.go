package runner_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

func TestOneShotInATransaction(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	k := kit(t, app)
	if out := runnertest.Run[addOutput](k, "numbers.add", `{"value":7}`); out.Count != 7 {
		t.Errorf("output %+v", out)
	}
	if run := k.Last(); run.Progress.Changed != 1 || run.Delivery != ports.ExactlyOnce {
		t.Errorf("record %+v", run)
	}
	c, err := app.db.Checkpoint(t.Context(), k.Last().ID)
	if err != nil || c.Batch != 1 || !c.Done {
		t.Errorf("checkpoint %+v, %v", c, err)
	}
	for input, code := range map[string]runner.Code{
		`{"value":13}`:  runner.CodeTask,   // the handler's own error
		`{"value":500}`: runner.CodeOutput, // a result that breaks the output schema
	} {
		if e := k.Fails("numbers.add", input); e.Code != code {
			t.Errorf("%s failed with %s: %s", input, e.Code, e.Message)
		}
	}
	if out := runnertest.Run[addOutput](k, "numbers.add", `{"value":9,"dryRun":true}`); out.Count != 9 {
		t.Errorf("dry run's output %+v", out)
	}
	if p := k.Last().Preview; !p.Complete || len(p.Samples) != 1 || string(p.Samples[0].Before) != "null" || string(p.Samples[0].After) != "9" {
		t.Errorf("preview %+v", p)
	}
	if want := []int64{1, 7}; !slices.Equal(app.db.Read(), want) {
		t.Errorf("rows %v, want %v", app.db.Read(), want)
	}
	k.WantAudit("task.started", "number.added", "task.succeeded",
		"task.started", "task.failed", "task.started", "task.failed", "task.started", "task.succeeded")
}

// A refusal runs no handler and writes nothing but one event, which names
// pointer and keyword and never a value.
func TestARefusalIsInert(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	app.hook.look = func(context.Context, deps) (any, error) { t.Error("the handler ran"); return nil, nil }
	k := kit(t, app)
	for _, test := range []struct{ name, input, want string }{
		{"bad-input 41", `{"valeu":7777,"value":1}`, `/valeu additionalProperties unknown field value`},
		{"one mistake, not two", `{"valeu":7777}`, `/valeu additionalProperties unknown field value`},
		{"a missing field", `{}`, `/value required is required `},
		{"the wrong type", `{"value":"7777"}`, `/value type must be an integer `},
		{"bad-input 42", `{"value":1,"value":7777}`, `/value json is given twice `},
		{"bad-input 43", `{"VALUE":7777,"value":1}`, `/VALUE additionalProperties unknown field value`},
		{"bad-input 44", `{"value":1} x`, ` json has more text after its end, at byte 11 `},
		{"bad-input 45", `{"value":9223372036854775808}`, `/value type does not fit int64 `},
		{"bad-input 48", "{\"value\":1,\"token\":\"\xff\"}", ` json is not UTF-8, at byte 20 `},
		{"broken in a secret", `{"value":1,"token":"7777\ud8007777"}`, `/token json is not JSON, at byte 24 `},
		{"bad-input 49", ``, ` json is empty; write {} for an input without members `},
		{"bad-input 50: null", `null`, ` type must be an object `},
		{"bad-input 50: a list", `[]`, ` type must be an object `},
		{"bad-input 47", strings.Repeat(`[`, 101), `/0` + strings.Repeat("/0", 99) + ` json is nested deeper than 100 `},
		{"bad-input 8", `"` + strings.Repeat("x", 11<<20), ` json is over 10 MiB `},
	} {
		e := k.Fails("numbers.add", test.input)
		if e.Code != runner.CodeInput || len(e.Violations) != 1 {
			t.Errorf("%s: %s with %+v", test.name, e.Code, e.Violations)
			continue
		}
		v := e.Violations[0]
		if got := fmt.Sprintf("%s %s %s %s", v.Pointer, v.Keyword, v.Message, v.Suggestion); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		last := k.Audit()[len(k.Audit())-1]
		want := fmt.Sprintf(`{"code":"input-invalid","violations":[{"keyword":%q,"pointer":%q}]}`, v.Keyword, v.Pointer)
		if last.Action != "task.refused" || string(last.Metadata) != want {
			t.Errorf("%s: audit has %s %s, want %s", test.name, last.Action, last.Metadata, want)
		}
	}
	if e := k.Fails("numbers.look", `{}`); e.Code != runner.CodeGate || e.Hint != "add --tenant NAME" {
		t.Errorf("the gate: %s, %s", e.Code, e.Hint)
	}
	for _, e := range k.Audit() {
		if e.Action != "task.refused" {
			t.Errorf("a refusal left %+v", e)
		}
	}
	if len(app.db.Read()) != 1 {
		t.Errorf("rows %v", app.db.Read())
	}
}

// bad-input 45: 2^53+1 reaches the handler as it is.
func TestBigIntegersArriveUnchanged(t *testing.T) {
	t.Parallel()
	app := newNumbers(0)
	k := kit(t, app)
	_, err := k.Do(runner.Request{Task: "numbers.add", Input: []byte(`{"value":9007199254740993}`)})
	if failure(t, err).Code != runner.CodeOutput { // its count is over the schema's bound
		t.Fatal(err)
	}
	if got := string(k.Last().Input); got != `{"value":9007199254740993,"token":"***","dryRun":false}` && got != `{"dryRun":false,"token":"***","value":9007199254740993}` {
		t.Errorf("recorded input %s", got)
	}
}

// brokenState is a state whose Start fails.
type brokenState struct{ ports.State }

func (brokenState) Start(context.Context, ports.Run, ...ports.Event) error {
	return fmt.Errorf("state.db: %w", ports.ErrFull)
}

func newRunner(t *testing.T, app *numbers, opts runner.Options) *runner.Runner {
	t.Helper()
	return runnerOf(t, "testdata/tasks.yaml", app.register, app.open, opts)
}

func runnerOf(t *testing.T, tasks string, register func(*runner.Registry[deps]), open runner.Open[deps], opts runner.Options) *runner.Runner {
	t.Helper()
	text, err := os.ReadFile(tasks)
	if err != nil {
		t.Fatal(err)
	}
	m, found := manifest.Load(fstest.MapFS{
		"beignet.yaml": {Data: []byte("name: test\nfeatures: [tasks.yaml]\n")}, "tasks.yaml": {Data: text},
	}, "beignet.yaml")
	registry := runner.NewRegistry[deps]()
	register(registry)
	r, crossed := runner.New(m, runner.Bind(registry, open), opts)
	if len(found)+len(crossed) > 0 {
		t.Fatalf("%s%s", found, crossed)
	}
	return r
}

// Fail closed: what cannot be put on record does not run.
func TestNoRunWithoutItsRecord(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	r := newRunner(t, app, runner.Options{State: func(context.Context, runner.Target, bool) (ports.State, error) {
		return brokenState{memory.NewState()}, nil
	}})
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.add", Input: []byte(`{"value":1}`), Actor: "a", Client: "c"})
	if e := failure(t, err); e.Code != runner.CodeIO || !strings.HasPrefix(e.Message, "run not started: ") || run.ID != "" {
		t.Errorf("%s: %s, run %q", e.Code, e.Message, run.ID)
	}
	if len(app.db.Read()) != 1 {
		t.Errorf("the handler ran: %v", app.db.Read())
	}
}

// The record of a run says started before the handler runs.
func TestStartedIsOnRecordBeforeTheHandler(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	state := memory.NewState()
	app.hook.look = func(ctx context.Context, d deps) (any, error) {
		run, err := state.Run(ctx, d.s.Run)
		links, _ := state.Links(ctx, 0, 10)
		if err != nil || run.Status != ports.Running || len(links) != 1 || !strings.Contains(string(links[0].Body), `"task.started"`) {
			t.Errorf("while the handler runs: %+v, %v, %d links", run, err, len(links))
		}
		return nil, nil
	}
	r := newRunner(t, app, runner.Options{State: func(context.Context, runner.Target, bool) (ports.State, error) { return state, nil }})
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.look", Actor: "ada", Client: "c", Tenant: "acme", Reason: "because"})
	if err != nil || run.Status != ports.Succeeded {
		t.Fatalf("%v: %+v", err, run)
	}
}

// Whose run it is reaches the handler, every line of its log, and the audit.
func TestIdentityReachesHandlerLogAndAudit(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	app.hook.look = func(_ context.Context, d deps) (any, error) {
		d.s.Log.Info("looking")
		return []string{d.s.Actor, d.s.Client, d.s.Tenant, d.s.Reason, d.s.Environment, d.s.Task}, nil
	}
	k := kit(t, app)
	run, err := k.Do(runner.Request{Task: "numbers.look", Actor: "ada", Client: "beignet-cli", Tenant: "acme", Reason: "because"})
	if err != nil {
		t.Fatal(err)
	}
	if want := `["ada","beignet-cli","acme","because","local","numbers.look"]`; string(run.Output) != want {
		t.Errorf("the handler saw %s, want %s", run.Output, want)
	}
	if want := fmt.Sprintf("msg=looking run=%s task=numbers.look env=local actor=ada tenant=acme\n", run.ID); !strings.Contains(k.Log(), want) {
		t.Errorf("log %q lacks %q", k.Log(), want)
	}
	for _, e := range k.Audit() {
		if e.Actor != "ada" || e.Client != "beignet-cli" || e.Tenant != "acme" || e.Reason != "because" || e.Environment != "local" {
			t.Errorf("event %+v", e)
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	app := newNumbers(8)
	app.hook.apply = func(ctx context.Context, items []int64) error {
		if items[0] == 5 {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	k := kit(t, app)
	run, err := k.Do(runner.Request{Task: "numbers.double", Limits: runner.Limits{Timeout: 500 * time.Millisecond}})
	if e := failure(t, err); e.Code != runner.CodeTimeout || run.Status != ports.TimedOut || run.Progress.Processed != 4 {
		t.Errorf("%s: %s, %s after %d", e.Code, e.Message, run.Status, run.Progress.Processed)
	}
	k.WantAudit("task.started", "number.doubled", "number.doubled", "number.doubled", "number.doubled", "task.timed-out")
	app.hook.apply = nil
	if run, err = k.Resume(run.ID, runner.Request{}); err != nil || run.Progress.Processed != 8 {
		t.Errorf("resumed: %v, %+v", err, run.Progress)
	}
}

// A handler that ignores its context is left behind, and the outcome is on
// record.
func TestAHandlerThatIgnoresItsContextIsAbandoned(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	release := make(chan struct{})
	defer close(release)
	app.hook.look = func(context.Context, deps) (any, error) { <-release; return nil, nil }
	state := memory.NewState()
	r := newRunner(t, app, runner.Options{
		State: func(context.Context, runner.Target, bool) (ports.State, error) { return state, nil },
		Grace: 20 * time.Millisecond,
	})
	run, err := r.Run(t.Context(), runner.Request{Task: "numbers.look", Tenant: "acme", Actor: "a", Client: "c", Limits: runner.Limits{Timeout: 10 * time.Millisecond}})
	if e := failure(t, err); e.Code != runner.CodeTimeout || !strings.Contains(e.Message, "abandoned") {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
	if stored, err := state.Run(t.Context(), run.ID); err != nil || stored.Status != ports.TimedOut {
		t.Errorf("record %s, %v", stored.Status, err)
	}
}

func TestAPanicFailsTheRun(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	app.hook.look = func(context.Context, deps) (any, error) { panic("oh no") }
	k := kit(t, app)
	run, err := k.Do(runner.Request{Task: "numbers.look", Tenant: "acme"})
	if e := failure(t, err); e.Code != runner.CodePanic || e.Message != "the handler panicked: oh no" || !strings.Contains(string(e.Stack), "pipeline_test.go") {
		t.Errorf("%s: %s\n%s", e.Code, e.Message, e.Stack)
	}
	if run.Status != ports.Failed {
		t.Errorf("status %s", run.Status)
	}
}

// A handler may refuse an input for what the schema cannot say.
func TestAHandlerRefusesItsInput(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	k := kit(t, app)
	app.hook.look = func(context.Context, deps) (any, error) {
		return nil, fmt.Errorf("looking: %w", runner.InvalidInput("/source", "is required"))
	}
	run, err := k.Do(runner.Request{Task: "numbers.look", Tenant: "acme"})
	if e := failure(t, err); e.Code != runner.CodeInput || len(e.Violations) != 1 || e.Violations[0].Pointer != "/source" || run.Status != ports.Failed {
		t.Errorf("%+v, %s", e, run.Status)
	}
	app.hook.look = func(_ context.Context, d deps) (any, error) { _, err := d.s.Files.Open("nowhere.csv"); return nil, err }
	if e := failure(t, second(k.Do(runner.Request{Task: "numbers.look", Tenant: "acme"}))); e.Code != runner.CodeFile || !strings.Contains(e.Message, "nowhere.csv") {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
}

func second[T any](_ T, err error) error { return err }

// The files that a run read are on its record; what a dry run would write is not written.
func TestFilesOfARun(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	k := kit(t, app)
	k.File("in.csv", "a,b\n")
	app.hook.look = func(_ context.Context, d deps) (any, error) {
		for range 2 {
			f, err := d.s.Files.Open("in.csv")
			if err != nil {
				return nil, err
			}
			f.Close()
		}
		out, err := d.s.Files.Create("out.csv", false)
		if err != nil {
			return nil, err
		}
		_, err = out.Write([]byte("text"))
		return nil, errors.Join(err, out.Commit())
	}
	run, err := k.Do(runner.Request{Task: "numbers.look", Tenant: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	want := []ports.InputFile{{Name: "in.csv", Size: 4, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte("a,b\n")))}}
	if !slices.Equal(run.Inputs, want) {
		t.Errorf("inputs %+v", run.Inputs)
	}
	if text, ok := k.Written("out.csv"); !ok || text != "text" {
		t.Errorf("written %q, %v", text, ok)
	}
}
