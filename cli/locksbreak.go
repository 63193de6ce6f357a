package cli

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
)

func (c *call) locksBreak(parent *flagSet) *ff.Command {
	var actor, reason, confirmed string
	cmd, flags := command(parent, "break", " KEY", "Free a lock whose holder hangs.", func(ctx context.Context, f *flagSet) error {
		key, err := oneKey(f)
		if err != nil {
			return err
		}
		return c.breakLock(ctx, key, confirmed, actor, reason)
	})
	cmd.LongHelp = "A lock of a state on a server frees itself some seconds after its process, or its host,\n" +
		"has died. This is for a process that lives and hangs: it can commit nothing once\n" +
		"another run has done a batch under the lock. End the process first, if you can."
	flags.addGate("confirm", "KEY", "The lock's name again.", text(&confirmed))
	c.addEnvironment(flags)
	addCaller(flags, &actor, &reason)
	return cmd
}

func oneKey(f *flagSet) (string, error) {
	switch args := f.GetArgs(); {
	case len(args) == 1 && args[0] != "":
		return args[0], nil
	case len(args) > 1:
		return "", unexpected(args[1], f)
	}
	return "", usageError("which lock?", "add its name: "+f.GetName()+" KEY")
}

func (c *call) breakLock(ctx context.Context, key, confirmed, actor, reason string) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	l, err := h.BreakLock(ctx, c.caller(h, actor, reason), key, confirmed)
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(locksBreakResult{SchemaVersion: schemaVersion, Broken: describeLock(l)})
	}
	fmt.Fprintf(&c.out, "broke %s, which run %s of %s held\n", term.Escape(l.Key), term.Escape(l.Run), term.Escape(l.Task))
	return nil
}
