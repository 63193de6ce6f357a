package runner

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// recordStart puts the run on record. If that does not become durable there is no run.
func (x *execution) recordStart(ctx context.Context) error {
	p, req := x.plan, x.plan.request
	x.run = ports.Run{
		ID: x.runner.opts.NewID(), Task: p.Task, Environment: req.Target.Environment,
		Actor: req.Actor, Client: req.Client, Tenant: req.Tenant, Reason: req.Reason,
		Version: x.runner.opts.Version, Delivery: p.Delivery, TaskHash: p.TaskHash,
		Input: p.Redacted, InputHash: p.InputHash, DryRun: p.DryRun, Limits: p.Limits,
		Attempt: 1, Started: x.runner.opts.Now().UTC(),
	}
	if err := x.run.Move(ports.Running); err != nil {
		return explain("start", err)
	}
	return x.stages.time("started", func() error {
		return explain("run not started", x.state.Start(ctx, x.run, x.event("task.started", map[string]any{"dryRun": p.DryRun})))
	})
}

// event is an event of the runner's own about this run.
func (x *execution) event(action string, metadata map[string]any) ports.Event {
	e := eventOf(x.run, action)
	e.Time, e.Metadata = x.runner.opts.Now().UTC(), metadata
	return e
}

// eventOf is an event that says whose run it was.
func eventOf(run ports.Run, action string) ports.Event {
	return ports.Event{
		Action: action, Run: run.ID, Task: run.Task, Environment: run.Environment,
		Actor: run.Actor, Client: run.Client, Tenant: run.Tenant, Reason: run.Reason,
	}
}

// auditRefusal notes a refusal of input or gate in the state that exists: it
// makes none, and whatever goes wrong is a warning, for the refusal stands.
func (r *Runner) auditRefusal(ctx context.Context, req Request, err error) {
	var refused *Error
	if !errors.As(err, &refused) || refused.Code != CodeInput && refused.Code != CodeGate || r.opts.State == nil {
		return
	}
	name := req.Task
	if t, err := r.find(name); err == nil {
		name = t.Name
	}
	event := ports.Event{
		Time: r.opts.Now().UTC(), Action: "task.refused", Task: name, Environment: req.Target.Environment,
		Actor: req.Actor, Client: req.Client, Tenant: req.Tenant, Reason: req.Reason,
		Metadata: map[string]any{"code": refused.Code, "violations": refusedPointers(refused.Violations)},
	}
	state, err := r.opts.State(ctx, req.Target, false)
	if errors.Is(err, ports.ErrNotFound) {
		return
	}
	if err == nil {
		err = errors.Join(state.Append(ctx, event), state.Close())
	}
	if err != nil {
		r.opts.Log.Warn("the refusal is not in the audit", "error", err)
	}
}
