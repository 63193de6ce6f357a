package runner

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"

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
	if refused := p.gate(); refused != nil {
		r.AuditRefusal(ctx, p.request, refused)
		return ports.Run{}, refused
	}
	x := r.execution(p)
	if err := x.meets(ctx); err != nil {
		return ports.Run{}, err
	}
	if err := x.openState(ctx, toRun); err != nil {
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
	mask   secrets // of the input: all that leaves the run goes through it
	audit  *recorder
	files  *runFiles
	copied copier
	waits  waited

	atBatch atomic.Int64 // the latest batch that was tried; 0: none
}

func (r *Runner) execution(p *Plan) *execution {
	return &execution{runner: r, plan: p, stages: stages{now: r.opts.Now, done: slices.Clone(p.stages)}}
}

func (x *execution) openState(ctx context.Context, as access) error {
	return x.stages.time("state", func() (err error) {
		if x.state, err = x.runner.openState(ctx, x.plan.request.Target, as); err != nil {
			x.runner.AuditRefusal(ctx, x.plan.request, err)
			return explain("state", err)
		}
		return nil
	})
}

func (x *execution) closeState() { x.runner.closeState(x.state) }

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
	x.mask = x.plan.secrets
	x.tail = newTail(x.run.Log)
	x.log = x.mask.log(logInto(x.tail, x.runner.opts.Log, x.run, &x.atBatch))
	x.waits = waitedBefore(x.run.Waits)
	x.audit = &recorder{now: x.runner.opts.Now, of: eventOf(x.run), mask: x.mask}
	x.files = newRunFiles(x.runner.opts.Files, x.run, x.log, x.mask)
}

// open opens the app, with what it is lent for this run and what its task needs.
func (x *execution) open(ctx context.Context, create bool) (opened app, err error) {
	err = x.stages.time("open", func() error {
		opened, err = x.openApp(ctx, create && !x.plan.rules.Protected)
		return err
	})
	if err == nil && opened.Probe == nil && x.plan.task.Throttle.Probe.Query != "" {
		return opened, &Error{
			Code: CodeConfig, Message: x.run.Task + " has a probe, and the app was opened without what answers it",
			Hint: "set Probe of Opened, or take the probe out of the task's throttle",
		}
	}
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
		Reason: x.run.Reason, Trace: x.run.Trace, Environment: x.run.Environment, Database: x.plan.request.Target.Database,
		Expect: x.runner.expected(x.plan.request), DryRun: x.run.DryRun,
		Log: x.log, Audit: x.audit, Files: x.files, Now: x.runner.opts.Now,
	}
}

// result is what a handler stage has come to.
type result struct {
	output   []byte // JSON; nil: none
	progress ports.Progress
	preview  *ports.Preview
	head     string        // of the run's own chain, over its journal
	seq      int64         // of an entry up to which the journal is known to be there; 0: unknown
	stopped  bool          // by --limit
	limits   *ports.Limits // as they are by now; nil: as they are on record
	waits    []ports.Wait
}

// pace is what has become of a run's limits, and what all its attempts have waited for.
func (r result) pace(run ports.Run) (ports.Limits, []ports.Wait) {
	limits, waits := run.Limits, run.Waits
	if r.limits != nil {
		limits, waits = *r.limits, r.waits
	}
	return limits, waits
}
