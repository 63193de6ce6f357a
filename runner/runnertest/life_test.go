package runnertest

import (
	"context"
	"slices"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// numbers are rows that a task doubles.
func numbers() (World[*[]int], *memory.DB[[]int]) {
	db := memory.NewDB([]int{1, 2, 3}, slices.Clone[[]int])
	return World[*[]int]{
		Open: func(context.Context, runner.Session) (runner.Opened[*[]int], error) {
			rows := db.Read()
			return runner.Opened[*[]int]{App: &rows, Begin: db.Begin, Checkpoints: db}, nil
		},
		State: func() any { return db.Read() },
	}, db
}

// A process that has died looks like one: at every step its run is running on
// record, its locks are held until they are taken from the dead, nothing but what had
// committed is there, and nothing that it tries succeeds.
func TestDeath(t *testing.T) {
	t.Parallel()
	register := func(r *runner.Registry[*[]int]) {
		type in struct {
			DryRun bool `json:"dryRun"`
		}
		runner.HandleBatches(r, "rows.mark", func(_ context.Context, rows *[]int, _ in, after, limit int) ([]int, error) {
			var page []int
			for i := after; i < len(*rows) && len(page) < limit; i++ {
				page = append(page, i+1)
			}
			return page, nil
		}, func(i int) int { return i }, func(_ context.Context, rows *[]int, _ in, b *runner.Batch[int, int]) error {
			for _, i := range b.Items {
				(*rows)[i-1] *= 2
			}
			return nil
		})
	}
	c := &chaos[*[]int]{t: t, trials: Trials{Task: "rows.mark", Input: `{"dryRun":false}`}}
	var db *memory.DB[[]int]
	c.fresh = func() (w World[*[]int]) {
		w, db = numbers()
		return w
	}
	c.kit = New(t, "testdata/mark.yaml", register, c.open)
	control, steps := c.control()
	want := []string{
		"before batch 1", "with batch 1 written, before its commit", "with batch 1 committed, before anyone was told",
		"before batch 2", "with batch 2 written, before its commit", "with batch 2 committed, before anyone was told",
		"before batch 3", "with batch 3 written, before its commit", "with batch 3 committed, before anyone was told",
		"before the outcome was on record",
	}
	if !slices.Equal(steps, want) {
		t.Errorf("steps are %q", steps)
	}
	if !slices.Equal(control.state.([]int), []int{2, 4, 6}) {
		t.Errorf("the control ends in %v", control.state)
	}
	rows := [][]int{{1, 2, 3}, {1, 2, 3}, {2, 4, 3}, {2, 4, 3}, {2, 4, 3}, {2, 4, 6}, {2, 4, 6}, {2, 4, 6}, {2, 4, 6}, {2, 4, 6}}
	for i, step := range steps {
		c.begin()
		c.process(i + 1)
		run, err := c.run(chaosBatch, c.trials.Input)
		if err == nil {
			t.Fatalf("%s: it goes on", step)
		}
		if got := db.Read(); !slices.Equal(got, rows[i]) {
			t.Errorf("%s: the rows are %v, want %v", step, got, rows[i])
		}
		record, err := c.state.Run(t.Context(), run.ID)
		held, _ := c.state.Held(t.Context())
		if err != nil || record.Status != ports.Running || len(held) != 2 {
			t.Errorf("%s: on record as %s (%v), with locks %v", step, record.Status, err, held)
		}
		if err := c.kit.state.Update(t.Context(), record, record.Mark()); err == nil {
			t.Errorf("%s: the dead write on", step)
		}
	}
}
