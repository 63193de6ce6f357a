package runner_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

type tableInput struct {
	Table  string `json:"table"`
	DryRun bool   `json:"dryRun"`
}

// lockedDouble is locked.double, which calls look in each batch.
func lockedDouble(look func(runner.Session)) func(*runner.Registry[deps]) {
	return func(r *runner.Registry[deps]) {
		runner.HandleBatches(r, "locked.double", page[tableInput], func(i row) int64 { return i.At },
			func(_ context.Context, d deps, _ tableInput, b *runner.Batch[row, doubleOutput]) error {
				for _, item := range b.Items {
					(*d.rows)[item.At-1] *= 2
				}
				look(d.s)
				return nil
			})
	}
}

// Two runs that share a key are never at work together: the second is told who the
// first is, and a third, with no key of theirs, is not disturbed.
func TestLocksExclude(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(1), memory.NewState()
	var r *runner.Runner
	looked := false
	look := func(s runner.Session) {
		if looked || s.DryRun {
			return
		}
		looked = true
		held, err := state.Held(t.Context())
		var keys []string
		for _, l := range held {
			keys = append(keys, l.Key)
		}
		if want := []string{"all", "run:" + s.Run, "table:numbers"}; err != nil || !slices.Equal(keys, want) {
			t.Errorf("held %q, want %q (%v)", keys, want, err)
		}
		_, err = r.Run(t.Context(), runner.Request{Task: "locked.double", Input: []byte(`{"table":"other"}`), Actor: "second", Client: "c"})
		e := failure(t, err)
		var locked *ports.LockedError
		if e.Code != runner.CodeLocked || !errors.As(err, &locked) || locked.Lock.Run != s.Run || locked.Lock.Key != "all" ||
			!strings.Contains(e.Message, "first") || !strings.Contains(e.Hint, s.Run) {
			t.Errorf("%s: %s (%s)", e.Code, e.Message, e.Hint)
		}
		if _, err := r.Resume(t.Context(), s.Run, runner.Request{Actor: "third", Client: "c"}); failure(t, err).Code != runner.CodeLocked {
			t.Errorf("resumed while it is at work: %v", err)
		}
		if _, err := r.Run(t.Context(), runner.Request{Task: "locked.double", Input: []byte(`{"dryRun":true}`), Actor: "fourth", Client: "c"}); err == nil || failure(t, err).Code == runner.CodeLocked {
			t.Errorf("a dry run is locked out: %v", err)
		}
	}
	r = runnerOf(t, "testdata/locked.yaml", lockedDouble(look), busyOpen(app), runner.Options{State: inMemory(state)})
	if _, err := r.Run(t.Context(), runner.Request{Task: "locked.double", Actor: "first", Client: "c"}); err != nil || !looked {
		t.Fatal(err)
	}
	if held, err := state.Held(t.Context()); err != nil || len(held) > 0 {
		t.Errorf("held after the end: %v, %v", held, err)
	}
	if runs, _ := state.List(t.Context(), ports.RunFilter{}); len(runs) != 2 {
		t.Errorf("%d runs on record: who was locked out is none", len(runs))
	}
}

// busyOpen is app.open whose transactions do not wait for one another: a dry run
// beside a run at work is told that the database is busy.
func busyOpen(app *numbers) runner.Open[deps] {
	return func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
		opened, err := app.open(ctx, s)
		begin := opened.Begin
		opened.Begin = func(ctx context.Context, o ports.TxOptions) (deps, ports.Tx, error) {
			if s.DryRun {
				return deps{}, nil, errors.New("the database is held")
			}
			return begin(ctx, o)
		}
		return opened, err
	}
}

