package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
)

func (c *call) helpCommand(parent *flagSet) *ff.Command {
	cmd, flags := command(parent, "help", " [COMMAND]", "Show what a command does and takes.",
		func(_ context.Context, f *flagSet) error { return c.helpFor(f.GetArgs()) })
	flags.operands = func() []candidate { return subcommands(c.commands()) }
	return cmd
}

// helpFor shows the help of the command that a path names.
func (c *call) helpFor(path []string) error {
	at := c.commands()
	for _, name := range path {
		i := slices.IndexFunc(at.Subcommands, func(sub *ff.Command) bool { return sub.Name == name })
		if i < 0 {
			return usageError(suggest("no command "+name, name, "", names(at.Subcommands)), c.name+" help")
		}
		at = at.Subcommands[i]
	}
	c.help(&c.out, c.tty, at)
	return nil
}

// help writes the help of a command or a group.
func (c *call) help(w io.Writer, tty term.Terminal, cmd *ff.Command) {
	var b strings.Builder
	usage := cmd.Usage
	if len(cmd.Subcommands) > 0 {
		usage = cmd.Flags.GetName() + " COMMAND"
		if cmd.Exec != nil {
			usage = cmd.Flags.GetName() + " [COMMAND]"
		}
	}
	fmt.Fprintf(&b, "%s %s [FLAGS]\n", tty.Bold("usage:"), usage)
	if cmd.ShortHelp != "" {
		fmt.Fprintf(&b, "\n%s\n", cmd.ShortHelp)
	}
	section := func(title string, rows []row) {
		if len(rows) > 0 {
			fmt.Fprintf(&b, "\n%s\n", tty.Bold(title))
			writeWrapped(&b, rows, tty.Width())
		}
	}
	section("commands:", leaves(cmd, ""))
	flags := cmd.Flags.(*flagSet)
	if len(flags.inputs) > 0 {
		fmt.Fprintf(&b, "\n%s\n", tty.Bold("input of "+term.Escape(flags.args[0])+":"))
		writeProperties(&b, tty, flags.inputs)
	}
	own, inherited := flagRows(flags)
	if cmd.Flags.GetName() != c.name {
		section("flags:", own)
	} else {
		inherited = own
	}
	section("flags of every command:", append(inherited, row{"-h, --help", "Show this."}))
	if cmd.LongHelp != "" {
		fmt.Fprintf(&b, "\n%s\n", cmd.LongHelp)
	}
	fmt.Fprintf(&b, "\nA flag can be given as a variable: %sLOG_LEVEL=warn is --log-level warn.\n", c.env.prefix)
	io.WriteString(w, b.String())
}

// leaves lists the commands under a group, each with its path from there.
func leaves(cmd *ff.Command, path string) []row {
	var rows []row
	for _, sub := range cmd.Subcommands {
		if len(sub.Subcommands) == 0 || sub.Exec != nil {
			rows = append(rows, row{path + sub.Name, sub.ShortHelp})
		}
		rows = append(rows, leaves(sub, path+sub.Name+" ")...)
	}
	return rows
}

// flagRows lists a command's own flags, and those that it has from its groups.
func flagRows(flags *flagSet) (own, inherited []row) {
	_ = flags.WalkFlags(func(f ff.Flag) error { // the function returns no error
		var spec string
		if short, ok := f.GetShortName(); ok {
			spec = "-" + string(short) + ", "
		}
		long, _ := f.GetLongName()
		if flags.ofInput[long] {
			return nil // shown by its property
		}
		spec = strings.TrimSpace(spec + "--" + long + " " + f.GetPlaceholder())
		if f.GetFlags().GetName() == flags.GetName() {
			own = append(own, row{spec, f.GetUsage()})
		} else {
			inherited = append(inherited, row{spec, f.GetUsage()})
		}
		return nil
	})
	return own, inherited
}
