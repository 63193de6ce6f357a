package runner

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// Resume takes a run on after its last committed batch, as its next attempt. The
// request's task is the run's own; an input that is given must be the run's, and
// limits that are left out stay as they were.
//
// It refuses a run that another process is at, and one whose input, task or data
// files are not what they were. A one-shot is not run again: one that was
// interrupted is settled by what it has committed.
func (r *Runner) Resume(ctx context.Context, id string, req Request) (ports.Run, error) {
	x := r.execution(&Plan{request: req})
	if err := x.openState(ctx, toLook); err != nil {
		return ports.Run{}, unknownWithoutState(id, err)
	}
	defer x.closeState()
	run, err := x.recorded(ctx, id)
	if err != nil {
		return ports.Run{}, err
	}
	if err := x.replan(run, req, resumable); err != nil {
		r.AuditRefusal(ctx, req, err)
		return ports.Run{}, err
	}
	if err := x.meets(ctx); err != nil {
		return ports.Run{}, err
	}
	if err := x.lock(ctx, id); err != nil {
		return ports.Run{}, err
	}
	opened, err := x.openToResume(ctx, id)
	if err != nil {
		x.close(ctx, opened, err)
		x.unlock(err)
		return ports.Run{}, err
	}
	return x.execute(ctx, opened, nil)
}

func unknownWithoutState(id string, err error) error {
	if errors.Is(err, ports.ErrNotFound) {
		return &Error{Code: CodeUnknownRun, Message: "no run " + id + ": there is no state", Err: err}
	}
	return err
}

func (x *execution) recorded(ctx context.Context, id string) (ports.Run, error) {
	run, err := x.state.Run(ctx, id)
	if errors.Is(err, ports.ErrNotFound) {
		return ports.Run{}, &Error{Code: CodeUnknownRun, Message: "no run " + id, Err: err}
	}
	return run, explain("run "+id, err)
}

// openToResume opens the app and puts the next attempt on record. The run's lock is
// held, so that nothing changes the record meanwhile, and whatever is refused leaves
// it as it is.
func (x *execution) openToResume(ctx context.Context, id string) (opened app, err error) {
	if x.run, err = x.recorded(ctx, id); err != nil {
		return opened, err
	}
	if err := resumable(x.run, x.plan); err != nil {
		return opened, err
	}
	x.equip()
	if opened, err = x.open(ctx, true); err != nil {
		return opened, x.end(err)
	}
	if err := x.goesOn(ctx, opened); err != nil {
		return opened, x.end(err)
	}
	return opened, x.recordResume(ctx, x.plan.request)
}

// goesOn refuses to read on in files that have changed. A run that is done reads
// nothing more. A one-shot in a transaction is done or has done nothing, whatever its
// record says: a reply may have been lost, or the run buried, after its commit. A batch of
// a holder that stands still may be open, until its server ends it: it is waited for.
func (x *execution) goesOn(ctx context.Context, opened app) error {
	var saved ports.Checkpoint
	err := x.patiently(ctx, func() (err error) {
		saved, err = x.checkpoints(opened).Checkpoint(ctx, x.run.ID)
		return err
	})
	if x.plan.task.handler.batches == nil && errors.Is(err, ports.ErrNotFound) {
		return &Error{
			Code: CodeNotResumable, Message: "run " + x.run.ID + " ended before its transaction committed: nothing was written",
			Hint: "start a new run", Err: err,
		}
	}
	if errors.Is(err, ports.ErrNotFound) {
		return x.hasInput()
	}
	if err != nil {
		return err
	}
	at, err := load(saved)
	if err != nil {
		return err
	}
	x.catchUp(saved, at)
	if saved.Done {
		return nil
	}
	x.files.expect(at.Inputs)
	return x.files.unchanged()
}

// catchUp brings the record, which may lag by a second, up to the checkpoint of the
// attempt before: the next attempt is put on record with it.
func (x *execution) catchUp(saved ports.Checkpoint, at position) {
	batches := saved.Batch
	if saved.Done {
		batches-- // the last one was empty, or is a one-shot's
	}
	if batches > x.run.Progress.Batches {
		x.run.Progress = ports.Progress{
			Batches: batches, Processed: at.Processed, Failed: at.Failed, Changed: at.Changed, Total: x.run.Progress.Total,
		}
	}
}

// replan plans a run's next attempt, or another run over its items, and refuses what
// cannot go on, by allowed, or would not be the same work.
func (x *execution) replan(run ports.Run, req Request, allowed func(ports.Run, *Plan) error) (err error) {
	opening := x.stages.done
	own := req.Input == nil
	req.Task = run.Task
	if own {
		req.Input = run.Input
	}
	req.Limits = inherit(req.Limits, ordered(run))
	x.plan, err = x.runner.Plan(req)
	if own && err != nil && x.runner.keptBack(run) {
		return withoutSecrets(run) // and not what is wrong with what stands in their place
	}
	if err != nil {
		return err
	}
	x.stages.done = slices.Concat(x.plan.stages, opening)
	if err := allowed(run, x.plan); err != nil {
		return err
	}
	if own && x.plan.task.handler.batches != nil && x.runner.keptBack(run) {
		return withoutSecrets(run)
	}
	if refused := x.plan.gate(); refused != nil {
		return refused
	}
	return nil
}

