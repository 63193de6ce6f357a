package cli

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"
)

func (c *call) locks(parent *flagSet) *ff.Command {
	var environment string
	cmd, flags := command(parent, "locks", "", "List the locks that runs hold.", func(ctx context.Context, f *flagSet) error {
		if err := noArguments(f); err != nil {
			return err
		}
		return c.listLocks(ctx, environment)
	})
	cmd.LongHelp = "A run holds what its task's lock names, and run: with its own ID. Its end frees them, and\n" +
		"so does the death of its process: there is nothing to unlock."
	addEnvironment(flags, &environment)
	return cmd
}

func (c *call) listLocks(ctx context.Context, environment string) error {
	h, err := c.history(environment)
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
		result.Locks[i] = lockResult{l.Key, l.Token, l.Run, l.Task, l.Actor, l.Host, l.PID, stamp(l.Since)}
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
