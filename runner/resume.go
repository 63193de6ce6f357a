package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/ports"
)

// Resume takes a run on after its last committed batch, as its next attempt.
// The request's task and input may be left out; where they are given they must
// be the run's own. Of two processes that resume one run, one is refused.
func (r *Runner) Resume(ctx context.Context, id string, req Request) (ports.Run, error) {
	x := r.execution(&Plan{request: req})
	if err := x.openState(ctx, false); err != nil {
		return ports.Run{}, err
	}
	defer x.closeState()
	run, err := x.state.Run(ctx, id)
	if err != nil {
		return ports.Run{}, explain("run "+id, err)
	}
	req.Task = run.Task
	if req.Input == nil {
		req.Input = run.Input
	}
	if x.plan, err = r.Plan(req); err != nil {
		return ports.Run{}, err
	}
	if err := resumable(run, x.plan); err != nil {
		return ports.Run{}, err
	}
	if req.Limits.BatchSize == 0 {
		x.plan.Limits.BatchSize = run.Limits.BatchSize
	}
	x.run = run
	if err := x.recordResume(ctx); err != nil {
		return ports.Run{}, err
	}
	return x.execute(ctx)
}

// resumable refuses what cannot go on, and what would not be the same run.
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

func (x *execution) recordResume(ctx context.Context) error {
	from := x.run.Mark()
	if err := x.run.Move(ports.Running); err != nil {
		return explain("resume", err)
	}
	x.run.Attempt++
	x.run.Ended, x.run.Failure = nil, nil
	x.run.Limits, x.run.Version = x.plan.Limits, x.runner.opts.Version
	err := x.stages.time("started", func() error {
		return x.state.Update(ctx, x.run, from, x.event("task.resumed", map[string]any{"attempt": x.run.Attempt}))
	})
	if errors.Is(err, ports.ErrStale) {
		return &Error{Code: CodeLocked, Message: "another process has just resumed run " + x.run.ID, Hint: "let it end", Err: err}
	}
	return explain("run not resumed", err)
}
