package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// Pruned is what [Runner.Prune] removed, and what of that age it left.
type Pruned struct {
	Runs      []string // removed, by ID
	Going     int      // at work, or interrupted: they have not ended
	Needed    int      // of a line with one that stays: see [Runner.RetryFailed]
	Elsewhere int      // that wrote to another database, which has their checkpoints and journals
}

// Prunable is what Prune would remove, and leave.
func (r *Runner) Prunable(ctx context.Context, t Target, before time.Time) (Pruned, error) {
	var would Pruned
	err := r.inState(ctx, t, func(state ports.State) error {
		old, pruned, err := r.prunable(ctx, state, t, before)
		for _, run := range old {
			pruned.Runs = append(pruned.Runs, run.ID)
		}
		would = pruned
		return err
	})
	if errors.Is(err, ports.ErrNotFound) {
		return Pruned{}, nil
	}
	return would, explain("prune", err)
}

// Prune removes the runs that ended before an instant: their records and logs, and
// in the database of the request's target their checkpoints and journals. The audit
// stays, and says of each that it was pruned. A prune that is ended on the way
// can be done again; what it returns with an error has been removed. Of the request,
// the target and who asks count; a protected environment has to be named, and wants a reason.
func (r *Runner) Prune(ctx context.Context, req Request, before time.Time) (Pruned, error) {
	var done Pruned
	if err := r.keeping(ctx, req, named, reasoned); err != nil {
		return done, err
	}
	err := r.inState(ctx, req.Target, func(state ports.State) error {
		old, pruned, err := r.prunable(ctx, state, req.Target, before)
		done = pruned
		if err != nil || len(old) == 0 {
			return err
		}
		p := pruning{runner: r, state: state, req: req}
		defer func() { p.opened.close(ctx) }()
		for _, line := range linesOf(old) {
			removed, err := p.prune(ctx, line)
			done.Runs = append(done.Runs, removed...)
			if err != nil {
				return err
			}
			if len(removed) == 0 { // one of them has been taken on again
				done.Going++
				done.Needed += len(line) - 1
			}
		}
		return nil
	})
	if errors.Is(err, ports.ErrNotFound) && len(done.Runs) == 0 {
		return Pruned{}, nil
	}
	return done, explain("prune", err)
}

// prunable are the runs that can go. A line of runs, one over the failed items of
// another, goes together or not at all: what the items of the first have been through is
// known from the records and checkpoints of the others.
func (r *Runner) prunable(ctx context.Context, state ports.State, t Target, before time.Time) (old []ports.Run, left Pruned, err error) {
	runs, err := state.List(ctx, ports.RunFilter{})
	if err != nil {
		return nil, left, err
	}
	ended := func(run ports.Run) bool {
		return run.Status != ports.Running && run.Ended != nil && run.Ended.Before(before)
	}
	elsewhere := func(run ports.Run) bool { return leaves(run) && run.Database != t.database() }
	stays := map[string]bool{} // by the first of a line
	for _, run := range runs {
		if !ended(run) || elsewhere(run) {
			stays[rootOf(run)] = true
		}
	}
	for _, run := range runs {
		switch {
		case run.Status == ports.Running && run.Started.Before(before):
			left.Going++
		case !ended(run):
		case elsewhere(run):
			left.Elsewhere++
		case stays[rootOf(run)]:
			left.Needed++
		default:
			old = append(old, run)
		}
	}
	return old, left, nil
}

// linesOf are runs by their lines, the parent first in each.
func linesOf(runs []ports.Run) [][]ports.Run {
	var lines [][]ports.Run
	at := map[string]int{}
	for _, run := range runs { // the latest first
		i, known := at[rootOf(run)]
		if !known {
			i = len(lines)
			at[rootOf(run)] = i
			lines = append(lines, nil)
		}
		lines[i] = append(lines[i], run)
	}
	for _, line := range lines {
		slices.Reverse(line)
	}
	return lines
}

// leaves reports whether a run may have left a checkpoint, a fence or a journal in its
// database.
func leaves(run ports.Run) bool { return !run.DryRun && run.Delivery == ports.ExactlyOnce }

// pruning is one prune at work. It opens the app at the first run that has left
// something in its database.
type pruning struct {
	runner *Runner
	state  ports.State
	req    Request
	opened *reading // nil: not yet
}

// prune removes a line of runs, and returns those that it did: none where somebody has
// just taken one on again, or goes over its failed items. A parent goes before the runs
// over its items: one of these that is left by a prune that fails on the way can do
// nothing twice.
func (p *pruning) prune(ctx context.Context, line []ports.Run) (removed []string, err error) {
	var keys []string
	for _, run := range line {
		keys = append(keys, runLock+run.ID)
	}
	held, err := p.state.Lock(ctx, p.runner.holder(line[0], p.req), keys)
	if errors.Is(err, ports.ErrLocked) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, held.Release(keys...)) }()
	if stands, err := p.stands(ctx, line); !stands || err != nil {
		return nil, err
	}
	for _, run := range line {
		if err := p.remove(ctx, run); err != nil {
			return removed, fmt.Errorf("run %s: %w", run.ID, err)
		}
		removed = append(removed, run.ID)
	}
	return removed, nil
}

// stands reports whether a line, whose locks are held, is still what was listed.
func (p *pruning) stands(ctx context.Context, line []ports.Run) (bool, error) {
	listed := map[string]ports.Mark{}
	for _, run := range line {
		listed[run.ID] = run.Mark()
	}
	now, err := p.state.List(ctx, ports.RunFilter{Task: line[0].Task})
	found := 0
	for _, run := range now {
		if rootOf(run) != rootOf(line[0]) {
			continue
		}
		if mark, known := listed[run.ID]; !known || mark != run.Mark() {
			return false, err
		}
		found++
	}
	return found == len(line), err
}

// remove removes one run. What the database has of it goes first, so that nothing is
// left there of a run that nobody knows.
func (p *pruning) remove(ctx context.Context, run ports.Run) error {
	if leaves(run) {
		if err := p.forget(ctx, run); err != nil {
			return err
		}
	}
	event := p.runner.eventBy(p.req, run, "run.pruned")
	event.Metadata = mustMarshal(map[string]any{"status": run.Status, "started": run.Started})
	return p.state.Delete(ctx, run.ID, event)
}

// forget removes what the run's database has of it. A database that was never made has
// nothing; one that is lost, or is not the expected, is refused, as a run in it would be.
func (p *pruning) forget(ctx context.Context, run ports.Run) error {
	if p.opened == nil {
		opened, err := p.runner.openToRead(ctx, p.req, ports.Run{
			ID: run.ID, Task: run.Task, Environment: run.Environment, Tenant: run.Tenant,
			Actor: p.req.Actor, Client: p.req.Client, Reason: p.req.Reason,
		})
		if errors.Is(err, ports.ErrNotFound) {
			lost, err := ifLost(ctx, p.state, p.req.Target, run)
			if lost != nil {
				return lost
			}
			return err
		}
		if err != nil {
			return err
		}
		p.opened = opened
		if err := p.runner.isExpected(ctx, p.req, opened.app); err != nil {
			return err
		}
	}
	from, err := p.opened.checkpoints()
	if err != nil {
		return err
	}
	return from.Forget(ctx, run.ID)
}
