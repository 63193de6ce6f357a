package cli

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

func (c *call) runsCancel(parent *flagSet) *ff.Command {
	var actor, reason string
	cmd, flags := c.ofRun(parent, "cancel", "Ask a run to stop after its batch.", func(ctx context.Context, id string) error {
		return c.cancelRun(ctx, id, actor, reason)
	}, ports.Running, runner.Interrupted)
	c.addEnvironment(flags)
	addCaller(flags, &actor, &reason)
	return cmd
}

func (c *call) cancelRun(ctx context.Context, id, actor, reason string) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	before, err := h.Find(ctx, h.target, id)
	if err != nil {
		return err
	}
	after, err := h.Cancel(ctx, before.ID, c.caller(h, actor, reason))
	if err != nil {
		return err
	}
	effect := cancelNone
	switch {
	case after.At():
		effect = cancelAsked
	case before.Interrupted && after.Run.Status == ports.Cancelled:
		effect = cancelEnded
	}
	if c.json {
		return c.printJSON(runsCancelResult{
			SchemaVersion: schemaVersion, ID: after.ID, Task: after.Task, Effect: effect,
			Status: ports.Status(after.Status()), Resume: c.resume(after),
		})
	}
	switch effect {
	case cancelAsked:
		stop := "to stop"
		if after.Limits.BatchSize > 0 {
			stop = "to stop after its batch"
		}
		fmt.Fprintf(&c.out, "asked run %s %s; %s\n", after.ID, stop, runner.InEnvironment(c.name+" runs wait "+after.ID, after.Environment))
		return nil
	case cancelEnded:
		fmt.Fprintf(&c.out, "cancelled run %s, which was interrupted\n", after.ID)
	default:
		fmt.Fprintf(&c.out, "run %s has ended already: %s\n", after.ID, after.Status())
	}
	if on := wayOn(after.Run, c.resume(after), ""); on != "" {
		fmt.Fprintf(&c.out, "%s %s\n", c.tty.Dim("hint:"), on)
	}
	return nil
}
