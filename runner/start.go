package runner

import (
	"context"
	"slices"

	"github.com/beignet-go/beignet/ports"
)

// recordStart puts the run on record. If that does not become durable there is
// no run.
func (x *execution) recordStart(ctx context.Context, id string) error {
	x.run = x.plan.run()
	x.run.ID, x.run.Version = id, x.runner.opts.Version
	x.run.Attempt, x.run.Started = 1, x.runner.opts.Now().UTC()
	if err := x.run.Move(ports.Running); err != nil {
		return explain("start", err)
	}
	return x.stages.time("started", func() (err error) {
		if x.run.Supersedes, err = x.superseded(ctx); err != nil {
			return explain("run not started", err)
		}
		return explain("run not started", x.state.Start(ctx, x.run, x.startEvent()))
	})
}

func (x *execution) startEvent() ports.Event {
	metadata := map[string]any{"dryRun": x.run.DryRun, "version": x.run.Version}
	if x.run.Supersedes != "" {
		metadata["supersedes"] = x.run.Supersedes
	}
	if x.run.Parent != "" {
		metadata["parent"] = x.run.Parent
	}
	return x.event("task.started", metadata)
}

// superseded is the latest interrupted run of the same task and input, which could
// be resumed instead; "" where there is none.
func (x *execution) superseded(ctx context.Context) (string, error) {
	if x.run.DryRun || x.run.Parent != "" || x.plan.task.handler.batches == nil {
		return "", nil
	}
	running, err := x.state.List(ctx, ports.RunFilter{Task: x.run.Task, Status: ports.Running})
	running = slices.DeleteFunc(running, func(r ports.Run) bool {
		return r.DryRun || r.Parent != "" || r.InputHash != x.run.InputHash || r.Tenant != x.run.Tenant
	})
	if err != nil || len(running) == 0 {
		return "", err
	}
	stand, err := x.runner.standings(ctx, x.state, running)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(stand, func(s Standing) bool { return s.Interrupted }); i >= 0 {
		return stand[i].ID, nil
	}
	return "", nil
}

// warnOfSuperseded says that there was a run to go on with.
func (x *execution) warnOfSuperseded() {
	if id := x.run.Supersedes; id != "" && x.run.Attempt == 1 {
		x.log.Warn("a run of the same input was interrupted, and this one starts anew", "interrupted", id,
			"resume", x.command("runs resume "+id))
	}
}

// run is what a plan says of its run.
func (p *Plan) run() ports.Run {
	req := p.request
	run := ports.Run{
		Task: p.Task, Environment: req.Target.Environment, Database: req.Target.database(), Folder: req.Folder,
		Actor: req.Actor, Client: req.Client, Tenant: req.Tenant, Reason: req.Reason, Trace: req.Trace,
		Delivery: p.Delivery, TaskHash: p.TaskHash,
		Input: p.Redacted, InputHash: p.InputHash, DryRun: p.DryRun, Limits: p.Limits,
	}
	if of := p.descent; of != nil {
		run.Parent, run.Root, run.Inputs = of.parent, of.root, of.inputs
		run.Progress.Total = &of.items
	}
	return run
}
