package runner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// dying is a state whose outcomes do not become durable while dead is set: the
// process died after its last commit.
type dying struct {
	*memory.State
	dead bool
}

func (d *dying) Update(ctx context.Context, run ports.Run, from ports.Mark, events ...ports.Event) error {
	if d.dead && run.Status != ports.Running {
		d.Kill(run.ID)
		return fmt.Errorf("dead: %w", ports.ErrIO)
	}
	return d.State.Update(ctx, run, from, events...)
}

// A run whose checkpoint says done and whose record says running is settled by a
// resume: its handler does not run again, and its files need not be there.
func TestADoneRunIsSettled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		task, input, output string
		rows                []int64
	}{
		{"numbers.double", `{}`, `{"doubled":3,"seen":[1,2,3]}`, doubled(3)},
		{"numbers.add", `{"value":7}`, `{"count":7}`, []int64{1, 2, 3, 7}},
	} {
		app, state := newNumbers(3), &dying{memory.NewState(), true}
		r := newRunner(t, app, runner.Options{State: inMemory(state)})
		run, err := r.Run(t.Context(), runner.Request{Task: test.task, Input: []byte(test.input), Actor: "a", Client: "c"})
		if failure(t, err).Code != runner.CodeIO {
			t.Fatalf("%s: %v", test.task, err)
		}
		state.dead = false
		app.hook.apply = func(context.Context, []int64) error { return errors.New("the handler ran again") }
		run, err = r.Resume(t.Context(), run.ID, runner.Request{Actor: "a", Client: "c"})
		if err != nil || run.Status != ports.Succeeded || string(run.Output) != test.output || run.Attempt != 2 {
			t.Errorf("%s: %v, %s, output %s", test.task, err, run.Status, run.Output)
		}
		if !slices.Equal(app.db.Read(), test.rows) {
			t.Errorf("%s: rows %v, want %v", test.task, app.db.Read(), test.rows)
		}
	}
}

// A one-shot whose transaction did not commit is not run again by a resume, and one
// outside a transaction is not either.
func TestAOneShotIsNotResumed(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(1), &dying{memory.NewState(), true}
	r := newRunner(t, app, runner.Options{State: inMemory(state)})
	app.hook.commit = func(func() error) error { return errKilled }
	add, _ := r.Run(t.Context(), runner.Request{Task: "numbers.add", Input: []byte(`{"value":7}`), Actor: "a", Client: "c"})
	app.hook.look = func(context.Context, deps) (any, error) { return nil, errKilled }
	look, _ := r.Run(t.Context(), runner.Request{Task: "numbers.look", Tenant: "acme", Actor: "a", Client: "c"})
	state.dead = false
	app.hook.commit = nil
	app.hook.look = func(context.Context, deps) (any, error) { t.Error("the handler ran again"); return nil, nil }
	for _, id := range []string{add.ID, look.ID} {
		run, err := r.Resume(t.Context(), id, runner.Request{Tenant: "acme", Actor: "a", Client: "c"})
		if e := failure(t, err); e.Code != runner.CodeNotResumable {
			t.Errorf("%s: %s: %s", run.Task, e.Code, e.Message)
		}
	}
	if rows := app.db.Read(); len(rows) != 1 {
		t.Errorf("rows %v", rows)
	}
}

// bad-input 62: a run does not go on in a file that has changed, in size or in
// content alone. Nothing is put on record, and with the file back it goes on.
func TestAChangedFileIsNotReadOn(t *testing.T) {
	t.Parallel()
	k := runnertest.New(t, "testdata/lines.yaml", func(r *runner.Registry[fileDeps]) {
		runner.HandleBatches(r, "lines.count", lines, func(l line) int { return l.At },
			func(_ context.Context, d fileDeps, _ linesInput, b *runner.Batch[line, linesOutput]) error {
				b.Out.Lines += len(b.Items)
				return nil
			})
	}, openLines(memory.NewDB(0, func(n int) int { return n })))
	k.File("in.txt", "a\nb\nc\nd\ne\n")
	run, err := k.Do(runner.Request{Task: "lines.count", Limits: runner.Limits{Items: 2}})
	if err != nil || run.Progress.Processed != 2 {
		t.Fatalf("%v, %+v", err, run.Progress)
	}
	for text, want := range map[string]string{"a\nb\nc\nd\ne\nf\n": "10 bytes then, 12 now", "a\nb\nc\nd\nX\n": "of the same 10 bytes"} {
		k.File("in.txt", text)
		_, err := k.Resume(run.ID, runner.Request{})
		if e := failure(t, err); e.Code != runner.CodeConfig || !strings.Contains(e.Message, "in.txt has changed") || !strings.Contains(e.Message, want) {
			t.Errorf("%q: %s: %s", text, e.Code, e.Message)
		}
	}
	k.File("in.txt", "a\nb\nc\nd\ne\n")
	run, err = k.Resume(run.ID, runner.Request{})
	if err != nil || run.Attempt != 2 || string(run.Output) != `{"lines":5}` {
		t.Errorf("%v, attempt %d, output %s", err, run.Attempt, run.Output)
	}
	k.WantAudit("task.started", "task.stopped", "task.resumed", "task.succeeded")
}

type linesInput struct{}

type linesOutput struct {
	Lines int `json:"lines"`
}

type line struct {
	At   int    `json:"at"`
	Text string `json:"text"`
}

type fileDeps struct{ files ports.Files }

