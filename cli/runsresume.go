package cli

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/schema"
)

// againFlags are those of a command that goes on from a run.
type againFlags struct {
	input   *string
	inArgs  bool // --input stands on the command line
	actor   string
	confirm string
	expect  string // the database's name
	reason  string
	limits  runner.Limits
	notify  string // the variable with a webhook's URL
}

// again is a command that goes on from a run, and prints what task run prints.
type again struct {
	name, short, about string
	start              func(r *runner.Runner, ctx context.Context, id string, req runner.Request) (ports.Run, error)
	anew               bool           // it starts a run of its own
	offered            []ports.Status // the runs that it is for; none: all
}

func (c *call) runsResume(parent *flagSet) *ff.Command {
	return c.again(parent, again{
		name: "resume", short: "Take a run on after its last batch.", start: (*runner.Runner).Resume,
		about: "A batch size and what may fail stay as they were, unless they are given anew.\n" +
			"The input is the run's own; one that holds secrets, which are not kept, is given again.",
		offered: []ports.Status{runner.Interrupted, ports.Failed, ports.Stopped, ports.Cancelled, ports.TimedOut},
	})
}

func (c *call) runsRetryFailed(parent *flagSet) *ff.Command {
	return c.again(parent, again{
		name: "retry-failed", short: "Run a task over the failed items of a run.", start: (*runner.Runner).RetryFailed, anew: true,
		about: "It is a run of its own, of the same task and input, over those items and no others. A batch\n" +
			"size and what may fail are the run's, unless they are given anew.",
		offered: []ports.Status{ports.Succeeded, ports.Failed, ports.Stopped, ports.Cancelled, ports.TimedOut},
	})
}

func (c *call) again(parent *flagSet, a again) *ff.Command {
	var f againFlags
	var flags *flagSet
	cmd, flags := c.ofRun(parent, a.name, a.short, func(ctx context.Context, id string) error {
		f.inArgs = slices.Contains(flags.given, "--input")
		return c.runAgain(ctx, id, &f, a)
	}, a.offered...)
	cmd.LongHelp = a.about + "\n\n" + runOperand + "\n\n" + exitCodes
	if !a.anew {
		flags.addGate("accept-changes", "N", "Go on though the run changes more than maxChanges, up to this many changes in all.", positive(&f.limits.AcceptChanges, maxItems))
	}
	flags.add(0, "input", "JSON|@FILE|-", "The run's input again: JSON, a file that holds it, or standard input.", given(&f.input))
	addLimits(flags, &f.limits)
	c.addEnvironment(flags)
	addCaller(flags, &f.actor, &f.reason)
	addNotify(flags, &f.notify)
	addGates(flags, &f.confirm, &f.expect)
	return cmd
}

func (c *call) runAgain(ctx context.Context, id string, f *againFlags, from again) error {
	r, m, err := c.loadRunner(runner.Options{State: c.state})
	if err != nil {
		return err
	}
	target, err := c.target(m)
	if err != nil {
		return err
	}
	s, err := r.Find(ctx, target, id)
	if err != nil {
		return err
	}
	input, err := c.inputAgain(r, s.Task, f)
	if err != nil {
		return &taskError{error: err, task: s.Task}
	}
	hook, err := c.webhook(f.notify)
	if err != nil {
		return err
	}
	a := c.newAttempt(r, s.Task, target)
	a.hook = hook
	a.files.in, a.files.dir = spent{}, c.workingFolder(s.Run)
	if !from.anew {
		a.progress.before = s.Progress.Processed
	}
	req := a.watched(runner.Request{
		Input: input, Target: target, Tenant: s.Tenant, Folder: a.files.dir,
		Actor: cmp.Or(f.actor, c.env.actor), Client: c.name + "-cli", Reason: f.reason,
		Named: c.envTyped, Confirm: f.confirm, Expect: f.expect,
		Limits: f.limits, Spent: m.spent,
	})
	return a.run(s.Limits.BatchSize > 0, func() (ports.Run, error) { return from.start(a.runner, ctx, s.ID, req) })
}

// inputAgain is the input that was given again; nil: none was. One with secrets does
// not stand on the command line, where others can read it.
func (c *call) inputAgain(r *runner.Runner, task string, f *againFlags) ([]byte, error) {
	text, err := c.readInput(f.input)
	if err != nil || text == nil {
		return nil, err
	}
	if !f.inArgs || *f.input == "-" || strings.HasPrefix(*f.input, "@") {
		return text, nil
	}
	t, err := r.Describe(task)
	if err != nil {
		return nil, err
	}
	in := inputFlags{properties: properties(t.Schema.Fields(), func(string) bool { return true })}
	return text, in.exposed(text, func(text []byte) []schema.Secret { return t.Schema.Secrets(text) })
}
