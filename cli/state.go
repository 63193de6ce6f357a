package cli

import (
	"context"
	"fmt"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
)

type stateInitResult struct {
	SchemaVersion int         `json:"schemaVersion"`
	Environment   string      `json:"environment"`
	State         placeResult `json:"state"`
	Database      placeResult `json:"database"`
}

// placeResult is a state or a database.
type placeResult struct {
	Address string `json:"address"` // without its password
	Made    bool   `json:"made"`    // now; else it was there
}

func (c *call) stateCommands(parent *flagSet) *ff.Command {
	group := newFlagSet(c.name+" state", parent)
	group.group = true
	return &ff.Command{Name: "state", Flags: group, Subcommands: []*ff.Command{c.stateInit(group)}}
}

func (c *call) stateInit(parent *flagSet) *ff.Command {
	var actor, reason, expect string
	cmd, flags := command(parent, "init", "", "Make the state and the database of an environment.",
		func(ctx context.Context, f *flagSet) error {
			if err := noArguments(f); err != nil {
				return err
			}
			return c.initState(ctx, actor, reason, expect)
		})
	cmd.LongHelp = "What is there already stays as it is. In a protected environment no run makes its state or\n" +
		"its database: a typing error must not begin a new one."
	flags.add(0, "env", "NAME", "The environment; local is the default.", text(&c.envName))
	addCaller(flags, &actor, &reason)
	addExpected(flags, &expect)
	return cmd
}

func (c *call) initState(ctx context.Context, actor, reason, expect string) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	if len(h.module.found) > 0 {
		return c.problems(h.module)
	}
	req := c.caller(h, actor, reason)
	req.Expect = expect
	made, err := h.Init(ctx, req)
	if err != nil {
		return err
	}
	result := stateInitResult{
		SchemaVersion: schemaVersion, Environment: h.target.Environment,
		State:    placeResult{h.target.Name(h.target.State), made.State},
		Database: placeResult{h.target.Name(h.target.Database), made.Database},
	}
	if c.json {
		return c.printJSON(result)
	}
	fmt.Fprintln(&c.out, c.tty.Bold(term.Escape(result.Environment)))
	writeRows(&c.out, "  ", []row{{"state", result.State.text()}, {"database", result.Database.text()}})
	return nil
}

func (p placeResult) text() string {
	if p.Made {
		return "made: " + p.Address
	}
	return "there: " + p.Address
}