func openLines(db *memory.DB[int]) runner.Open[fileDeps] {
	return func(_ context.Context, s runner.Session) (runner.Opened[fileDeps], error) {
		d := fileDeps{s.Files}
		return runner.Opened[fileDeps]{
			App: d, Checkpoints: db,
			Begin: func(ctx context.Context, o ports.TxOptions) (fileDeps, ports.Tx, error) {
				_, tx, err := db.Begin(ctx, o)
				return d, tx, err
			},
		}, nil
	}
}

// lines is a page of the lines after one, whatever their length.
func lines(_ context.Context, d fileDeps, _ linesInput, after, limit int) ([]line, error) {
	f, err := d.files.Open("in.txt")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text := make([]byte, f.Size())
	if _, err := f.ReadAt(text, 0); err != nil {
		return nil, err
	}
	var page []line
	for i, l := range strings.Fields(string(text)) {
		if i >= after && len(page) < limit {
			page = append(page, line{i + 1, l})
		}
	}
	return page, nil
}

// What has changed is said, at a resume, and of an input where but not what.
func TestAResumeSaysWhatChanged(t *testing.T) {
	t.Parallel()
	app := newNumbers(4)
	k := kit(t, app)
	run, err := k.Do(runner.Request{Task: "numbers.double", Input: []byte(`{"bad":[777]}`), Limits: runner.Limits{Items: 2}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.Resume(run.ID, runner.Request{Input: []byte(`{"bad":[888]}`)})
	if e := failure(t, err); e.Code != runner.CodeConfig || !strings.HasSuffix(e.Message, "it differs at /bad") {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
	_, err = k.Resume(run.ID, runner.Request{Target: runner.Target{Database: "other.db"}})
	if e := failure(t, err); e.Code != runner.CodeConfig || !strings.Contains(e.Message, "is of the database") {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
}

// bad-input 12: a run does not go on as a task that is another by now, and it is said
// in what. How the task is described and bounded is no part of what it is.
func TestAChangedTaskIsNotResumed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/tasks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, was, is, changed string }{
		{"schema", "description: Items whose apply panics.", "description: Items whose apply panics., maxItems: 9", "input schema"},
		{"lock", "    batch: { size: 4 }\n", "    batch: { size: 4 }\n    lock: [other]\n", "lock"},
		{"description", "description: Double every number.", "description: Double them all.", ""},
		{"batch", "batch: { size: 4 }", "batch: { size: 3 }", ""},
	} {
		app, opts := newNumbers(4), runner.Options{State: inMemory(memory.NewState())}
		run, err := newRunner(t, app, opts).Run(t.Context(), runner.Request{Task: "numbers.double", Actor: "a", Client: "c", Limits: runner.Limits{Items: 2}})
		if err != nil {
			t.Fatal(err)
		}
		changed := filepath.Join(t.TempDir(), "tasks.yaml")
		if err := os.WriteFile(changed, []byte(strings.Replace(string(text), test.was, test.is, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		resumed, err := runnerOf(t, changed, app.register, app.open, opts).Resume(t.Context(), run.ID, runner.Request{Actor: "a", Client: "c"})
		switch {
		case test.changed == "":
			if err != nil || resumed.Status != ports.Succeeded {
				t.Errorf("%s: %v, %s", test.name, err, resumed.Status)
			}
		default:
			if e := failure(t, err); e.Code != runner.CodeConfig || !strings.Contains(e.Message, "its "+test.changed+" has changed") || !slices.Equal(app.db.Read(), []int64{2, 4, 3, 4}) {
				t.Errorf("%s: %s: %s; rows %v", test.name, e.Code, e.Message, app.db.Read())
			}
		}
	}
}

// A run that starts anew beside an interrupted one of the same input says which.
func TestANewRunSupersedesAnInterruptedOne(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(8), &dying{memory.NewState(), true}
	r := newRunner(t, app, runner.Options{State: inMemory(state)})
	req := runner.Request{Task: "numbers.double", Actor: "a", Client: "c", Limits: runner.Limits{Items: 4}}
	first, _ := r.Run(t.Context(), req)
	state.dead = false
	other, err := r.Run(t.Context(), runner.Request{Task: "numbers.double", Input: []byte(`{"bad":[1]}`), Actor: "a", Client: "c"})
	if err == nil || other.Supersedes != "" {
		t.Errorf("another input supersedes %q (%v)", other.Supersedes, err)
	}
	second, err := r.Run(t.Context(), req)
	if err != nil || second.Supersedes != first.ID || second.Attempt != 1 {
		t.Errorf("supersedes %q, want %q (%v)", second.Supersedes, first.ID, err)
	}
	if len(second.Log) == 0 || !strings.Contains(second.Log[0], "runs resume "+first.ID) {
		t.Errorf("log %q", second.Log)
	}
}

// A run that succeeds just while another starts is not one that it supersedes.
func TestARunThatHasJustEndedIsNotSuperseded(t *testing.T) {
	t.Parallel()
	state := &dying{memory.NewState(), true}
	moving := &movesOn{State: state}
	r := newRunner(t, newNumbers(8), runner.Options{State: inMemory(moving)})
	req := runner.Request{Task: "numbers.double", Actor: "a", Client: "c"}
	first, _ := r.Run(t.Context(), req)
	state.dead = false
	moving.meanwhile = func() {
		run, err := state.Run(t.Context(), first.ID)
		if err != nil {
			t.Fatal(err)
		}
		from := run.Mark()
		run.Status = ports.Succeeded
		if err := state.Update(t.Context(), run, from); err != nil {
			t.Fatal(err)
		}
	}
	second, err := r.Run(t.Context(), req)
	if err != nil || moving.meanwhile != nil || second.Supersedes != "" {
		t.Errorf("%v: supersedes %q", err, second.Supersedes)
	}
}
