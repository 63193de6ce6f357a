package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/runner"
)

func (c *call) runsPrune(parent *flagSet) *ff.Command {
	var actor, reason string
	var olderThan time.Duration
	var dryRun bool
	cmd, flags := command(parent, "prune", "", "Remove the records of runs that ended long ago.", func(ctx context.Context, f *flagSet) error {
		if err := noArguments(f); err != nil {
			return err
		}
		if olderThan == 0 {
			return usageError("how old is old?", "add --older-than 90d")
		}
		return c.pruneRuns(ctx, olderThan, dryRun, actor, reason)
	})
	cmd.LongHelp = "A run's record and log go, and in its database its checkpoint and its journal of failed\n" +
		"items. The audit stays. A run that was interrupted has not ended: resume it or cancel it."
	flags.add(0, "older-than", "AGE", "What ended so long ago, such as "+someAges+". Required.", age(&olderThan))
	flags.add(0, "dry-run", "", "Say what would go, and remove nothing.", on(&dryRun))
	c.addEnvironment(flags)
	addCaller(flags, &actor, &reason)
	return cmd
}

func (c *call) pruneRuns(ctx context.Context, olderThan time.Duration, dryRun bool, actor, reason string) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	before := c.began.Add(-olderThan)
	var pruned runner.Pruned
	if dryRun {
		pruned, err = h.Prunable(ctx, h.target, before)
	} else {
		pruned, err = h.Prune(ctx, c.caller(h, actor, reason), before)
		for _, id := range pruned.Runs {
			c.dropSpool(h.target, id)
		}
	}
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(runsPruneResult{
			SchemaVersion: schemaVersion, DryRun: dryRun, Before: stamp(before), Pruned: append([]string{}, pruned.Runs...),
			Kept: keptResult{pruned.Going, pruned.Needed, pruned.Elsewhere},
		})
	}
	did := "removed "
	if dryRun {
		did = "would remove "
	}
	fmt.Fprintln(&c.out, did+plural(len(pruned.Runs), "run"))
	for _, kept := range []struct {
		n   int
		why string
	}{
		{pruned.Going, "not ended"},
		{pruned.Needed, "another run of its line stays, by retry-failed"},
		{pruned.Elsewhere, "of another database: name it in " + c.env.prefix + "DATABASE"},
	} {
		if kept.n > 0 {
			fmt.Fprintf(&c.out, "kept %s: %s\n", plural(kept.n, "run"), kept.why)
		}
	}
	return nil
}

// dropSpool removes what a run has kept of standard input.
func (c *call) dropSpool(t runner.Target, id string) {
	if err := dropSpool(spoolOf(t.State, id)); err != nil {
		c.warn("standard input of run " + id + " is kept: " + err.Error())
	}
}
