package runner

import (
	"context"

	"github.com/beignet-go/beignet/ports"
)

// recordStart puts the run on record. If that does not become durable there is
// no run.
func (x *execution) recordStart(ctx context.Context) error {
	x.run = x.plan.run()
	x.run.ID, x.run.Version = x.runner.opts.NewID(), x.runner.opts.Version
	x.run.Attempt, x.run.Started = 1, x.runner.opts.Now().UTC()
	if err := x.run.Move(ports.Running); err != nil {
		return explain("start", err)
	}
	return x.stages.time("started", func() error {
		return explain("run not started", x.state.Start(ctx, x.run, x.event("task.started", map[string]any{"dryRun": x.run.DryRun})))
	})
}

// run is what a plan says of its run.
func (p *Plan) run() ports.Run {
	req := p.request
	return ports.Run{
		Task: p.Task, Environment: req.Target.Environment,
		Actor: req.Actor, Client: req.Client, Tenant: req.Tenant, Reason: req.Reason,
		Delivery: p.Delivery, TaskHash: p.TaskHash,
		Input: p.Redacted, InputHash: p.InputHash, DryRun: p.DryRun, Limits: p.Limits,
	}
}
