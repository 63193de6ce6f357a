package cli

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

func (c *call) runsTune(parent *flagSet) *ff.Command {
	var actor, reason string
	var to runner.Tuning
	cmd, flags := c.ofRun(parent, "tune", "Change the pace of a run at work.", func(ctx context.Context, id string) error {
		if to.Rate == nil && to.BatchSize == 0 {
			return usageError("what is to change?", "add --rate N or --batch-size N")
		}
		return c.tuneRun(ctx, id, actor, reason, to)
	}, ports.Running)
	cmd.LongHelp = "The run takes it over between two batches, within about a second.\n\n" + runOperand
	addRate(flags, &to.Rate)
	flags.add(0, "batch-size", "N", "Items a batch from now on.", positive(&to.BatchSize, maxBatchSize))
	c.addEnvironment(flags)
	addCaller(flags, &actor, &reason)
	return cmd
}

func (c *call) tuneRun(ctx context.Context, id, actor, reason string, to runner.Tuning) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	before, err := h.Find(ctx, h.target, id)
	if err != nil {
		return err
	}
	after, err := h.Tune(ctx, before.ID, c.caller(h, actor, reason), to)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(runsTuneResult{SchemaVersion: schemaVersion, ID: after.ID, Task: after.Task, Order: describeOrder(after.Order)})
	}
	fmt.Fprintf(&c.out, "told run %s: %s\n", after.ID, tuningText(after.Order))
	return nil
}

// tuningText is what an order says of a run's pace.
func tuningText(o *ports.Order) string {
	if o == nil {
		return "" // it has been heeded by another attempt already
	}
	var rate, size string
	switch {
	case o.Rate == nil:
	case *o.Rate == 0:
		rate = "no limit of its rate"
	default:
		rate = number(*o.Rate) + " items a second at most"
	}
	if o.BatchSize > 0 {
		size = plural(o.BatchSize, "item") + " a batch"
	}
	if rate != "" && size != "" {
		return rate + ", " + size
	}
	return rate + size
}
