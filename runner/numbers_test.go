package runner_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// numbers is a small app: rows of int64 in a database in memory.
type numbers struct {
	db   *memory.DB[[]int64]
	hook hooks
	mu   sync.Mutex
	sent []string // keys of the items that left through numbers.send
}

// hooks are where a test reaches into a run. Each may be nil.
type hooks struct {
	apply  func(ctx context.Context, items []int64) error
	look   func(ctx context.Context, d deps) (any, error)
	count  func(ctx context.Context) error
	begin  func() error
	commit func(commit func() error) error
}

// deps are what the app's handlers are given.
type deps struct {
	rows *[]int64
	s    runner.Session
	app  *numbers
}

type doubleInput struct {
	DryRun bool    `json:"dryRun"`
	Bad    []int64 `json:"bad"`
	Broken []int64 `json:"broken"`
	Panics []int64 `json:"panics"`
}

type doubleOutput struct {
	Doubled int     `json:"doubled"`
	Seen    []int64 `json:"seen"`
}

func newNumbers(n int64) *numbers {
	var rows []int64
	for i := range n {
		rows = append(rows, i+1)
	}
	return &numbers{db: memory.NewDB(rows, slices.Clone[[]int64])}
}

func (a *numbers) register(r *runner.Registry[deps]) {
	runner.HandleBatches(r, "numbers.double", page, func(i row) int64 { return i.At }, double).Count(count)
	runner.HandleBatches(r, "numbers.send", page, func(i row) int64 { return i.At }, send).External()
	runner.HandleTx(r, "numbers.add", add)
	runner.Handle(r, "numbers.look", func(ctx context.Context, d deps, _ struct{}) (any, error) { return a.hook.look(ctx, d) })
}

func (a *numbers) open(_ context.Context, s runner.Session) (runner.Opened[deps], error) {
	committed := a.db.Read()
	return runner.Opened[deps]{
		App: deps{rows: &committed, s: s, app: a},
		Begin: func(ctx context.Context, o ports.TxOptions) (deps, ports.Tx, error) {
			if a.hook.begin != nil {
				if err := a.hook.begin(); err != nil {
					return deps{}, nil, err
				}
			}
			rows, tx, err := a.db.Begin(ctx, o)
			return deps{rows: rows, s: s, app: a}, hookedTx{tx, a}, err
		},
		Checkpoints: a.db,
	}, nil
}

type hookedTx struct {
	ports.Tx
	a *numbers
}

func (t hookedTx) Commit() error {
	if t.a.hook.commit != nil {
		return t.a.hook.commit(t.Tx.Commit)
	}
	return t.Tx.Commit()
}

// row is a number and its place, from 1.
type row struct {
	At    int64 `json:"at"`
	Value int64 `json:"value"`
}

func page[In any](_ context.Context, d deps, _ In, after int64, limit int) ([]row, error) {
	var rows []row
	for at := after + 1; at <= int64(len(*d.rows)) && len(rows) < limit; at++ {
		rows = append(rows, row{at, (*d.rows)[at-1]})
	}
	return rows, nil
}

func count(ctx context.Context, d deps, _ doubleInput) (int64, error) {
	if d.app.hook.count != nil {
		if err := d.app.hook.count(ctx); err != nil {
			return 0, err
		}
	}
	return int64(len(*d.rows)), nil
}

func double(ctx context.Context, d deps, in doubleInput, b *runner.Batch[row, doubleOutput]) error {
	if hook := d.app.hook.apply; hook != nil {
		var ats []int64
		for _, item := range b.Items {
			ats = append(ats, item.At)
		}
		if err := hook(ctx, ats); err != nil {
			return err
		}
	}
	for i, item := range b.Items {
		if slices.Contains(in.Bad, item.At) {
			b.Reject(i, fmt.Sprintf("row %d is bad", item.At))
		}
	}
	for _, item := range b.Kept() {
		if slices.Contains(in.Panics, item.At) {
			panic(fmt.Sprintf("row %d panics", item.At))
		}
		(*d.rows)[item.At-1] *= 2
		b.Changed(fmt.Sprint(item.At), item.Value, item.Value*2)
		b.Out.Doubled++
		b.Out.Seen = append(b.Out.Seen, item.At)
		d.s.Audit.Record("number.doubled", fmt.Sprint(item.At), nil)
		if slices.Contains(in.Broken, item.At) { // after the write: the rollback must undo it
			return fmt.Errorf("row %d is broken", item.At)
		}
	}
	return nil
}

func send(ctx context.Context, d deps, _ struct{}, b *runner.Batch[row, doubleOutput]) error {
	d.app.mu.Lock()
	for i := range b.Items {
		d.app.sent = append(d.app.sent, b.Key(i))
		b.Out.Doubled++
	}
	d.app.mu.Unlock()
	if hook := d.app.hook.apply; hook != nil {
		return hook(ctx, []int64{b.Items[0].At})
	}
	return nil
}

type addInput struct {
	Value  int64  `json:"value"`
	Token  string `json:"token"`
	DryRun bool   `json:"dryRun"`
}

type addOutput struct {
	Count int `json:"count"`
}

func add(_ context.Context, d deps, in addInput, c *runner.Changes) (addOutput, error) {
	*d.rows = append(*d.rows, in.Value)
	c.Changed(fmt.Sprint(len(*d.rows)), nil, in.Value)
	d.s.Audit.Record("number.added", fmt.Sprint(in.Value), nil)
	if in.Value == 13 {
		return addOutput{}, errors.New("thirteen is refused")
	}
	return addOutput{Count: int(in.Value)}, nil
}

// kit is the pipeline over app.
func kit(t *testing.T, app *numbers) *runnertest.Kit {
	t.Helper()
	return runnertest.New(t, "testdata/tasks.yaml", app.register, app.open)
}

// failure is err as the runner's own error.
func failure(t *testing.T, err error) *runner.Error {
	t.Helper()
	var e *runner.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a *runner.Error: %v", err)
	}
	return e
}
