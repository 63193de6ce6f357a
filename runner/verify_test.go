package runner_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

var auditKey = ports.AuditKey("0123456789abcdef")

// verified is an app of numbers whose audit is verified while and after it runs.
type verified struct {
	*runner.Runner
	t      *testing.T
	app    *numbers
	state  *memory.State
	key    ports.AuditKey
	seenAs func(ports.Checkpoints) ports.Checkpoints // where the app is opened to be verified; may be nil
}

func newVerified(t *testing.T, n int64) *verified {
	v := &verified{t: t, app: newNumbers(n), state: memory.NewState()}
	open := func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
		o, err := v.app.open(ctx, s)
		if v.seenAs != nil {
			o.Checkpoints = v.seenAs(o.Checkpoints)
		}
		return o, err
	}
	v.Runner = runnerOf(t, "testdata/tasks.yaml", v.app.register, open, runner.Options{
		State: func(_ context.Context, target runner.Target, _ bool) (ports.State, error) {
			return v.state.WithKey(target.AuditKey), nil
		},
	})
	return v
}

func (v *verified) target() runner.Target { return runner.Target{AuditKey: v.key} }

// request is completed, and started or resumed.
func (v *verified) do(id string, req runner.Request) (ports.Run, error) {
	v.t.Helper()
	req.Actor, req.Client, req.Target = "a", "c", v.target()
	if id != "" {
		return v.Resume(v.t.Context(), id, req)
	}
	return v.Run(v.t.Context(), req)
}

// want holds the verification to a number of runs, or to a fault that says so.
func (v *verified) want(runs int, fault string) {
	v.t.Helper()
	found, err := v.VerifyJournals(v.t.Context(), v.target(), "")
	if fault == "" {
		if err != nil || found.Journals == nil || found.Journals.Runs != runs {
			v.t.Errorf("%v: %+v, want %d runs", err, found.Journals, runs)
		}
		return
	}
	if err == nil || failure(v.t, err).Code != runner.CodeAudit || !strings.Contains(err.Error(), fault) || found.Fault == nil || found.Fault.Run == "" {
		v.t.Errorf("%v: %+v, want %s", err, found.Fault, fault)
	}
}

// However runs end and go on, with a key, without one, or with one that comes between
// two attempts, their journals are what the audit has of them.
func TestJournalsOfEveryEnd(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][2]ports.AuditKey{"none": {}, "a key": {auditKey, auditKey}, "a key that comes later": {nil, auditKey}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVerified(t, 10)
			v.key = keys[0]
			v.want(0, "")
			if _, err := v.do("", runner.Request{Task: "numbers.double"}); err != nil {
				t.Fatal(err)
			}
			limited, err := v.do("", runner.Request{Task: "numbers.double", Limits: runner.Limits{BatchSize: 2, Items: 4}})
			if err != nil || limited.Status != ports.Stopped {
				t.Fatal(limited.Status, err)
			}
			v.app.hook.begin = killAt(3)
			died, err := v.do("", runner.Request{Task: "numbers.double", Limits: runner.Limits{BatchSize: 3}})
			if err == nil {
				t.Fatal("it did not die")
			}
			v.app.hook.begin = nil
			for task, input := range map[string]string{"numbers.send": `{}`, "numbers.add": `{"value":1}`} {
				if _, err := v.do("", runner.Request{Task: task, Input: []byte(input)}); err != nil {
					t.Fatal(task, err)
				}
			}
			if _, err := v.do("", runner.Request{Task: "numbers.double", Input: []byte(`{"dryRun":true}`)}); err != nil {
				t.Fatal(err)
			}
			v.want(5, "")
			v.key = keys[1]
			v.app.hook.begin = killAt(1)
			if _, err := v.do(died.ID, runner.Request{}); err == nil {
				t.Fatal("it did not die")
			}
			v.app.hook.begin = nil
			for _, run := range []ports.Run{limited, died} {
				if run, err = v.do(run.ID, runner.Request{}); err != nil || run.Status != ports.Succeeded {
					t.Fatal(run.Status, err)
				}
			}
			if _, err := v.do("", runner.Request{Task: "numbers.double"}); err != nil {
				t.Fatal(err)
			}
			v.want(6, "")
		})
	}
}

// held is a run's checkpoint as it was a while ago.
type held struct {
	ports.Checkpoints
	then ports.Checkpoint
}

