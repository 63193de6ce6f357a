package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// Pruned is what [Runner.Prune] removed, and what of that age it left.
type Pruned struct {
	Runs      []string // removed, by ID
	Going     int      // at work, or interrupted: they have not ended
	Needed    int      // whose failed items an unfinished run of theirs goes over
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
// the target and who asks count.
func (r *Runner) Prune(ctx context.Context, req Request, before time.Time) (Pruned, error) {
	var done Pruned
	err := r.inState(ctx, req.Target, func(state ports.State) error {
		old, pruned, err := r.prunable(ctx, state, req.Target, before)
		done = pruned
		if err != nil || len(old) == 0 {
			return err
		}
		p := pruning{runner: r, state: state, req: req}
		defer p.close(ctx)
		for _, run := range old {
			removed, err := p.prune(ctx, run)
			if err != nil {
				return fmt.Errorf("run %s: %w", run.ID, err)
			}
			if removed {
				done.Runs = append(done.Runs, run.ID)
			} else {
				done.Going++
			}
		}
		return nil
	})
	if errors.Is(err, ports.ErrNotFound) && len(done.Runs) == 0 {
		return Pruned{}, nil
	}
	return done, explain("prune", err)
}

// prunable are the runs that can go, the latest first, so that a child goes before
// its parent.
func (r *Runner) prunable(ctx context.Context, state ports.State, t Target, before time.Time) (old []ports.Run, left Pruned, err error) {
	runs, err := state.List(ctx, ports.RunFilter{})
	if err != nil {
		return nil, left, err
	}
	needed := map[string]bool{}
	for _, run := range runs {
		if run.Parent != "" && run.Status != ports.Succeeded && !(run.Ended != nil && run.Ended.Before(before)) {
			needed[run.Parent] = true
		}
	}
	for _, run := range runs {
		switch {
		case run.Status == ports.Running && run.Started.Before(before):
			left.Going++
		case run.Status == ports.Running || run.Ended == nil || !run.Ended.Before(before):
		case needed[run.ID]:
			left.Needed++
		case leaves(run) && run.Database != t.database():
			left.Elsewhere++
		default:
			old = append(old, run)
		}
	}
	return old, left, nil
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
	opened *app
}

// prune removes one run, and reports whether it did: not one that somebody has just
// taken on again. What the database has of it goes first, so that nothing is
// left there of a run that nobody knows.
func (p *pruning) prune(ctx context.Context, run ports.Run) (removed bool, err error) {
	held, err := p.state.Lock(ctx, p.runner.holder(run, p.req), []string{runLock + run.ID})
	if errors.Is(err, ports.ErrLocked) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, held.Release(runLock+run.ID)) }()
	now, err := p.state.Run(ctx, run.ID)
	if errors.Is(err, ports.ErrNotFound) || err == nil && now.Mark() != run.Mark() {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if leaves(run) {
		if err := p.forget(ctx, run); err != nil {
			return false, err
		}
	}
	event := p.runner.eventBy(p.req, run, "run.pruned")
	event.Metadata = mustMarshal(map[string]any{"status": run.Status, "started": run.Started})
	return true, p.state.Delete(ctx, run.ID, event)
}

// forget removes what the run's database has of it. A database that is not there
// has nothing.
func (p *pruning) forget(ctx context.Context, run ports.Run) error {
	if p.opened == nil {
		opened, err := p.open(ctx, run)
		if errors.Is(err, ports.ErrNotFound) {
			err = nil
		}
		if err != nil {
			return err
		}
		p.opened = &opened
	}
	if p.opened.Checkpoints == nil {
		return nil
	}
	return p.opened.Checkpoints.Forget(ctx, run.ID)
}

func (p *pruning) open(ctx context.Context, run ports.Run) (app, error) {
	x := p.runner.execution(&Plan{request: p.req})
	x.run = ports.Run{
		ID: run.ID, Task: run.Task, Environment: run.Environment, Tenant: run.Tenant,
		Actor: p.req.Actor, Client: p.req.Client, Reason: p.req.Reason,
	}
	x.equip()
	return recovered(func() (app, error) { return p.runner.handlers.open(ctx, x.session()) })
}

func (p *pruning) close(ctx context.Context) {
	if p.opened == nil || p.opened.Close == nil {
		return
	}
	if err := p.opened.Close(context.WithoutCancel(ctx)); err != nil {
		p.runner.opts.Log.Warn("the app did not close", slog.Any("error", err))
	}
}
