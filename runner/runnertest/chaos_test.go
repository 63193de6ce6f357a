package runnertest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// row is a row of a table, ordered by Time and then ID.
type row struct {
	ID, Time int64
	Marks    int
}

// place is a batch's way to the rows, and what no transaction holds.
type place struct {
	rows    *[]row // those of the transaction; of Opened.App: a copy
	outside *outside
	audit   ports.Recorder
	write   func() // before each write
}

// outside is a world beyond the database.
type outside struct {
	seen map[string]bool
	sent []string
}

type (
	input struct {
		DryRun bool `json:"dryRun"`
	}
	output struct{ Marked int }
	batch  = runner.Batch[row, output]
)

func byID(r row) int64 { return r.ID }

// afterID is a page by a cursor that is unique.
func afterID(_ context.Context, d place, _ input, after int64, limit int) ([]row, error) {
	rows := slices.SortedFunc(slices.Values(*d.rows), func(a, b row) int { return int(a.ID - b.ID) })
	rows = slices.DeleteFunc(rows, func(r row) bool { return r.ID <= after })
	return rows[:min(limit, len(rows))], nil
}

// set marks a row, whatever marks it has.
func (d place) set(id int64, marks int) {
	d.write()
	i := slices.IndexFunc(*d.rows, func(r row) bool { return r.ID == id })
	(*d.rows)[i].Marks = marks
}

// mark is an apply that is as it should be.
func mark(_ context.Context, d place, _ input, b *batch) error {
	for _, r := range b.Items {
		d.set(r.ID, 1)
		b.Out.Marked++
		b.Changed(fmt.Sprint(r.ID), r.Marks, 1)
		d.audit.Record("row.marked", fmt.Sprint(r.ID), nil)
	}
	return nil
}

// feature registers handlers that are as they should be, but for what a test changes.
type feature struct {
	page func(context.Context, place, input, int64, int) ([]row, error)
	key  func(row) int64
	mark func(context.Context, place, input, *batch) error
	send func(context.Context, place, struct{}, *batch) error
	set  func(context.Context, place, input, *runner.Changes) (output, error)
}

func (f feature) register(r *runner.Registry[place]) {
	if f.page == nil {
		f.page, f.key = afterID, byID
	}
	if f.mark == nil {
		f.mark = mark
	}
	if f.send == nil {
		f.send = func(_ context.Context, d place, _ struct{}, b *batch) error {
			for i, r := range b.Items {
				d.write()
				if !d.outside.seen[b.Key(i)] {
					d.outside.sent = append(d.outside.sent, fmt.Sprint(r.ID))
				}
				d.outside.seen[b.Key(i)] = true
			}
			return nil
		}
	}
	if f.set == nil {
		f.set = func(_ context.Context, d place, _ input, c *runner.Changes) (output, error) {
			d.set(1, 7)
			c.Changed("1", 0, 7)
			return output{1}, nil
		}
	}
	runner.HandleBatches(r, "rows.mark", f.page, f.key, f.mark)
	runner.HandleBatches(r, "rows.send", func(ctx context.Context, d place, _ struct{}, after int64, limit int) ([]row, error) {
		return afterID(ctx, d, input{}, after, limit)
	}, byID, f.send).External()
	runner.HandleTx(r, "rows.set", f.set)
}

// world has five rows, of which two were made at one time.
func world() runnertest.World[place] {
	db := memory.NewDB([]row{{1, 10, 0}, {2, 20, 0}, {3, 20, 0}, {4, 30, 0}, {5, 40, 0}}, slices.Clone[[]row])
	out := &outside{seen: map[string]bool{}}
	return runnertest.World[place]{
		Open: func(_ context.Context, s runner.Session) (runner.Opened[place], error) {
			rows := db.Read()
			d := place{rows: &rows, outside: out, audit: s.Audit, write: func() {}}
			return runner.Opened[place]{
				App: d,
				Begin: func(ctx context.Context, o ports.TxOptions) (place, ports.Tx, error) {
					rows, tx, err := db.Begin(ctx, o)
					bound := d
					bound.rows = rows
					return bound, tx, err
				},
				Checkpoints: db,
			}, nil
		},
		State:  func() any { return append([]any{out.sent, len(out.seen)}, each(db.Read())...) },
		Writes: func(d place, write func()) place { d.write = write; return d },
	}
}

