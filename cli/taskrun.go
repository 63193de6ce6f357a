package cli

import (
	"cmp"
	"context"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
)

// runFlags are the flags of task run.
type runFlags struct {
	input       *string
	environment string
	actor       string
	tenant      string
	reason      string
	preview     string
	limits      runner.Limits
}

func (c *call) taskRun(parent *flagSet) *ff.Command {
	var f runFlags
	cmd, flags := command(parent, "run", " NAME", "Run a task.", func(ctx context.Context, parsed *flagSet) error {
		name, err := oneTask(parsed)
		if err != nil {
			return err
		}
		return c.runTask(ctx, name, f)
	})
	cmd.LongHelp = "Exit codes: 0 done, 1 the task failed, 64 usage, 65 input or data refused, 66 a file\n" +
		"cannot be read, 69 the database is down, 70 a bug, 74 the disk, 75 locked, 77 not\n" +
		"allowed here, 78 configuration, 124 timeout."
	flags.add(0, "input", "JSON|@FILE|-", "The task's input: JSON, a file that holds it, or standard input.", given(&f.input))
	flags.add(0, "batch-size", "N", "Items a batch, instead of the task's own.", positive(&f.limits.BatchSize, maxBatchSize))
	flags.add(0, "limit", "N", "Stop after this many items.", positive(&f.limits.Items, maxItems))
	flags.add(0, "on-error", "stop|skip", "What becomes of the run when an item fails.",
		choice(&f.limits.OnError, manifest.OnErrorStop, manifest.OnErrorSkip))
	flags.add(0, "max-failures", "N|N%", "How many items may fail before a run that skips them stops.", failures(&f.limits.MaxFailures))
	flags.add(0, "preview", "all", "Let a dry run do every batch, not the first 20.", choice(&f.preview, "all"))
	flags.add(0, "timeout", "DURATION", "End the run after this long, such as 90s; it can only shorten the task's own.",
		duration(&f.limits.Timeout))
	flags.add(0, "env", "NAME", "The environment to run in; local is the default.", text(&f.environment))
	flags.add(0, "tenant", "NAME", "The tenant to run for.", text(&f.tenant))
	flags.add(0, "actor", "NAME", "On whose behalf; else the CI system's user, else this system's.", text(&f.actor))
	flags.add(0, "reason", "TEXT", "Why, for the record.", text(&f.reason))
	return cmd
}

const (
	maxBatchSize = 100_000
	maxItems     = 1 << 53
)

// runTask runs a task to its end and makes its outcome the result.
func (c *call) runTask(ctx context.Context, name string, f runFlags) error {
	log := c.logger()
	files := &runFiles{call: c}
	r, m, err := c.loadRunner(runner.Options{State: c.state, Files: files.of, Log: log, Version: c.versionString()})
	if err != nil {
		return &taskError{error: err, task: name}
	}
	task, ok := m.manifest.Task(name)
	if !ok {
		_, err := r.Describe(name) // it suggests a name
		return &taskError{error: err, task: name}
	}
	if task.Deprecated != "" {
		c.warn(task.Name + " is deprecated: " + task.Deprecated)
	}
	req, err := c.request(m, task.Name, f)
	if err != nil {
		return &taskError{error: err, task: task.Name}
	}
	files.folder = req.Target.State
	req.Observe = c.newProgress(task.Name, log).observe
	run, err := r.Run(ctx, req)
	c.err.seal()
	files.ended(run)
	c.ran, c.taken = run.ID != "", files.wrote.Load()
	if err != nil {
		return &taskError{error: err, task: task.Name, run: run}
	}
	return c.printRun(run)
}

// request is what the flags ask for.
func (c *call) request(m module, task string, f runFlags) (runner.Request, error) {
	target, err := c.target(m, f.environment)
	if err != nil {
		return runner.Request{}, err
	}
	input, err := c.readInput(f.input)
	if err != nil {
		return runner.Request{}, err
	}
	f.limits.PreviewAll = f.preview == "all"
	return runner.Request{
		Task: task, Input: input, Target: target,
		Actor: cmp.Or(f.actor, c.env.actor), Client: c.name + "-cli", Tenant: f.tenant, Reason: f.reason,
		Limits: f.limits, Spent: m.spent,
	}, nil
}
