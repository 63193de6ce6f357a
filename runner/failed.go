package runner

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// descent is what a run over another's failed items has from that one.
type descent struct {
	parent, root string
	items        int64
	inputs       []ports.InputFile
}

// RetryFailed runs a task over the items that a run has left behind, and no others,
// as a run of its own: resumable like any other, and with failed items of its own. An
// item has the key that it has always had. The request's task is the run's own; an
// input that is given must be the run's, and limits that are left out are the run's.
//
// It refuses a run that is not over, one without such items or whose items another
// such run goes over already, and one whose input, task or data files are not what
// they were.
func (r *Runner) RetryFailed(ctx context.Context, id string, req Request) (ports.Run, error) {
	x := r.execution(&Plan{request: req})
	if err := x.openState(ctx, toLook); err != nil {
		return ports.Run{}, unknownWithoutState(id, err)
	}
	defer x.closeState()
	parent, err := x.recorded(ctx, id)
	if err != nil {
		return ports.Run{}, err
	}
	req.Task, req.Tenant = parent.Task, parent.Tenant
	parent.Limits.AcceptChanges = 0 // it was for that run
	if err := x.replan(parent, req, retriable); err != nil {
		r.AuditRefusal(ctx, req, err)
		return ports.Run{}, err
	}
	if err := x.meets(ctx); err != nil {
		return ports.Run{}, err
	}
	child := r.opts.NewID()
	if err := x.lock(ctx, child); err != nil {
		return ports.Run{}, err
	}
	x.run.ID = child
	opened, err := x.retryOf(ctx, parent, child)
	if err != nil {
		x.close(ctx, opened, err)
		x.unlock(err)
		return ports.Run{}, err
	}
	return x.execute(ctx, opened, nil)
}

func retriable(run ports.Run, p *Plan) error {
	switch {
	case run.DryRun:
		return keptNothing(run)
	case p.task.handler.batches == nil:
		return &Error{Code: CodeNotResumable, Message: run.Task + " is a one-shot: it has no items", Hint: "start a new run"}
	}
	return sameWork(run, p)
}

// retryOf is openToRetry while the parent's own lock is held: nobody resumes or prunes it
// before the run over its items is on record.
func (x *execution) retryOf(ctx context.Context, parent ports.Run, child string) (app, error) {
	held, err := x.state.Lock(ctx, x.runner.holder(parent, x.plan.request), []string{runLock + parent.ID})
	var locked *ports.LockedError
	if errors.As(err, &locked) {
		return app{}, x.lockedBy(parent.ID, locked)
	}
	if err != nil {
		return app{}, explain("lock", err)
	}
	opened, err := x.openToRetry(ctx, parent.ID, child)
	if err := held.Release(runLock + parent.ID); err != nil {
		x.runner.opts.Log.Warn("a lock is not freed before the process ends", "error", err)
	}
	return opened, err
}

// openToRetry opens the app and puts the run over the parent's items on record. The
// task's locks are held, and whatever is refused leaves no record.
func (x *execution) openToRetry(ctx context.Context, parent, child string) (opened app, err error) {
	run, err := x.recorded(ctx, parent)
	if err != nil {
		return opened, err
	}
	x.plan.descent = &descent{parent: run.ID, root: rootOf(run), inputs: run.Inputs}
	x.run = x.plan.run()
	x.run.ID = child
	x.equip()
	if err := x.isOver(run); err != nil {
		return opened, err
	}
	if opened, err = x.open(ctx, false); err != nil {
		return opened, x.end(err)
	}
	if err := x.descend(ctx, opened, run); err != nil {
		return opened, x.end(err)
	}
	return opened, x.recordStart(ctx, child)
}

// isOver refuses a run that was interrupted and may go on: nobody is at it, for its lock
// is held here.
func (x *execution) isOver(run ports.Run) error {
	if run.Status != ports.Running {
		return nil
	}
	return &Error{Code: CodeNotResumable, Message: "run " + run.ID + " was interrupted and is not over", Hint: x.command("runs resume " + run.ID)}
}

// descend finds out what there is to go over, and refuses to read it in files that
// have changed.
func (x *execution) descend(ctx context.Context, opened app, parent ports.Run) error {
	journal := x.checkpoints(opened)
	at, err := journaledPosition(ctx, journal, parent)
	if err != nil {
		return err
	}
	earlier, err := x.redriven(ctx, journal, parent.ID)
	if err != nil {
		return err
	}
	if id := earlier.unfinished; id != "" {
		return &Error{
			Code: CodeNotResumable, Message: "the failed items of run " + parent.ID + " are those of run " + id + ", which is not done with them",
			Hint: x.command("runs resume " + id),
		}
	}
	of := x.plan.descent
	if of.items = at.Failed - earlier.items; of.items <= 0 {
		return x.nothingFailed(parent, at, earlier)
	}
	x.files.expect(at.Inputs)
	if err := x.files.unchanged(); err != nil {
		return err
	}
	of.inputs = x.files.inputs()
	return nil
}

func (x *execution) nothingFailed(parent ports.Run, at position, earlier redriven) error {
	e := &Error{Code: CodeNotResumable, Message: "run " + parent.ID + " has no failed items"}
	if at.Failed > 0 {
		e.Message = "the failed items of run " + parent.ID + " were gone over by run " + earlier.latest
		e.Hint = x.command("runs retry-failed "+earlier.latest) + " goes over those that failed again"
	} else if parent.Status != ports.Succeeded {
		e.Hint = x.command("runs resume " + parent.ID)
	}
	return e
}

// redriven is what earlier runs have done over one run's failed items.
type redriven struct {
	seq        int64 // the last place of its journal that they have come to
	items      int64
	latest     string // the last of them
	unfinished string // one of them that can go on; "": they are done
}

// redriven looks at the runs over a parent's failed items, but for this one. There
// are more than one where the parent has gone on and left more behind.
func (x *execution) redriven(ctx context.Context, journal ports.Checkpoints, parent string) (redriven, error) {
	var all redriven
	runs, err := x.state.List(ctx, ports.RunFilter{Task: x.run.Task})
	if err != nil {
		return all, err
	}
	for _, run := range runs { // the latest first
		if run.Parent != parent || run.ID == x.run.ID {
			continue
		}
		if all.latest == "" {
			all.latest = run.ID
		}
		saved, err := journal.Checkpoint(ctx, run.ID)
		if err != nil && !errors.Is(err, ports.ErrNotFound) {
			return all, err
		}
		if !saved.Done {
			all.unfinished = run.ID
			continue
		}
		at, err := load(saved)
		if err != nil {
			return all, err
		}
		var seq int64
		if at.After != nil {
			if err := restore(at.After, &seq); err != nil {
				return all, err
			}
		}
		all.seq, all.items = max(all.seq, seq), all.items+at.Processed
	}
	return all, nil
}
