package runner_test

import (
	"context"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// allowing is a target whose environment allows so many changes, or a share.
func allowing(count int64, share float64) runner.Target {
	most := &manifest.MaxChanges{Share: share}
	if share == 0 {
		most.Count = &count
	}
	return runner.Target{Rules: manifest.Environment{MaxChanges: most}}
}

// The batch that would pass maxChanges is rolled back, those before it are kept, and the
// run can go on as far as somebody accepts.
func TestMaxChanges(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		what    string
		target  runner.Target
		changed int64 // and no more
	}{
		{"a number", allowing(7, 0), 6},
		{"the number itself", allowing(6, 0), 6},
		{"none", allowing(0, 0), 0},
		{"a share", allowing(0, .5), 3}, // of ten
	} {
		app := newNumbers(10)
		k := kit(t, app)
		run, err := k.Do(runner.Request{Task: "numbers.double", Target: test.target, Limits: runner.Limits{BatchSize: 3}})
		if e := failure(t, err); e.Code != runner.CodeChanges || run.Status != ports.Failed || run.Progress.Changed != test.changed {
			t.Fatalf("%s: %s %s, %s after %+v", test.what, e.Code, e.Message, run.Status, run.Progress)
		}
		if rows := app.db.Read(); doubledOf(rows) != test.changed {
			t.Errorf("%s: rows %v", test.what, rows)
		}
		for _, again := range []struct{ accepted, changed int64 }{
			{0, test.changed}, // what was too much still is
			{9, 9}, {0, 9},    // and what was accepted stays so
		} {
			run, err = k.Resume(run.ID, runner.Request{Target: test.target, Limits: runner.Limits{AcceptChanges: again.accepted}})
			if failure(t, err).Code != runner.CodeChanges || run.Progress.Changed != again.changed || doubledOf(app.db.Read()) != again.changed {
				t.Fatalf("%s, accepting %d: %v after %+v", test.what, again.accepted, err, run.Progress)
			}
		}
		all := runner.Limits{AcceptChanges: 10, BatchSize: 1, Items: 1}
		if run, err = k.Resume(run.ID, runner.Request{Target: test.target, Limits: all}); err != nil || run.Status != ports.Stopped {
			t.Errorf("%s, accepting all: %v after %+v", test.what, err, run.Progress)
			continue
		}
		if run, err = k.Resume(run.ID, runner.Request{Target: test.target}); err != nil || run.Progress.Changed != 10 {
			t.Errorf("%s, accepting all: %v after %+v", test.what, err, run.Progress)
		}
	}
}

// doubledOf is how many of the numbers from 1 on are.
func doubledOf(rows []int64) (n int64) {
	for i, value := range rows {
		if value == 2*int64(i+1) {
			n++
		}
	}
	return n
}

// A bound that is kept stops nothing.
func TestMaxChangesAreKept(t *testing.T) {
	t.Parallel()
	for _, target := range []runner.Target{allowing(10, 0), allowing(0, 1)} {
		if _, err := kit(t, newNumbers(10)).Do(runner.Request{Task: "numbers.double", Target: target}); err != nil {
			t.Error(err)
		}
	}
}

// A dry run goes on to its end, and says what would happen.
func TestMaxChangesOfADryRun(t *testing.T) {
	t.Parallel()
	k := kit(t, newNumbers(10))
	for task, input := range map[string]string{"numbers.double": `{"dryRun":true}`, "numbers.add": `{"value":7,"dryRun":true}`} {
		run, err := k.Do(runner.Request{Task: task, Input: []byte(input), Target: allowing(0, 0)})
		if err != nil || !run.Preview.Complete || run.Preview.Stop == nil || run.Preview.Stop.Code != string(runner.CodeChanges) {
			t.Errorf("%s: %v, %+v", task, err, run.Preview)
		}
		if run, err = k.Do(runner.Request{Task: task, Input: []byte(input), Target: allowing(10, 0)}); err != nil || run.Preview.Stop != nil {
			t.Errorf("%s within its bound: %v, %+v", task, err, run.Preview)
		}
	}
}

func TestMaxChangesOfAOneShot(t *testing.T) {
	t.Parallel()
	app := newNumbers(1)
	k := kit(t, app)
	_, err := k.Do(runner.Request{Task: "numbers.add", Input: []byte(`{"value":7}`), Target: allowing(0, 0)})
	if failure(t, err).Code != runner.CodeChanges || !slices.Equal(app.db.Read(), []int64{1}) {
		t.Errorf("%v: rows %v", err, app.db.Read())
	}
}

// Nor is the share of an environment that only the front end knows passed over.
func TestMaxChangesOfAnUncountedTask(t *testing.T) {
	t.Parallel()
	_, err := kit(t, newNumbers(1)).Do(runner.Request{Task: "numbers.add", Input: []byte(`{"value":7}`), Target: allowing(0, .5)})
	if e := failure(t, err); e.Code != runner.CodeConfig {
		t.Errorf("%s %s", e.Code, e.Message)
	}
}