func (h held) Checkpoint(context.Context, string) (ports.Checkpoint, error) { return h.then, nil }

// withoutKey is a journal that somebody has hashed anew without the key.
type withoutKey struct{ ports.Checkpoints }

func (w withoutKey) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	c, err := w.Checkpoints.Checkpoint(ctx, run)
	if err == nil {
		c.State = rehashed(ctx, w.Checkpoints, c, nil)
	}
	return c, err
}

// rehashed is the state of a checkpoint whose journal was hashed anew, with more
// entries behind it.
func rehashed(ctx context.Context, from ports.Checkpoints, c ports.Checkpoint, more []ports.Entry) json.RawMessage {
	entries, err := from.Journal(ctx, c.Run, "", 0, 1000)
	if err != nil {
		panic(err)
	}
	var at map[string]any
	if err := json.Unmarshal(c.State, &at); err != nil {
		panic(err)
	}
	head, n := "", 0
	for _, e := range append(entries, more...) {
		head, n = ports.AuditKey(nil).Hash(head, []byte(e.Kind+"\n"+string(e.Body))), n+1
	}
	at["head"], at["seq"] = head, n
	text, err := json.Marshal(at)
	if err != nil {
		panic(err)
	}
	return text
}

// A run that is at work writes on while its journal is read.
func TestJournalOfARunAtWork(t *testing.T) {
	t.Parallel()
	for _, key := range []ports.AuditKey{nil, auditKey} {
		v := newVerified(t, 6)
		v.key = key
		batch, run := 0, ""
		var first ports.Checkpoint
		v.app.hook.apply = func(ctx context.Context, _ []int64) (err error) {
			if batch++; batch == 2 {
				runs, _ := v.state.List(ctx, ports.RunFilter{})
				run = runs[0].ID
				first, err = v.app.db.Checkpoint(ctx, run)
			}
			if batch < 3 {
				return err
			}
			v.want(1, "")
			v.seenAs = func(c ports.Checkpoints) ports.Checkpoints { return held{c, first} }
			v.want(1, "")
			v.seenAs = func(c ports.Checkpoints) ports.Checkpoints { return withoutKey{c} }
			if key == nil {
				v.want(1, "")
			} else {
				v.want(0, "it was made without the key that the run began with")
			}
			v.seenAs = nil
			return nil
		}
		if _, err := v.do("", runner.Request{Task: "numbers.double", Limits: runner.Limits{BatchSize: 2}}); err != nil || batch != 3 {
			t.Errorf("%v, %d batches", err, batch)
		}
		v.seenAs = func(c ports.Checkpoints) ports.Checkpoints { return held{c, first} }
		v.want(0, "it has 6 entries, and its checkpoint has 2")
	}
}

// moving is where a run goes on once its checkpoint was read.
type moving struct {
	ports.Checkpoints
	goOn func()
}

func (m moving) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	c, err := m.Checkpoints.Checkpoint(ctx, run)
	m.goOn()
	return c, err
}

// A run that was stopped when its record was read may go on before its journal is.
func TestJournalOfARunThatGoesOn(t *testing.T) {
	t.Parallel()
	v := newVerified(t, 6)
	run, err := v.do("", runner.Request{Task: "numbers.double", Limits: runner.Limits{BatchSize: 2, Items: 2}})
	if err != nil || run.Status != ports.Stopped {
		t.Fatal(run.Status, err)
	}
	times := 0
	goOn := func() {
		if times++; times == 1 {
			v.seenAs = nil
			if run, err := v.do(run.ID, runner.Request{}); err != nil || run.Status != ports.Succeeded {
				t.Error(run.Status, err)
			}
		}
	}
	v.seenAs = func(c ports.Checkpoints) ports.Checkpoints { return moving{c, goOn} }
	v.want(1, "")
	if times != 2 {
		t.Errorf("the checkpoint was read %d times", times)
	}
}