func each(rows []row) []any {
	all := make([]any, len(rows))
	for i, r := range rows {
		all[i] = r
	}
	return all
}

// verdict is a test that is told what is wrong and does not fail of it.
type verdict struct {
	testing.TB
	said []string
}

func (v *verdict) Helper() {}
func (v *verdict) Errorf(format string, args ...any) {
	v.said = append(v.said, fmt.Sprintf(format, args...))
}
func (v *verdict) Fatalf(format string, args ...any) {
	v.Errorf(format, args...)
	panic(v)
}

// chaos is what Chaos finds.
func chaos(t *testing.T, f feature, world func() runnertest.World[place], trials runnertest.Trials) (said []string) {
	t.Helper()
	v := &verdict{TB: t}
	defer func() {
		if p := recover(); p != nil && p != any(v) {
			panic(p)
		}
		said = v.said
	}()
	runnertest.Chaos(v, "testdata/tasks.yaml", f.register, world, trials)
	return v.said
}

var wet = `{"dryRun": false}`

func TestChaosPasses(t *testing.T) {
	t.Parallel()
	for _, trials := range []runnertest.Trials{
		{Task: "rows.mark", Input: wet},
		{Task: "rows.send", Input: `{}`, Once: true}, // a second run has other keys
		{Task: "rows.set", Input: wet},
	} {
		if said := chaos(t, feature{}, world, trials); len(said) > 0 {
			t.Errorf("%s: %s", trials.Task, strings.Join(said, "\n"))
		}
		bare := func() runnertest.World[place] {
			w := world()
			w.State, w.Writes = nil, nil
			return w
		}
		if said := chaos(t, feature{}, bare, trials); len(said) > 0 {
			t.Errorf("%s, without State and Writes: %s", trials.Task, strings.Join(said, "\n"))
		}
	}
}

