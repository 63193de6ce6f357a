package runner

import (
	"context"

	"github.com/beignet-go/beignet/ports"
)

// recordStart puts the run on record. If that does not become durable there is
// no run.
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
