package runner_test

import (
	"context"
	"errors"
	"slices"
	"strings"
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

// ahead is a token of a clock that is a year ahead.
func ahead(key string) []ports.Fence {
	return []ports.Fence{{Key: key, Token: time.Now().Add(year).UnixMicro()}}
}

// bad-input 81: a run raised the fences while the clock was ahead; it has jumped back,
// and the locks' files are lost. Whoever holds the locks works all the same, and the
// tokens go on growing from there.
func TestFencesOfTheFutureLockNobodyOut(t *testing.T) {
	t.Parallel()
	for task, input := range map[string]string{"numbers.double": `{}`, "numbers.add": `{"value":7}`, "numbers.send": `{}`} {
		app, state := newNumbers(9), memory.NewState()
		stored := ahead(task)
		raise(t, app.db, stored)
		tx, err := state.Begin(t.Context())
		if err == nil {
			err = errors.Join(tx.Raise(t.Context(), stored), tx.Commit()) // where numbers.send has its own
		}
		if err != nil {
			t.Fatal(err)
		}
		r := newRunner(t, app, runner.Options{State: inMemory(state)})
		for n := range 2 {
			run, err := r.Run(t.Context(), runner.Request{Task: task, Input: []byte(input), Actor: "a", Client: "c"})
			if err != nil || run.Status != ports.Succeeded {
				t.Errorf("%s: run %d: %v, %s", task, n, err, run.Status)
			}
			told := strings.Contains(strings.Join(run.Log, "\n"), "the clock is behind")
			if told != (n == 0) {
				t.Errorf("%s: run %d is told %v: %q", task, n, told, run.Log)
			}
		}
		if task == "numbers.send" && len(app.sent) != 18 {
			t.Errorf("%d numbers were sent in two runs over 9", len(app.sent))
		}
		held, err := state.Lock(t.Context(), ports.Holder{}, []string{task})
		if err != nil || held.Fences()[0].Token != stored[0].Token+3 {
			t.Errorf("%s: the next token is %+v, %v, want the third after %+v", task, held.Fences(), err, stored)
		}
	}
}

// Only who holds the locks sets tokens above those of the database: one that lost them
// before its first batch commits nothing, and neither does an attempt after which
// another was made.
func TestOnlyAHolderSurpassesFences(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(app *numbers, state *memory.State, run string){
		"another has taken over": func(app *numbers, state *memory.State, run string) {
			state.Kill(run)
			held, err := state.Lock(t.Context(), ports.Holder{Run: "other"}, []string{"numbers.double"})
			if err != nil {
				t.Fatal(err)
			}
			raise(t, app.db, held.Fences())
		},
		"a later attempt": func(app *numbers, _ *memory.State, run string) {
			raise(t, app.db, []ports.Fence{{Key: "run:" + run, Token: 2}})
		},
		"a later attempt, of the future": func(app *numbers, _ *memory.State, run string) {
			raise(t, app.db, append(ahead("numbers.double"), ports.Fence{Key: "run:" + run, Token: 2}))
		},
	} {
		app, state := newNumbers(9), memory.NewState()
		open := func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
			meanwhile(app, state, s.Run)
			return app.open(ctx, s)
		}
		r := runnerOf(t, "testdata/tasks.yaml", app.register, open, runner.Options{State: inMemory(state)})
		run, err := r.Run(t.Context(), runner.Request{Task: "numbers.double", Actor: "a", Client: "c"})
		if e := failure(t, err); e.Code != runner.CodeLocked || !errors.Is(err, ports.ErrStale) || run.Progress.Processed != 0 {
			t.Errorf("%s: %s: %s, after %d", name, e.Code, e.Message, run.Progress.Processed)
		}
		if log := strings.Join(run.Log, "\n"); strings.Contains(log, "the clock is behind") || !slices.Equal(app.db.Read(), newNumbers(9).db.Read()) {
			t.Errorf("%s: rows %v, log %s", name, app.db.Read(), log)
		}
	}
}

// rival is a state whose fences another raises before each transaction.
type rival struct {
	*memory.State
	t *testing.T
	n int64
}

func (r *rival) Begin(ctx context.Context) (ports.Tx, error) {
	r.n += 10
	stored := ahead("numbers.send")
	stored[0].Token += r.n
	tx, err := r.State.Begin(ctx)
	if err == nil {
		err = errors.Join(tx.Raise(ctx, stored), tx.Commit())
	}
	if err != nil {
		r.t.Error(err)
	}
	return r.State.Begin(ctx)
}

// Fences are surpassed once: who finds them higher again is not alone, and no effect is
// had twice for it.
func TestFencesAreSurpassedOnce(t *testing.T) {
	t.Parallel()
	app := newNumbers(9)
	r := newRunner(t, app, runner.Options{State: inMemory(&rival{State: memory.NewState(), t: t})})
	_, err := r.Run(t.Context(), runner.Request{Task: "numbers.send", Actor: "a", Client: "c"})
	if e := failure(t, err); e.Code != runner.CodeLocked || len(app.sent) != 3 {
		t.Errorf("%s: %s; sent %q", e.Code, e.Message, app.sent)
	}
}
