package runner_test

import (
	"slices"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

const year = 365 * 24 * time.Hour

// jumping is a clock that goes by the real one, and by a jump beside it.
type jumping struct{ jump time.Duration }

func (j *jumping) now() time.Time { return time.Now().Add(j.jump) }

// bad-input 81: the clock jumps a year ahead and back. What was put on record last is
// last, and supersedes what came before it; a prune keeps a run of the future.
func TestRunsAreInOrderWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	clock, state := &jumping{}, &dying{memory.NewState(), true}
	r := newRunner(t, newNumbers(12), runner.Options{State: inMemory(state), Now: clock.now})
	req := runner.Request{Task: "numbers.double", Actor: "a", Client: "c", Limits: runner.Limits{Items: 4}}
	var ids []string // the latest first
	for i, jump := range []time.Duration{0, year, 0, -year} {
		clock.jump = jump
		run, err := r.Run(t.Context(), req) // and dies before its outcome
		if failure(t, err).Code != runner.CodeIO {
			t.Fatal(err)
		}
		if i > 0 && run.Supersedes != ids[0] {
			t.Errorf("run %d supersedes %s, want the one before it of %q", i, run.Supersedes, ids)
		}
		ids = slices.Insert(ids, 0, run.ID)
	}
	state.dead = false
	last, err := r.Find(t.Context(), runner.Target{}, "last")
	if err != nil || last.ID != ids[0] {
		t.Errorf("last is %s of %q, %v", last.ID, ids, err)
	}
	listed, err := r.History(t.Context(), runner.Target{}, ports.RunFilter{Status: runner.Interrupted, Limit: 3})
	if err != nil || len(listed) != 3 || listed[0].ID != ids[0] || listed[1].ID != ids[1] || listed[2].ID != ids[2] {
		t.Errorf("listed are %+v of %q, %v", listed, ids, err)
	}

	for i, jump := range []time.Duration{0, 0, year, 0} { // each ends when it began but the first
		clock.jump = jump
		if _, err := r.Resume(t.Context(), ids[i], req); err != nil {
			t.Fatal(err)
		}
	}
	clock.jump = 0
	pruned, err := r.Prune(t.Context(), req, clock.now().Add(time.Hour))
	if _, kept := state.Run(t.Context(), ids[2]); err != nil || kept != nil || len(pruned.Runs) != 3 {
		t.Errorf("pruned %+v, %v; the run of the future: %v", pruned, err, kept)
	}
}