// The tokens of the task's keys are compared with every batch, so that a holder who
// was taken over commits nothing.
func TestLockTokensAreFences(t *testing.T) {
	t.Parallel()
	app, state, batches := newNumbers(8), memory.NewState(), 0
	var run string
	look := func(s runner.Session) { run = s.Run }
	app.hook.commit = func(commit func() error) error {
		err := commit()
		if batches++; batches == 2 { // the holder is believed dead: another takes a key and commits under it
			state.Kill(run)
			held, err := state.Lock(t.Context(), ports.Holder{Run: "other"}, []string{"all"})
			if err != nil {
				t.Error(err)
				return err
			}
			raise(t, app.db, held.Fences())
		}
		return err
	}
	r := runnerOf(t, "testdata/locked.yaml", lockedDouble(look), app.open, runner.Options{State: inMemory(state)})
	ended, err := r.Run(t.Context(), runner.Request{Task: "locked.double", Actor: "a", Client: "c"})
	if e := failure(t, err); e.Code != runner.CodeLocked || ended.Progress.Processed != 4 {
		t.Errorf("%s: %s, after %d", e.Code, e.Message, ended.Progress.Processed)
	}
	if want := append(doubled(4), 5, 6, 7, 8); !slices.Equal(app.db.Read(), want) {
		t.Errorf("rows %v, want %v", app.db.Read(), want)
	}
}

// raise commits fences as another run's first batch would.
func raise(t *testing.T, db *memory.DB[[]int64], fences []ports.Fence) {
	t.Helper()
	_, tx, err := db.Begin(t.Context(), ports.TxOptions{})
	if err == nil {
		err = errors.Join(tx.Raise(t.Context(), fences), tx.Commit())
	}
	if err != nil {
		t.Error(err)
	}
}

// An input cannot make a task's lock that of a run, nor an empty one.
func TestALockIsNoRunsLock(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	register := func(r *runner.Registry[deps]) {
		runner.HandleBatches(r, "locked.double", page[tableInput], func(i row) int64 { return i.At },
			func(context.Context, deps, tableInput, *runner.Batch[row, doubleOutput]) error { return nil })
	}
	r := runnerOf(t, "testdata/bare.yaml", register, app.open, runner.Options{State: inMemory(memory.NewState())})
	for input, code := range map[string]runner.Code{`{"table":"run:0192"}`: runner.CodeInput, `{"table":""}`: runner.CodeInput, `{"table":"x"}`: ""} {
		_, err := r.Run(t.Context(), runner.Request{Task: "locked.double", Input: []byte(input), Actor: "a", Client: "c"})
		if (err != nil) != (code != "") || err != nil && failure(t, err).Code != code {
			t.Errorf("%s: %v", input, err)
		}
	}
}

// What a lock may be made of.
func TestLocksAreChecked(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/locked.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for lock, want := range map[string]string{
		`["table:{{table}}"]`:         "",
		`none`:                        "for tasks that read",
		`[none, x]`:                   "beside others",
		`"run:{{table}}"`:             "like the lock of a run",
		`"{{tabel}}"`:                 "no field of the input",
		`"{{secret}}"`:                "is a secret",
		`"{{optional}}"`:              "may be missing",
		`"{{list}}"`:                  "must be a string",
		`"{{range.from}}"`:            "may be missing with the object",
		`"{{sure.from}}-{{sure.to}}"`: "",
		`"{{table"`:                   "is written {{name}}",
	} {
		manifest := strings.Replace(string(text), `["table:{{table}}", "all"]`, lock, 1) + `        secret: { type: string, writeOnly: true, default: "" }
        optional: { type: string }
        list: { type: array, items: { type: string }, default: [] }
        range: { type: object, required: [from], properties: { from: { type: integer } } }
        sure: { type: object, default: {}, properties: { from: { type: integer, default: 1 }, to: { type: boolean, default: false } } }
`
		found := check(t, manifest, func(r *runner.Registry[struct{}]) {
			runner.HandleBatches(r, "locked.double", func(context.Context, struct{}, anyInput, int64, int) ([]row, error) { return nil, nil }, func(i row) int64 { return i.At },
				func(context.Context, struct{}, anyInput, *runner.Batch[row, doubleOutput]) error { return nil })
		})
		if (want == "") != (found == "") || !strings.Contains(found, want) {
			t.Errorf("lock %s: %q, want %q", lock, found, want)
		}
	}
}

type anyInput struct {
	tableInput
	Secret   string   `json:"secret"`
	Optional *string  `json:"optional"`
	List     []string `json:"list"`
	Range    *struct {
		From int64 `json:"from"`
	} `json:"range"`
	Sure struct {
		From int64 `json:"from"`
		To   bool  `json:"to"`
	} `json:"sure"`
}
