package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// Resume takes a run on after its last committed batch, as its next attempt. The
// request's task is the run's own; an input that is given must be the run's, and
// limits that are left out stay as they were.
//
// Of two processes that resume a run at once, one is refused. A process that is
// still at it is not told here: its fence is raised over, and it commits nothing
// more.
func (r *Runner) Resume(ctx context.Context, id string, req Request) (ports.Run, error) {
	x := r.execution(&Plan{request: req})
	if err := x.openState(ctx, false); err != nil {
		return ports.Run{}, err
	}
	defer x.closeState()
	run, err := x.state.Run(ctx, id)
	if errors.Is(err, ports.ErrNotFound) {
		return ports.Run{}, &Error{Code: CodeUnknownRun, Message: "no run " + id, Err: err}
	}
	if err != nil {
		return ports.Run{}, explain("run "+id, err)
	}
	if err := x.replan(run, req); err != nil {
		r.AuditRefusal(ctx, req, err)
		return ports.Run{}, err
	}
	x.run = run
	if err := x.recordResume(ctx, req); err != nil {
		return ports.Run{}, err
	}
	return x.execute(ctx)
}

// replan plans a run's next attempt, and refuses what cannot go on or would not be the
// same run.
func (x *execution) replan(run ports.Run, req Request) (err error) {
	opening := x.stages.done
	own := req.Input == nil
	req.Task = run.Task
	if own {
		req.Input = run.Input
	}
	req.Limits = inherit(req.Limits, run.Limits)
	if x.plan, err = x.runner.Plan(req); err != nil {
		return err
	}
	x.stages.done = slices.Concat(x.plan.stages, opening)
	if err := resumable(run, x.plan); err != nil {
		return err
	}
	if own && len(x.plan.task.input.Secrets(run.Input)) > 0 {
		return &Error{Code: CodeUsage, Message: "the input of run " + run.ID + " holds secrets, which are not kept", Hint: "give the input again"}
	}
	if refused := gate(&x.plan.task.Task, x.plan.request); refused != nil {
		return refused
	}
	return nil
}

// inherit fills in what a resuming caller leaves out with what the run had.
func inherit(asked Limits, had ports.Limits) Limits {
	if had.BatchSize == 0 { // of a one-shot
		return asked
	}
	asked.BatchSize = cmp.Or(asked.BatchSize, had.BatchSize)
	asked.Timeout = cmp.Or(asked.Timeout, had.Timeout)
	if asked.OnError == "" {
		asked.OnError = manifest.OnErrorStop
		if had.Skip {
			asked.OnError = manifest.OnErrorSkip
		}
	}
	if had.Skip && asked.OnError == manifest.OnErrorSkip && asked.MaxFailures == nil {
		asked.MaxFailures = &manifest.MaxFailures{Count: had.MaxFailures, Share: had.MaxShare}
	}
	return asked
}

func resumable(run ports.Run, p *Plan) error {
	switch {
	case run.Status == ports.Succeeded:
		return &Error{Code: CodeNotResumable, Message: "run " + run.ID + " has succeeded", Hint: "start a new run"}
	case run.DryRun:
		return &Error{Code: CodeNotResumable, Message: "run " + run.ID + " was a dry run", Hint: "start a new run"}
	case p.task.handler.batches == nil:
		return &Error{Code: CodeNotResumable, Message: run.Task + " is a one-shot: it has no batch to go on from", Hint: "start a new run"}
	case run.TaskHash != p.TaskHash:
		return &Error{Code: CodeConfig, Message: fmt.Sprintf("task %s is not what it was when run %s started", run.Task, run.ID), Hint: "start a new run"}
	case run.InputHash != p.InputHash:
		return &Error{Code: CodeConfig, Message: "the input is not that of run " + run.ID, Hint: "leave the input out, or start a new run"}
	}
	return nil
}

// recordResume puts the next attempt on record, and who asked for it.
func (x *execution) recordResume(ctx context.Context, req Request) error {
	from := x.run.Mark()
	if err := x.run.Move(ports.Running); err != nil {
		return explain("resume", err)
	}
	x.run.Attempt++
	x.run.Ended, x.run.Failure = nil, nil
	x.run.Limits, x.run.Version = x.plan.Limits, x.runner.opts.Version
	event := x.event("task.resumed", map[string]any{"attempt": x.run.Attempt})
	event.Actor, event.Client, event.Reason = req.Actor, req.Client, req.Reason
	err := x.stages.time("started", func() error { return x.state.Update(ctx, x.run, from, event) })
	if errors.Is(err, ports.ErrStale) {
		return &Error{Code: CodeLocked, Message: "another process has just resumed run " + x.run.ID, Hint: "let it end", Err: err}
	}
	return explain("run not resumed", err)
}