// keptBack reports whether the input of a run held secrets, so that its record has not
// all of it.
func (r *Runner) keptBack(run ports.Run) bool {
	found, err := r.find(run.Task)
	if err != nil {
		return false
	}
	t, err := r.prove(found)
	return err == nil && len(t.input.Secrets(run.Input)) > 0
}

func withoutSecrets(run ports.Run) error {
	return &Error{Code: CodeUsage, Message: "the input of run " + run.ID + " holds secrets, which are not kept", Hint: "give the input again"}
}

// ordered are a run's limits with the order that was left for its pace: the process that
// was at it may have ended before it came to that.
func ordered(run ports.Run) ports.Limits {
	l := run.Limits
	if run.Order != nil {
		if run.Order.Rate != nil {
			l.Rate = *run.Order.Rate
		}
		l.BatchSize = cmp.Or(run.Order.BatchSize, l.BatchSize)
	}
	return l
}

// inherit fills in what a resuming caller leaves out with what the run had.
func inherit(asked Limits, had ports.Limits) Limits {
	if had.BatchSize == 0 { // of a one-shot
		return asked
	}
	asked.BatchSize = cmp.Or(asked.BatchSize, had.BatchSize)
	asked.AcceptChanges = cmp.Or(asked.AcceptChanges, had.AcceptChanges)
	if asked.Rate == nil {
		asked.Rate = &had.Rate
	}
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
	case p.task.handler.batches == nil && !p.task.handler.tx:
		return &Error{Code: CodeNotResumable, Message: run.Task + " is a one-shot: it has no batch to go on from", Hint: "start a new run"}
	}
	return sameWork(run, p)
}

// sameWork refuses to go on with a run that the plan would not make.
func sameWork(run ports.Run, p *Plan) error {
	switch {
	case run.Database != p.request.Target.database():
		return &Error{Code: CodeConfig, Message: fmt.Sprintf("run %s is of the database %q", run.ID, run.Database), Hint: "resume it on that one"}
	case run.TaskHash != p.TaskHash:
		return &Error{Code: CodeConfig, Message: fmt.Sprintf("task %s is not what it was when run %s started: its %s has changed", run.Task, run.ID, changedParts(run.TaskHash, p.TaskHash)), Hint: "start a new run, or resume with the binary and manifest that started it"}
	case run.InputHash != p.InputHash:
		return &Error{Code: CodeConfig, Message: "the input is not that of run " + run.ID + changedMembers(run.Input, p.Redacted), Hint: "leave the input out, or start a new run"}
	}
	return nil
}

// changedMembers says in which members two inputs differ, and nothing of their
// values.
func changedMembers(then, now []byte) string {
	var before, after map[string]jsontext.Value
	if restore(then, &before) != nil || restore(now, &after) != nil {
		return ""
	}
	var changed []string
	for name := range before {
		if _, both := after[name]; !both {
			changed = append(changed, "/"+name)
		}
	}
	for name, value := range after {
		if !bytes.Equal(before[name], value) {
			changed = append(changed, "/"+name)
		}
	}
	if len(changed) == 0 {
		return ""
	}
	slices.Sort(changed)
	return ": it differs at " + strings.Join(changed, ", ")
}

// recordResume puts the next attempt on record, and who asked for it.
func (x *execution) recordResume(ctx context.Context, req Request) error {
	from := x.run.Mark()
	if err := x.run.Move(ports.Running); err != nil {
		return explain("resume", err)
	}
	x.run.Attempt++
	x.run.Ended, x.run.Failure = nil, nil
	x.run.Limits, x.run.Version, x.run.Trace = x.plan.Limits, x.runner.opts.Version, req.Trace
	metadata := map[string]any{"attempt": x.run.Attempt, "version": x.run.Version}
	if req.Limits.AcceptChanges > 0 {
		metadata["acceptChanges"] = req.Limits.AcceptChanges
	}
	event := x.event("task.resumed", metadata)
	event.Actor, event.Client, event.Reason = req.Actor, req.Client, req.Reason
	err := x.stages.time("started", func() error { return x.state.Update(ctx, x.run, from, event) })
	if errors.Is(err, ports.ErrStale) {
		return &Error{Code: CodeLocked, Message: "another process has just resumed run " + x.run.ID, Hint: "let it end", Err: err}
	}
	if err == nil {
		x.run.Order = nil // it was the earlier attempt's; one that has come meanwhile stays on record
	}
	return explain("run not resumed", err)
}
