package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// runsGroup are the commands over runs on record.
func (c *call) runsGroup(root *flagSet) *ff.Command {
	group := newFlagSet(c.name+" runs", root)
	group.group = true
	var failed failedFlags
	show, flags := command(group, "show", " ID", "Show a run.", func(ctx context.Context, f *flagSet) error {
		if err := failed.check(); err != nil {
			return err
		}
		id, err := oneTask(f)
		if err != nil {
			return err
		}
		r, target, run, err := c.recordedRun(ctx, id)
		if err != nil || !failed.failed {
			return err
		}
		return c.showFailed(ctx, r, target, run, failed)
	})
	failed.add(flags)
	retry, _ := command(group, "retry-failed", " ID", "Run a task over the failed items of a run.", func(ctx context.Context, f *flagSet) error {
		return c.again(ctx, f, (*runner.Runner).RetryFailed)
	})
	resume, _ := command(group, "resume", " ID", "Take a run on.", func(ctx context.Context, f *flagSet) error {
		return c.again(ctx, f, (*runner.Runner).Resume)
	})
	return &ff.Command{Name: "runs", Flags: group, Subcommands: []*ff.Command{show, retry, resume}}
}

func (c *call) recordedRun(ctx context.Context, id string) (*runner.Runner, runner.Target, ports.Run, error) {
	r, m, err := c.loadRunner(runner.Options{State: c.state, Log: c.logger(), Version: c.versionString()})
	if err != nil {
		return nil, runner.Target{}, ports.Run{}, err
	}
	target, err := c.target(m, "")
	if err != nil {
		return r, target, ports.Run{}, err
	}
	state, err := c.state(ctx, target, false)
	if err != nil {
		return r, target, ports.Run{}, err
	}
	runs, err := state.List(ctx, ports.RunFilter{Prefix: id, Limit: 1})
	if id == "last" {
		runs, err = state.List(ctx, ports.RunFilter{Limit: 1})
	}
	if err = errors.Join(err, state.Close()); err != nil || len(runs) == 0 {
		return r, target, ports.Run{}, cmp.Or[error](err, &runner.Error{Code: runner.CodeUnknownRun, Message: "no run " + id})
	}
	return r, target, runs[0], nil
}

func (c *call) again(ctx context.Context, f *flagSet, do func(*runner.Runner, context.Context, string, runner.Request) (ports.Run, error)) error {
	id, err := oneTask(f)
	if err != nil {
		return err
	}
	r, target, of, err := c.recordedRun(ctx, id)
	if err != nil {
		return err
	}
	files := &runFiles{call: c, folder: target.State}
	r = r.With(runner.Options{State: c.state, Files: files.of, Log: c.logger(), Version: c.versionString()})
	run, err := do(r, ctx, of.ID, runner.Request{Target: target, Actor: c.env.actor, Client: c.name + "-cli"})
	c.err.seal()
	files.ended(run)
	c.ran = run.ID != ""
	if err != nil {
		return &taskError{error: err, task: of.Task, run: run}
	}
	return c.printRun(run)
}
