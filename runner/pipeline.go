package runner

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"github.com/beignet-go/beignet/internal/mask"
	"github.com/beignet-go/beignet/ports"
)

// Run plans a request and starts it. A refused request leaves one audit event,
// where there is a state to hold it, and nothing else.
func (r *Runner) Run(ctx context.Context, req Request) (ports.Run, error) {
	p, err := r.Plan(req)
	if err != nil {
		r.AuditRefusal(ctx, req, err)
		return ports.Run{}, err
	}
	return r.Start(ctx, p)
}

// Start executes a plan as a new run. A Run with an ID is on record: err then
// says why it did not succeed. Its error is an *Error.
func (r *Runner) Start(ctx context.Context, p *Plan) (ports.Run, error) {
	if refused := gate(&p.task.Task, p.request); refused != nil {
		r.AuditRefusal(ctx, p.request, refused)
		return ports.Run{}, refused
	}
	x := r.execution(p)
	if err := x.openState(ctx, true); err != nil {
		return ports.Run{}, err
	}
	defer x.closeState()
	id := r.opts.NewID()
	if err := x.lock(ctx, id); err != nil {
		return ports.Run{}, err
	}
	if err := x.recordStart(ctx, id); err != nil {
		x.unlock(err)
		return ports.Run{}, err
	}
	x.equip()
	x.warnOfSuperseded()
	opened, err := x.open(ctx, true)
	return x.execute(ctx, opened, err)
}

// execution is one attempt of one run on its way through the pipeline.
type execution struct {
	runner *Runner
	plan   *Plan
	run    ports.Run // as it was put on record at the start; the handler's goroutine reads it too
	state  ports.State
	held   ports.Held
	above  bool   // its tokens were set above those of the database, which is done once
	watch  *watch // while the handler is at work
	stages stages
	log    *slog.Logger
	tail   *tail
	mask   *mask.Mask // of the input's secrets: what is put on record goes through it
	audit  *recorder
	files  *runFiles
	copied copier
}

func (r *Runner) execution(p *Plan) *execution {
	return &execution{runner: r, plan: p, stages: stages{now: r.opts.Now, done: slices.Clone(p.stages)}}
}

func (x *execution) openState(ctx context.Context, create bool) error {
	return x.stages.time("state", func() (err error) {
		if x.state, err = x.runner.opts.State(ctx, x.plan.request.Target, create); err != nil {
			return explain("state", err)
		}
		return nil
	})
}

func (x *execution) closeState() { x.runner.closeState(x.state) }

func (r *Runner) closeState(state ports.State) {
	if err := state.Close(); err != nil {
		r.opts.Log.Warn("state did not close", "error", err)
	}
}

// execute takes a run that is on record as running to its outcome, in an app that
// was opened for it, or with the error of that.
func (x *execution) execute(ctx context.Context, opened app, err error) (ports.Run, error) {
	done := result{output: x.run.Output, progress: x.run.Progress}
	if err == nil {
		err = x.stages.time("handler", func() (err error) {
			done, err = x.handle(ctx, opened)
			return err
		})
	}
	if err == nil {
		err = x.stages.time("output", func() error { return x.plan.task.checkOutput(done.output) })
	}
	x.files.abort()
	run, err := x.recordOutcome(ctx, opened, done, x.end(err))
	x.close(ctx, opened, err)
	x.unlock(err)
	return run, err
}

// equip makes what the app is lent for this run.
func (x *execution) equip() {
	x.mask = x.plan.mask()
	x.tail = newTail(x.run.Log, x.mask)
	x.log = logInto(x.tail, x.runner.opts.Log, x.run)
	x.audit = &recorder{now: x.runner.opts.Now, of: eventOf(x.run)}
	x.files = newRunFiles(x.runner.opts.Files, x.run, x.log)
}

// open opens the app, with what it is lent for this run and what its task needs. It may
// bring up a database if create, but not where a run is known to have committed in it:
// one that is missing or empty then is lost.
func (x *execution) open(ctx context.Context, create bool) (opened app, err error) {
	err = x.stages.time("open", func() error {
		lost, err := ifLost(ctx, x.state, x.plan.request.Target, x.run)
		if err != nil {
			return explain("state", err)
		}
		session := x.session()
		session.Create = create && lost == nil
		opened, err = recovered(func() (app, error) { return x.runner.handlers.open(ctx, session) })
		if lost != nil && errors.Is(err, ports.ErrNotFound) {
			return lost
		}
		return err
	})
	if err != nil || !x.plan.task.handler.needsTx() {
		return opened, err
	}
	if opened.Begin == nil || opened.Checkpoints == nil {
		err = &Error{
			Code: CodeConfig, Message: "handler " + x.plan.task.handler.id + " needs a transaction, and the app was opened without one",
			Hint: "set Begin and Checkpoints of Opened",
		}
	}
	return opened, err
}

// ifLost is what refuses the database of a run if it turns out to be missing or empty:
// nil where no run is known to have written to it, and it was never made.
func ifLost(ctx context.Context, state ports.Runs, t Target, of ports.Run) (*Error, error) {
	use, err := state.Used(ctx, of.Database)
	switch {
	case errors.Is(err, ports.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	gone := &ports.VanishedError{What: "database", Path: t.Database, Evidence: "run " + use.Run + " has written to it"}
	return &Error{
		Code: CodeConfig, Message: gone.Error(), Err: gone,
		Hint: "restore it from a backup; to begin anew, move the state away too: " + t.State,
	}, nil
}

// close ends the app. A handler that was abandoned is using it still: the
// process is about to exit, and nothing of its open transaction commits.
func (x *execution) close(ctx context.Context, opened app, ended error) {
	if opened.Close == nil || errors.Is(ended, errAbandoned) {
		return
	}
	_, err := recovered(func() (struct{}, error) { return struct{}{}, opened.Close(context.WithoutCancel(ctx)) })
	if err != nil {
		x.log.Warn("the app did not close", "error", err)
	}
}

func (x *execution) session() Session {
	return Session{
		Run: x.run.ID, Task: x.run.Task, Actor: x.run.Actor, Client: x.run.Client, Tenant: x.run.Tenant,
		Reason: x.run.Reason, Environment: x.run.Environment, Database: x.plan.request.Target.Database, DryRun: x.run.DryRun,
		Log: x.log, Audit: x.audit, Files: x.files, Now: x.runner.opts.Now,
	}
}

// result is what a handler stage has come to.
type result struct {
	output   []byte // JSON; nil: none
	progress ports.Progress
	preview  *ports.Preview
	head     string // of the run's own chain, over its journal
	stopped  bool   // by --limit
}