// Each thing that a handler must not do fails with a message that says why.
func TestChaosFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		trials runnertest.Trials
		feature
		want string // the one finding
	}{
		{"a handler that is not idempotent: it writes beside its transaction", runnertest.Trials{Task: "rows.mark", Input: wet, Once: true}, feature{
			mark: func(ctx context.Context, d place, in input, b *batch) error {
				for _, r := range b.Items {
					if !in.DryRun {
						d.outside.sent = append(d.outside.sent, fmt.Sprint(r.ID))
					}
				}
				return mark(ctx, d, in, b)
			},
		}, "interrupted in batch 1, before write 1 and taken on, rows.mark ends otherwise than in one go: item 0 is [1 2 1 2 3 4 5], want [1 2 3 4 5]\n" +
			"What a batch writes must be undone with its transaction"},
		{"one that a second run changes", runnertest.Trials{Task: "rows.mark", Input: wet}, feature{
			mark: func(_ context.Context, d place, _ input, b *batch) error {
				for _, r := range b.Items {
					d.set(r.ID, r.Marks+1)
				}
				return nil
			},
		}, "a second run of rows.mark changes what the first has done: item 2 is {ID:1 Time:10 Marks:2}, want {ID:1 Time:10 Marks:1}"},
		{"one that writes in a dry run", runnertest.Trials{Task: "rows.mark", Input: wet}, feature{
			mark: func(ctx context.Context, d place, in input, b *batch) error {
				for _, r := range b.Items {
					d.outside.seen[fmt.Sprint(r.ID)] = true // as often as it likes
				}
				return mark(ctx, d, in, b)
			},
		}, "a dry run of rows.mark has written: item 1 is 5, want 0\nIts transaction is rolled back"},
		{"a source that skips equal cursors", runnertest.Trials{Task: "rows.mark", Input: wet}, feature{
			page: func(_ context.Context, d place, _ input, after int64, limit int) ([]row, error) {
				rows := slices.DeleteFunc(slices.Clone(*d.rows), func(r row) bool { return r.Time <= after })
				return rows[:min(limit, len(rows))], nil
			},
			key: func(r row) int64 { return r.Time },
		}, "the source of rows.mark gives 5 items in batches of 10000, and 4 in batches of 2: it leaves out, or gives twice, items whose cursor equals"},
		{"an effect outside without a key", runnertest.Trials{Task: "rows.send", Input: `{}`, Once: true}, feature{
			send: func(_ context.Context, d place, _ struct{}, b *batch) error {
				for _, r := range b.Items {
					d.write()
					d.outside.sent = append(d.outside.sent, fmt.Sprint(r.ID))
				}
				return nil
			},
		}, "interrupted in batch 1, before write 2 and taken on, rows.send ends otherwise than in one go: item 0 is [1 1 2 3 4 5], want [1 2 3 4 5]"},
		{"an effect that is noted before it is done", runnertest.Trials{Task: "rows.send", Input: `{}`, Once: true}, feature{
			send: func(_ context.Context, d place, _ struct{}, b *batch) error {
				for i, r := range b.Items {
					if d.outside.seen[b.Key(i)] {
						continue
					}
					d.outside.seen[b.Key(i)] = true
					d.write()
					d.outside.sent = append(d.outside.sent, fmt.Sprint(r.ID))
				}
				return nil
			},
		}, "interrupted in batch 1, before write 1 and taken on, rows.send ends otherwise than in one go: item 0 is [2 3 4 5], want [1 2 3 4 5]"},
		{"one that depends on where a batch ends", runnertest.Trials{Task: "rows.mark", Input: wet}, feature{
			mark: func(_ context.Context, d place, _ input, b *batch) error {
				d.set(b.Items[0].ID, 1)
				return nil
			},
		}, "rows.mark ends otherwise in batches of 1 than in batches of 2"},
		{"an output that is set anew by each batch", runnertest.Trials{Task: "rows.mark", Input: wet}, feature{
			mark: func(ctx context.Context, d place, in input, b *batch) error {
				err := mark(ctx, d, in, b)
				b.Out.Marked = len(b.Items)
				return err
			},
		}, "the output of rows.mark is {\"Marked\":5} in batches of 10000 and {\"Marked\":1} in batches of 2: b.Out is the result"},
		{"a one-shot that writes beside its transaction", runnertest.Trials{Task: "rows.set", Input: wet, Once: true}, feature{
			set: func(_ context.Context, d place, in input, _ *runner.Changes) (output, error) {
				if !in.DryRun {
					d.outside.sent = append(d.outside.sent, "x")
				}
				d.set(1, 7)
				return output{}, nil
			},
		}, "interrupted in batch 1, before write 1 and taken on, rows.set ends otherwise than in one go: item 0 is [x x], want [x]"},
		{"a dry run", runnertest.Trials{Task: "rows.mark", Input: `{}`}, feature{}, "the Input of rows.mark asks for a dry run"},
		{"nothing to do", runnertest.Trials{Task: "rows.mark", Input: wet}, feature{
			mark: func(context.Context, place, input, *batch) error { return nil },
		}, "rows.mark changes nothing that State shows"},
		{"a task that fails", runnertest.Trials{Task: "rows.mark", Input: wet}, feature{
			mark: func(context.Context, place, input, *batch) error { return fmt.Errorf("no") },
		}, "rows.mark fails where nothing interrupts it: task-failed: at item 1: no"},
	} {
		said := chaos(t, test.feature, world, test.trials)
		if len(said) != 1 || !strings.HasPrefix(said[0], test.want) {
			t.Errorf("%s:\n got %q\nwant %q", test.name, said, test.want)
		}
	}
}

// Worlds that differ, or hold too little, prove nothing.
func TestChaosWantsAWorld(t *testing.T) {
	t.Parallel()
	n := 0
	for want, world := range map[string]func() runnertest.World[place]{
		"two fresh worlds differ": func() runnertest.World[place] {
			w := world()
			state := w.State
			n++
			made := n
			w.State = func() any { return append(state().([]any), made) }
			return w
		},
		"rows.mark has 0 items in this world: give it five to nine": func() runnertest.World[place] {
			w := world()
			open := w.Open
			w.Open = func(ctx context.Context, s runner.Session) (runner.Opened[place], error) {
				opened, err := open(ctx, s)
				begin := opened.Begin
				opened.Begin = func(ctx context.Context, o ports.TxOptions) (place, ports.Tx, error) {
					d, tx, err := begin(ctx, o)
					*d.rows = nil
					return d, tx, err
				}
				return opened, err
			}
			return w
		},
	} {
		said := chaos(t, feature{}, world, runnertest.Trials{Task: "rows.mark", Input: wet})
		if len(said) == 0 || !strings.HasPrefix(said[0], want) {
			t.Errorf("got %q, want %q", said, want)
		}
	}
}