// A run that has succeeded has the journal that it had then, and not one that goes on
// as it should.
func TestAJournalThatGoesOnAfterItsEnd(t *testing.T) {
	t.Parallel()
	v := newVerified(t, 2)
	run, err := v.do("", runner.Request{Task: "numbers.double"})
	if err != nil {
		t.Fatal(err)
	}
	v.want(1, "")
	c, err := v.app.db.Checkpoint(t.Context(), run.ID)
	if err != nil {
		t.Fatal(err)
	}
	more := []ports.Entry{{Seq: 3, Kind: ports.EntryAudit, Body: json.RawMessage(`{"action":"forged"}`)}}
	c.State = rehashed(t.Context(), v.app.db, c, more)
	c.Batch++
	_, tx, err := v.app.db.Begin(t.Context(), ports.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Save(t.Context(), c, nil, more); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	v.want(0, "its hash is not the one that the audit has of its end")
}

// What a feature calls its events says nothing of a run's end.
func TestAFeatureCannotSpeakForTheRunner(t *testing.T) {
	t.Parallel()
	v := newVerified(t, 1)
	v.Runner = runnerOf(t, "testdata/uncounted.yaml", eachItem(func(_ context.Context, d deps, b *runner.Batch[row, doubleOutput]) error {
		for _, action := range []string{"task.succeeded", "run.pruned"} {
			d.s.Audit.Record(action, "x", map[string]any{"head": "forged"})
		}
		return nil
	}), v.app.open, runner.Options{State: inMemory(v.state)})
	run, err := v.do("", runner.Request{Task: "uncounted.double"})
	if err != nil {
		t.Fatal(err)
	}
	v.want(1, "")
	if err := v.state.Delete(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	v.want(0, "is not on record any more, and was not pruned")
}

// A run that was pruned, be it while the journals are read, has none.
func TestAPrunedRunHasNoJournal(t *testing.T) {
	t.Parallel()
	v := newVerified(t, 2)
	var ids []string
	for range 3 {
		run, err := v.do("", runner.Request{Task: "numbers.double"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, run.ID)
	}
	prune := func(id string) {
		err := v.state.Delete(t.Context(), id, ports.Event{Action: "run.pruned", Run: id})
		if err != nil {
			t.Fatal(err)
		}
	}
	prune(ids[0])
	v.want(2, "")
	v.seenAs = func(c ports.Checkpoints) ports.Checkpoints { // opened for the first of them
		prune(ids[2])
		return c
	}
	v.want(1, "")
}

// A run that began with the key does not go on without it: part of its journal could
// not be verified.
func TestAKeyedJournalGoesOnWithItsKey(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(6), memory.NewState()
	r := newRunner(t, app, runner.Options{State: inMemory(state)}) // whose audit has no key
	req := runner.Request{
		Task: "numbers.double", Actor: "a", Client: "c", Target: runner.Target{AuditKey: auditKey}, Limits: runner.Limits{BatchSize: 2, Items: 2},
	}
	run, err := r.Run(t.Context(), req)
	if err != nil || run.Status != ports.Stopped {
		t.Fatal(run.Status, err)
	}
	req.Target.AuditKey, req.Limits = nil, runner.Limits{}
	if _, err := r.Resume(t.Context(), run.ID, req); err == nil || failure(t, err).Code != runner.CodeConfig {
		t.Errorf("without the key: %v", err)
	}
	if entries, err := app.db.Journal(t.Context(), run.ID, "", 0, 10); err != nil || len(entries) != 2 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
	req.Target.AuditKey = auditKey
	if run, err := r.Resume(t.Context(), run.ID, req); err != nil || run.Status != ports.Succeeded {
		t.Errorf("with it: %v, %s", err, run.Status)
	}
}

// A journal in another database is not looked at, and a database that is not there is
// not made.
func TestJournalsElsewhere(t *testing.T) {
	t.Parallel()
	v := newVerified(t, 2)
	if _, err := v.do("", runner.Request{Task: "numbers.double"}); err != nil {
		t.Fatal(err)
	}
	found, err := v.VerifyJournals(t.Context(), runner.Target{Database: "other.db"}, "")
	if err != nil || found.Journals.Runs != 0 || found.Journals.Elsewhere != 1 {
		t.Errorf("%v, %+v", err, found.Journals)
	}
	gone := runnerOf(t, "testdata/tasks.yaml", v.app.register, func(_ context.Context, s runner.Session) (runner.Opened[deps], error) {
		if s.Create || !s.DryRun {
			t.Errorf("opened to create: %v, to write: %v", s.Create, !s.DryRun)
		}
		return runner.Opened[deps]{}, fmt.Errorf("data.db: %w", ports.ErrNotFound)
	}, runner.Options{State: inMemory(v.state)})
	if _, err := gone.VerifyJournals(t.Context(), runner.Target{}, ""); err == nil || failure(t, err).Code != runner.CodeConfig {
		t.Errorf("a database that is gone: %v", err)
	}
}
