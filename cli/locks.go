package cli

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/ports"
)

// locks lists them, and is a group as well.
func (c *call) locks(parent *flagSet) *ff.Command {
	cmd, flags := command(parent, "locks", "", "List the locks that runs hold.", nil)
	flags.group = true
	c.addEnvironment(flags)
	cmd.LongHelp = "A run holds what its task's lock names, and run: with its own ID. Its end frees them, and\n" +
		"so does the death of its process."
	cmd.Subcommands = []*ff.Command{c.locksBreak(newFlagSet(flags.GetName(), parent))}
	cmd.Exec = func(ctx context.Context, args []string) error {
		if len(flags.GetArgs()) > 0 {
			return c.unnamed(cmd)
		}
		return c.listLocks(ctx)
	}
	return cmd
}

func (c *call) listLocks(ctx context.Context) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	held, err := h.Locks(ctx, h.target)
	if err != nil {
		return err
	}
	result := locksResult{SchemaVersion: schemaVersion, Locks: make([]lockResult, len(held))}
	t := table{header: []string{"lock", "run", "task", "actor", "process", "since"}}
	for i, l := range held {
		result.Locks[i] = describeLock(l)
		t.rows = append(t.rows, []string{
			l.Key, l.Run, l.Task, l.Actor, fmt.Sprintf("%d on %s", l.PID, l.Host), ago(c.began.Sub(l.Since)),
		})
	}
	if c.json {
		return c.printJSON(result)
	}
	t.write(&c.out, c.tty)
	return nil
}

func describeLock(l ports.Lock) lockResult {
	return lockResult{l.Key, l.Token, l.Run, l.Task, l.Actor, l.Host, l.PID, stamp(l.Since)}
}
