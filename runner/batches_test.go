package runner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// doubled is what the rows 1..n are once those at the places in but are left
// alone and the rest are doubled.
func doubled(n int64, but ...int64) []int64 {
	var rows []int64
	for i := int64(1); i <= n; i++ {
		if slices.Contains(but, i) {
			rows = append(rows, i)
		} else {
			rows = append(rows, 2*i)
		}
	}
	return rows
}

func output(t *testing.T, run ports.Run) (out doubleOutput) {
	t.Helper()
	if err := json.Unmarshal(run.Output, &out); err != nil {
		t.Fatalf("output %s: %v", run.Output, err)
	}
	return out
}

func TestEveryItemOnceInBatches(t *testing.T) {
	t.Parallel()
	app := newNumbers(10)
	k := kit(t, app)
	out := runnertest.Run[doubleOutput](k, "numbers.double", `{}`)
	if want := doubled(10); !slices.Equal(app.db.Read(), want) {
		t.Errorf("rows %v, want %v", app.db.Read(), want)
	}
	if want := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}; out.Doubled != 10 || !slices.Equal(out.Seen, want) {
		t.Errorf("output %+v", out)
	}
	run := k.Last()
	total := int64(10)
	want := ports.Progress{Batches: 3, Processed: 10, Changed: 10, Total: &total} // of 4, 4 and 2
	if got := run.Progress; got.Batches != want.Batches || got.Processed != 10 || got.Changed != 10 || *got.Total != 10 {
		t.Errorf("progress %+v, want %+v", got, want)
	}
	c, err := app.db.Checkpoint(t.Context(), run.ID)
	if err != nil || !c.Done || c.Batch != 4 {
		t.Errorf("checkpoint %+v, %v", c, err)
	}
	var names []string
	for _, s := range run.Stages {
		names = append(names, s.Name)
	}
	if want := []string{"schema", "input", "state", "lock", "started", "open", "handler", "output", "outcome"}; !slices.Equal(names, want) {
		t.Errorf("stages %v, want %v", names, want)
	}
}

// A feature's own audit events commit with their batch: each once, between the
// runner's own.
func TestAuditFollowsTheBatches(t *testing.T) {
	t.Parallel()
	k := kit(t, newNumbers(5))
	runnertest.Run[doubleOutput](k, "numbers.double", `{}`)
	k.WantAudit("task.started", "number.doubled", "number.doubled", "number.doubled", "number.doubled", "number.doubled", "task.succeeded")
	events := k.Audit()
	if e := events[1]; e.Resource != "1" || e.Actor != "tester" || e.Run != k.Last().ID || e.Entry != 1 {
		t.Errorf("event %+v", e)
	}
	var outcome struct{ Head string }
	if err := json.Unmarshal(events[6].Metadata, &outcome); err != nil || len(outcome.Head) != 64 {
		t.Errorf("outcome %+v lacks the head of the run's chain", events[6])
	}
}

func TestOneRuleOfFailure(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		task, input string
		rows        []int64
		code        runner.Code
		message     string
		processed   int64
		failed      int64
	}{
		"stop at a rejected item":      {"numbers.double", `{"bad":[7]}`, doubled(10, 7, 8, 9, 10), runner.CodeData, "row 7 is bad", 6, 0},
		"stop at the first item":       {"numbers.double", `{"bad":[1]}`, doubled(10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), runner.CodeData, "row 1 is bad", 0, 0},
		"stop at a broken item":        {"numbers.double", `{"broken":[7]}`, doubled(10, 7, 8, 9, 10), runner.CodeTask, "at item 7: row 7 is broken", 6, 0},
		"stop at a panic, unhalved":    {"numbers.double", `{"panics":[7]}`, doubled(10, 5, 6, 7, 8, 9, 10), runner.CodePanic, "the handler panicked: row 7 panics", 4, 0},
		"skip rejected items":          {"numbers.double-some", `{"bad":[2,7]}`, doubled(10, 2, 7), "", "", 10, 2},
		"skip broken items":            {"numbers.double-some", `{"broken":[2,7]}`, doubled(10, 2, 7), "", "", 10, 2},
		"skip both kinds":              {"numbers.double-some", `{"broken":[3],"bad":[4]}`, doubled(10, 3, 4), "", "", 10, 2},
		"skip no more than is allowed": {"numbers.double-some", `{"bad":[2,5,6]}`, doubled(10, 2, 5, 6, 9, 10), runner.CodeFailures, "3 of 8 items failed, more than maxFailures allows", 8, 3},
		"a panic is not skipped":       {"numbers.double-some", `{"panics":[2]}`, doubled(10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), runner.CodePanic, "the handler panicked: row 2 panics", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := newNumbers(10)
			k := kit(t, app)
			run, err := k.Do(runner.Request{Task: test.task, Input: []byte(test.input)})
			if test.code == "" && err != nil {
				t.Fatal(err)
			}
			if test.code != "" {
				if e := failure(t, err); e.Code != test.code || e.Message != test.message {
					t.Errorf("failed with %s: %s; want %s: %s", e.Code, e.Message, test.code, test.message)
				}
				if run.Status != ports.Failed || run.Failure == nil || run.Failure.Code != string(test.code) {
					t.Errorf("record has %s, %+v", run.Status, run.Failure)
				}
			}
			if !slices.Equal(app.db.Read(), test.rows) {
				t.Errorf("rows %v, want %v", app.db.Read(), test.rows)
			}
			if p := run.Progress; p.Processed != test.processed || p.Failed != test.failed {
				t.Errorf("processed %d, failed %d; want %d, %d", p.Processed, p.Failed, test.processed, test.failed)
			}
			if out := output(t, run); int64(out.Doubled) != test.processed-test.failed {
				t.Errorf("output counts %d of %d kept items: a failed batch's output was not undone", out.Doubled, test.processed-test.failed)
			}
		})
	}
}

