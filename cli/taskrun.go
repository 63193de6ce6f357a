package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// runFlags are the flags of task run.
type runFlags struct {
	task    namedTask
	input   *string
	inArgs  bool // --input stands on the command line, where others can read it
	noInput bool
	actor   string
	tenant  string
	reason  string
	confirm string
	expect  string // the database's name
	preview string
	diff    bool // show every change that a dry run keeps
	limits  runner.Limits
	notify  string // the variable with a webhook's URL
}

func (c *call) taskRun(parent *flagSet) *ff.Command {
	var f runFlags
	cmd, flags := command(parent, "run", " NAME", "Run a task.", func(ctx context.Context, parsed *flagSet) error {
		if _, err := oneTask(parsed); err != nil {
			return err
		}
		f.inArgs = slices.Contains(parsed.given, "--input")
		return c.runTask(ctx, &f)
	})
	flags.operands = c.tasks
	flags.expand = func(name string, rest []string) error {
		err := c.findTask(&f.task, name, rest, flags)
		if err != nil {
			return &taskError{error: err, task: name}
		}
		cmd.Usage, cmd.ShortHelp = flags.GetName()+" "+f.task.Name, f.task.Task.Description
		flags.inputs = f.task.input.properties
		f.task.input.add(flags)
		return nil
	}
	cmd.LongHelp = exitCodes
	flags.add(0, "input", "JSON|@FILE|-", "The task's input: JSON, a file that holds it, or standard input.", given(&f.input))
	flags.add(0, "no-input", "", "Never ask: what is missing is refused.", on(&f.noInput))
	addLimits(flags, &f.limits)
	flags.add(0, "preview", "all", "Let a dry run do every batch, not the first 20.", choice(&f.preview, "all"))
	flags.add(0, "diff", "", "Show more of what a dry run would have changed.", on(&f.diff))
	flags.add(0, "env", "NAME", "The environment to run in; local is the default.", text(&c.envName))
	flags.add(0, "tenant", "NAME", "The tenant to run for.", text(&f.tenant))
	addCaller(flags, &f.actor, &f.reason)
	addNotify(flags, &f.notify)
	addGates(flags, &f.confirm, &f.expect)
	return cmd
}

// exitCodes are those of what runs a task.
const exitCodes = "Exit codes: 0 done, 1 the task failed, 4 cancelled, 64 usage, 65 input or data refused,\n" +
	"66 a file cannot be read, 69 the database is down, 70 a bug, 74 the disk, 75 locked, 77\n" +
	"not allowed here, 78 configuration, 124 timeout, 130 or 143 stopped by a signal."

// addLimits adds the flags that bound a run instead of its manifest.
func addLimits(flags *flagSet, l *runner.Limits) {
	flags.add(0, "batch-size", "N", "Items a batch, instead of the task's own.", positive(&l.BatchSize, maxBatchSize))
	addRate(flags, &l.Rate)
	flags.add(0, "limit", "N", "Stop after this many items.", positive(&l.Items, maxItems))
	flags.add(0, "on-error", "stop|skip", "What becomes of the run when an item fails.",
		choice(&l.OnError, manifest.OnErrorStop, manifest.OnErrorSkip))
	flags.add(0, "max-failures", "N|N%", "How many items may fail before a run that skips them stops.", failures(&l.MaxFailures))
	flags.add(0, "timeout", "DURATION", "End the run after this long, such as 90s; it can only shorten the task's own.",
		duration(&l.Timeout))
}

func addRate(flags *flagSet, p **int64) {
	flags.add(0, "rate", "N", "Items a second at most; 0 lifts the limit.", rate(p))
}

// addCaller adds the flags that say who asks, and why.
func addCaller(flags *flagSet, actor, reason *string) {
	flags.add(0, "actor", "NAME", "On whose behalf; else the CI system's user, else this system's.", text(actor))
	flags.add(0, "reason", "TEXT", "Why, for the record.", text(reason))
}

// addGates adds the flags that a protected environment asks for.
func addGates(flags *flagSet, confirm, expect *string) {
	flags.addGate("confirm", "TASK", "The task's name again: what destroys in a protected environment wants it.", text(confirm))
	addExpected(flags, expect)
}

// addExpected adds the flag that refuses another database.
func addExpected(flags *flagSet, expect *string) {
	flags.addGate("expect-database", "NAME", "The name that the database must have; another is refused before anything is written.", text(expect))
}

const (
	maxBatchSize = 100_000
	maxItems     = 1 << 53
)

// runTask runs a task to its end and makes its outcome the result.
func (c *call) runTask(ctx context.Context, f *runFlags) error {
	task := &f.task
	if task.Deprecated != "" {
		c.warn(task.Name + " is deprecated: " + task.Deprecated)
	}
	hook, err := c.webhook(f.notify)
	if err != nil {
		return &taskError{error: err, task: task.Name}
	}
	req, err := c.request(f)
	if err != nil {
		return &taskError{error: err, task: task.Name}
	}
	a := c.newAttempt(task.runner, task.Name, req.Target)
	a.hook = hook
	plan, err := c.plan(ctx, a.runner, f, a.watched(req))
	if err != nil {
		return &taskError{error: err, task: task.Name}
	}
	if err := f.checkDiff(plan); err != nil {
		return &taskError{error: err, task: task.Name}
	}
	return a.run(plan.Limits.BatchSize > 0, func() (ports.Run, error) { return a.runner.Start(ctx, plan) })
}

// request is what the flags ask for.
func (c *call) request(f *runFlags) (runner.Request, error) {
	target, err := c.target(f.task.module)
	if err != nil {
		return runner.Request{}, err
	}
	input, err := c.runInput(f)
	if err != nil {
		return runner.Request{}, err
	}
	f.limits.PreviewAll = f.preview == "all"
	samples := 0
	if c.diff = f.diff; f.diff {
		samples = diffSamples
	}
	return runner.Request{
		Task: f.task.Name, Input: input, Target: target, Folder: c.std.Dir,
		Actor: cmp.Or(f.actor, c.env.actor), Client: c.name + "-cli", Tenant: f.tenant, Reason: f.reason,
		Named: c.envTyped, Confirm: f.confirm, Expect: f.expect,
		Limits: f.limits, Samples: samples, Spent: f.task.module.spent,
	}, nil
}

// runInput is the input as JSON: --input with what flags and variables give besides.
func (c *call) runInput(f *runFlags) ([]byte, error) {
	text, err := c.readInput(f.input)
	if err != nil {
		return nil, err
	}
	shown := text
	if !f.inArgs || strings.HasPrefix(*f.input, "@") || *f.input == "-" {
		shown = nil
	}
	if err := f.task.input.exposed(shown, f.task.Schema.Secrets); err != nil {
		return nil, err
	}
	if err := f.task.input.fromVariables(c.env, text); err != nil {
		return nil, err
	}
	merged, err := f.task.input.merge(text)
	if err == nil && f.input != nil && *f.input == "-" {
		err = f.task.input.stdinTwice(merged)
	}
	return merged, err
}