// No rollback takes back an effect that lies elsewhere: its batch is on record, and is
// not had again, and the run ends after it.
func TestMaxChangesOfAnExternalEffect(t *testing.T) {
	t.Parallel()
	app := newNumbers(6)
	var sent []int64
	k := runnertest.New(t, "testdata/uncounted.yaml", func(r *runner.Registry[deps]) {
		runner.HandleBatches(r, "uncounted.double", page[doubleInput], func(i row) int64 { return i.At },
			func(_ context.Context, _ deps, _ doubleInput, b *runner.Batch[row, doubleOutput]) error {
				for _, item := range b.Items {
					sent = append(sent, item.At)
					b.Changed("x", nil, item)
				}
				return nil
			}).External().DryRun()
	}, app.open)
	run, err := k.Do(runner.Request{Task: "uncounted.double", Target: allowing(3, 0), Limits: runner.Limits{BatchSize: 2}})
	if failure(t, err).Code != runner.CodeChanges || run.Progress.Changed != 4 {
		t.Errorf("%v after %+v", err, run.Progress)
	}
	_, err = k.Resume(run.ID, runner.Request{Target: allowing(3, 0), Limits: runner.Limits{AcceptChanges: 6}})
	if want := []int64{1, 2, 3, 4, 5, 6}; err != nil || !slices.Equal(sent, want) {
		t.Errorf("%v: sent %v", err, sent)
	}
}

// A bound that could not be held is a mistake of the manifest.
func TestMaxChangesThatCannotBeHeld(t *testing.T) {
	t.Parallel()
	m, found := manifest.Load(fstest.MapFS{
		"beignet.yaml": {Data: []byte("name: test\nfeatures: [tasks.yaml]\nenvironments:\n  live: { maxChanges: 5% }\n")},
		"tasks.yaml": {Data: []byte(`feature: numbers
tasks:
  - { name: numbers.double, description: Double., handler: numbers.double, effect: write, maxChanges: 5% }
  - { name: numbers.add, description: Add., handler: numbers.add, effect: write, maxChanges: 5% }
  - { name: numbers.plus, description: Add., handler: numbers.add, effect: write, maxChanges: 5 }
  - { name: numbers.see, description: Add., handler: numbers.add, effect: read }
  - { name: numbers.look, description: Look., handler: numbers.look, effect: write, maxChanges: 5 }
`)},
	}, "beignet.yaml")
	if len(found) > 0 {
		t.Fatal(found)
	}
	registry := runner.NewRegistry[deps]()
	none := func(context.Context, deps, struct{}, *runner.Changes) (any, error) { return nil, nil }
	runner.HandleTx(registry, "numbers.add", none)
	runner.Handle(registry, "numbers.look", func(context.Context, deps, struct{}) (any, error) { return nil, nil })
	runner.HandleBatches(registry, "numbers.double", page[struct{}], func(i row) int64 { return i.At }, send).
		Count(func(context.Context, deps, struct{}) (int64, error) { return 0, nil })
	r, crossed := runner.New(m, runner.Bind(registry, newNumbers(1).open), runner.Options{})
	const want = `beignet.yaml:4:23: maxChanges of environment live is a share, and the handler of numbers.add does not count its items; give numbers.add a maxChanges of its own, as a number
  4 |   live: { maxChanges: 5% }
    |                       ^~
tasks.yaml:4:94: maxChanges is a share, and handler numbers.add does not count its items; write a number of changes
  4 |   - { name: numbers.add, description: Add., handler: numbers.add, effect: write, maxChanges: 5% }
    |                                                                                              ^~
tasks.yaml:7:97: handler numbers.look works outside a transaction and does not tell what it changes: maxChanges has no meaning for it; take maxChanges out
  7 |   - { name: numbers.look, description: Look., handler: numbers.look, effect: write, maxChanges: 5 }
    |                                                                                                 ^
`
	if got := append(crossed, r.Check()...).Sorted().String(); got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
}

func TestTighter(t *testing.T) {
	t.Parallel()
	count := func(n int64) *int64 { return &n }
	got := manifest.Tighter(&manifest.MaxChanges{Count: count(9), Share: .5}, &manifest.MaxChanges{Count: count(7)})
	if *got.Count != 7 || got.Share != .5 {
		t.Errorf("%+v", got)
	}
	if got = manifest.Tighter(&manifest.MaxChanges{Share: .5}, &manifest.MaxChanges{Count: count(0), Share: .2}); *got.Count != 0 || got.Share != .2 {
		t.Errorf("%+v", got)
	}
	if one := (&manifest.MaxChanges{Share: .5}); manifest.Tighter(nil, one) != one || manifest.Tighter(one, nil) != one || manifest.Tighter(nil, nil) != nil {
		t.Error("a bound beside none is that bound")
	}
}