// What is skipped can be read again: the journal holds the cursor before it.
func TestSkippedItemsAreInTheJournal(t *testing.T) {
	t.Parallel()
	app := newNumbers(6)
	k := kit(t, app)
	runnertest.Run[doubleOutput](k, "numbers.double-some", `{"bad":[1],"broken":[6]}`)
	entries, err := app.db.Journal(t.Context(), k.Last().ID, "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if e.Kind == ports.EntryRejected {
			got = append(got, strings.ReplaceAll(string(e.Body), k.Last().ID, "RUN"))
		}
	}
	want := []string{
		`{"after":null,"key":"RUN:1","item":{"at":1,"value":1},"reason":"row 1 is bad","attempt":1}`,
		`{"after":5,"key":"RUN:6","item":{"at":6,"value":6},"reason":"row 6 is broken","attempt":1}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("journal\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestOperatorsLimits(t *testing.T) {
	t.Parallel()
	app := newNumbers(10)
	k := kit(t, app)
	run, err := k.Do(runner.Request{Task: "numbers.double", Limits: runner.Limits{Items: 5, BatchSize: 3}})
	if err != nil || run.Status != ports.Stopped || run.Progress.Processed != 5 {
		t.Errorf("stopped by --limit: %v, %s after %d", err, run.Status, run.Progress.Processed)
	}
	run, err = k.Resume(run.ID, runner.Request{})
	if err != nil || run.Status != ports.Succeeded || run.Progress.Processed != 10 || run.Limits.BatchSize != 3 {
		t.Errorf("resumed: %v, %+v", err, run)
	}
	if want := doubled(10); !slices.Equal(app.db.Read(), want) {
		t.Errorf("rows %v, want %v", app.db.Read(), want)
	}

	share := runner.Limits{OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Share: 0.25}}
	_, err = k.Do(runner.Request{Task: "numbers.double", Input: []byte(`{"bad":[1,2]}`), Limits: share})
	if err != nil {
		t.Errorf("2 of 10 within 25%%: %v", err)
	}
	run, err = k.Do(runner.Request{Task: "numbers.double", Input: []byte(`{"bad":[1,2,3]}`), Limits: share})
	if e := failure(t, err); e.Code != runner.CodeFailures || run.Progress.Processed != 10 {
		t.Errorf("3 of 10 over 25%%, judged at the end: %v after %d", err, run.Progress.Processed)
	}
	if _, err = k.Do(runner.Request{Task: "numbers.double", Limits: runner.Limits{BatchSize: -1}}); failure(t, err).Code != runner.CodeUsage {
		t.Errorf("a negative batch size: %v", err)
	}
	_, err = k.Do(runner.Request{Task: "numbers.add", Input: []byte(`{"value":1}`), Limits: runner.Limits{Items: 1}})
	if e := failure(t, err); e.Code != runner.CodeUsage {
		t.Errorf("a limit for a one-shot: %v", err)
	}
}

func TestADryRunCommitsNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		rows      int64
		all       bool
		batches   int64
		complete  bool
		previewed int
	}{
		"all of a small one":        {10, false, 3, true, 10},
		"exactly what is previewed": {80, false, 20, true, 80},
		"the first twenty batches":  {100, false, 20, false, 80},
		"every batch where asked":   {100, true, 25, true, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := newNumbers(test.rows)
			k := kit(t, app)
			before := app.db.Read()
			run, err := k.Do(runner.Request{Task: "numbers.double", Input: []byte(`{"dryRun":true}`), Limits: runner.Limits{PreviewAll: test.all}})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(app.db.Read(), before) {
				t.Errorf("a dry run wrote %v", app.db.Read())
			}
			p := run.Preview
			if p.Batches != test.batches || p.Complete != test.complete || *p.Total != test.rows || output(t, run).Doubled != test.previewed {
				t.Errorf("preview %+v of %d in all, output %s", p, *p.Total, run.Output)
			}
			if len(p.Samples) == 0 || string(p.Samples[0].Before) != "1" || string(p.Samples[0].After) != "2" {
				t.Errorf("samples %+v", p.Samples)
			}
			if _, err := app.db.Checkpoint(t.Context(), run.ID); err == nil {
				t.Error("a dry run left a checkpoint")
			}
			k.WantAudit("task.started", "task.succeeded")
			if _, err := k.Resume(run.ID, runner.Request{}); failure(t, err).Code != runner.CodeNotResumable {
				t.Errorf("a dry run was resumed: %v", err)
			}
		})
	}
}

// A dry run that ends before its source does has not seen all.
func TestADryRunThatEndsEarlyIsNotComplete(t *testing.T) {
	t.Parallel()
	k := kit(t, newNumbers(10))
	run, err := k.Do(runner.Request{Task: "numbers.double", Input: []byte(`{"dryRun":true,"broken":[7]}`)})
	if failure(t, err).Code != runner.CodeTask || run.Preview.Complete || run.Preview.Batches != 2 {
		t.Errorf("%v: %+v", err, run.Preview)
	}
	run, err = k.Do(runner.Request{Task: "numbers.double", Input: []byte(`{"dryRun":true}`), Limits: runner.Limits{Items: 3}})
	if err != nil || run.Preview.Complete || run.Progress.Processed != 3 {
		t.Errorf("%v: %+v", err, run.Preview)
	}
}

// A dry run without Count pages on to know what is left.
func TestADryRunCountsByPaging(t *testing.T) {
	t.Parallel()
	app := newNumbers(100)
	pages := 0
	register := func(r *runner.Registry[deps]) {
		app.register(r)
		runner.HandleBatches(r, "uncounted.double",
			func(ctx context.Context, d deps, in doubleInput, after int64, limit int) ([]row, error) {
				pages++
				return page(ctx, d, in, after, limit)
			}, func(i row) int64 { return i.At }, double)
	}
	k := runnertest.New(t, "testdata/uncounted.yaml", register, app.open)
	run, err := k.Do(runner.Request{Task: "uncounted.double", Input: []byte(`{"dryRun":true}`)})
	if err != nil || run.Preview.Complete || *run.Preview.Total != 100 || pages != 26 {
		t.Errorf("%v: %+v after %d pages", err, run.Preview, pages)
	}
}

func TestBatchSizeIsHalvedAndGrowsBack(t *testing.T) {
	t.Parallel()
	app := newNumbers(40)
	var sizes []int
	app.hook.apply = func(_ context.Context, items []int64) error {
		sizes = append(sizes, len(items))
		if slices.Contains(items, 3) && len(items) > 2 {
			return fmt.Errorf("too many at once")
		}
		return nil
	}
	run, err := kit(t, app).Do(runner.Request{Task: "numbers.double", Limits: runner.Limits{BatchSize: 8}})
	if err != nil || run.Progress.Processed != 40 {
		t.Fatalf("%v: %+v", err, run.Progress)
	}
	if want := []int{8, 4, 2, 4, 2, 4, 8, 8, 8, 8}; !slices.Equal(sizes, want) {
		t.Errorf("batches of %v, want %v", sizes, want)
	}
}

func TestASourceThatDoesNotAdvanceIsRefused(t *testing.T) {
	t.Parallel()
	app := newNumbers(3)
	register := func(r *runner.Registry[deps]) {
		runner.HandleBatches(r, "uncounted.double",
			func(ctx context.Context, d deps, in doubleInput, _ int64, limit int) ([]row, error) {
				return page(ctx, d, in, 0, limit)
			},
			func(i row) int64 { return i.At }, double)
	}
	k := runnertest.New(t, "testdata/uncounted.yaml", register, app.open)
	e := k.Fails("uncounted.double", `{"dryRun":false}`)
	if e.Code != runner.CodeTask || !strings.Contains(e.Message, "does not advance") {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
	if want := doubled(3); !slices.Equal(app.db.Read(), want) {
		t.Errorf("rows %v, want the first batch alone: %v", app.db.Read(), want)
	}
}

// The first items that are skipped are told in the log, with their reasons; all
// are in the journal.
func TestSkippedItemsAreTold(t *testing.T) {
	t.Parallel()
	k := kit(t, newNumbers(10))
	run, err := k.Do(runner.Request{Task: "numbers.double-some", Input: []byte(`{"bad":[1,2,3,4,5,6,7,8]}`), Limits: runner.Limits{MaxFailures: &manifest.MaxFailures{Count: 8}}})
	if err != nil || run.Progress.Failed != 8 {
		t.Fatalf("%v: %+v", err, run.Progress)
	}
	for at := 1; at <= 8; at++ {
		line := fmt.Sprintf(`level=WARN msg="item skipped" run=%s task=numbers.double-some env=local actor=tester tenant="" batch=%d reason="row %d is bad"`, run.ID, (at+3)/4, at)
		if got := strings.Contains(k.Log(), line); got != (at <= 5) {
			t.Errorf("row %d in the log: %v\n%s", at, got, k.Log())
		}
	}
}
