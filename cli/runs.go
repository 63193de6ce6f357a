package cli

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

func (c *call) runsCommands(root *flagSet) *ff.Command {
	runs := newFlagSet(root.GetName()+" runs", root)
	runs.group = true
	return &ff.Command{
		Name: "runs", Flags: runs,
		Subcommands: []*ff.Command{
			c.runsList(runs), c.runsShow(runs), c.runsResume(runs), c.runsRetryFailed(runs), c.runsCancel(runs), c.runsTune(runs), c.runsWait(runs), c.runsPrune(runs),
		},
	}
}

// history is what is on record at a target.
type history struct {
	*runner.Runner
	target runner.Target
	module module
}

// history looks at the records of an environment. A manifest with mistakes does not
// hide them, nor keep a run from being cancelled.
func (c *call) history() (history, error) {
	m := c.findModule()
	target, err := c.target(m)
	if err != nil {
		return history{}, err
	}
	r, _ := runner.New(m.manifest, c.handlers(), runner.Options{State: c.state, Log: c.logger(), Version: c.versionString()})
	return history{r, target, m}, nil
}

// caller is a request of whoever calls, at the target.
func (c *call) caller(h history, actor, reason string) runner.Request {
	return runner.Request{
		Target: h.target, Named: c.envTyped, Actor: cmp.Or(actor, c.env.actor), Client: c.name + "-cli", Reason: reason,
	}
}

// addEnvironment adds the flag that says where to look.
func (c *call) addEnvironment(flags *flagSet) {
	flags.add(0, "env", "NAME", "The environment whose runs are meant; local is the default.", text(&c.envName))
}

const runOperand = "An ID may be shortened for as long as no other run's begins like it, and last is the\nlatest run."

// oneRun returns the argument of a command that takes a run.
func oneRun(f *flagSet) (string, error) {
	switch args := f.GetArgs(); {
	case len(args) == 1 && args[0] != "":
		return args[0], nil
	case len(args) > 1:
		return "", unexpected(args[1], f)
	}
	return "", usageError("which run?", "add its ID, the beginning of one, or last: "+f.GetName()+" ID")
}

// ofRun makes a command that takes a run.
func (c *call) ofRun(parent *flagSet, name, short string, exec func(ctx context.Context, id string) error, offered ...ports.Status) (*ff.Command, *flagSet) {
	cmd, flags := command(parent, name, " ID", short, func(ctx context.Context, f *flagSet) error {
		id, err := oneRun(f)
		if err != nil {
			return err
		}
		return exec(ctx, id)
	})
	cmd.LongHelp = runOperand
	flags.operands = func() []candidate { return c.latestRuns(offered) }
	return cmd, flags
}

// offeredRuns is how many runs completion offers.
const offeredRuns = 10

// latestRuns are the latest runs of the statuses that a command is for, for completion,
// which has nobody to tell of an error.
func (c *call) latestRuns(statuses []ports.Status) []candidate {
	h, err := c.history()
	if err != nil {
		return nil
	}
	h.Runner = h.With(runner.Options{State: c.state}) // no log either
	runs, err := h.History(context.Background(), h.target, ports.RunFilter{Limit: 10 * offeredRuns})
	if err != nil {
		return nil
	}
	var all []candidate
	for _, s := range runs {
		if len(statuses) > 0 && !slices.Contains(statuses, ports.Status(s.Status())) || len(all) == offeredRuns {
			continue
		}
		all = append(all, candidate{s.ID, s.Task + ", " + s.Status() + ", " + ago(c.began.Sub(s.Started))})
	}
	return all
}

// status is how a run stands, in a column of a width, in the colour of its urgency.
func status(tty term.Terminal, s runner.Standing, width int) string {
	word := term.Pad(statusText(s), width)
	switch ports.Status(s.Status()) {
	case ports.Failed, ports.TimedOut, runner.Interrupted:
		return tty.Red(word)
	case ports.Stopped, ports.Cancelled:
		return tty.Yellow(word)
	case ports.Running:
		return tty.Cyan(word)
	default:
		return word
	}
}

func statusText(s runner.Standing) string {
	if s.DryRun {
		return s.Status() + " (dry run)"
	}
	return s.Status()
}

// took is how long a run has taken, from its first start to its latest end; "": it is
// not known.
func took(s runner.Standing, now time.Time) string {
	switch {
	case s.Ended != nil:
		return seconds(s.Ended.Sub(s.Started))
	case s.At():
		return seconds(now.Sub(s.Started))
	}
	return ""
}

// items are what a run has done of them; "": it has none.
func items(p ports.Progress) string {
	if p.Processed == 0 && p.Total == nil {
		return ""
	}
	text := number(p.Processed)
	if p.Total != nil && *p.Total != p.Processed {
		text += " of " + number(*p.Total)
	}
	if p.Failed > 0 {
		text += ", " + number(p.Failed) + " failed"
	}
	return text
}
