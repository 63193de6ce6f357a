package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/near"
)

// commands is the tree of commands. A command's flags are defined here and its
// work is done in the file of its name.
func (c *call) commands() *ff.Command {
	root := newFlagSet(c.name, nil)
	root.group = true
	c.addGlobal(root)
	task := newFlagSet(c.name+" task", root)
	task.group = true
	return &ff.Command{
		Name: c.name, Flags: root,
		Subcommands: []*ff.Command{
			{
				Name: "task", Flags: task,
				Subcommands: []*ff.Command{c.taskList(task), c.taskShow(task), c.taskRun(task)},
			},
			c.runsCommands(root),
			c.locks(root),
			c.auditCommands(root),
			c.stateCommands(root),
			c.makeCommands(root),
			c.check(root),
			c.completion(root),
			c.schemaCommand(root),
			c.versionCommand(root),
			c.helpCommand(root),
		},
	}
}

func (c *call) addGlobal(f *flagSet) {
	f.add(0, "json", "", "Print one JSON object, errors too.", on(&c.json))
	f.add(0, "module", "FILE", "The beignet.yaml to use, instead of the one here, in a parent folder or built in.", text(&c.module))
	f.add(0, "log-format", "text|json", "How log lines look.", choice(&c.logFormat, "text", "json"))
	f.add(0, "log-level", "LEVEL", "The least that is logged: debug, info (the default), warn or error.",
		choice(&c.logLevel, logLevels()...))
	f.add('v', "verbose", "", "Log at level debug, and show the stack of a panic.", on(&c.verbose))
}

// command makes a leaf of the tree, which has the flags of its parent too. Exec is
// given its flags, parsed, for the arguments among them.
func command(parent *flagSet, name, usage, short string, exec func(context.Context, *flagSet) error) (*ff.Command, *flagSet) {
	flags := newFlagSet(parent.GetName()+" "+name, parent)
	return &ff.Command{
		Name: name, Usage: flags.GetName() + usage, ShortHelp: short, Flags: flags,
		Exec: func(ctx context.Context, _ []string) error { return exec(ctx, flags) },
	}, flags
}

// unnamed refuses a group without the name of one of its commands, or with a name
// that is none.
func (c *call) unnamed(group *ff.Command) error {
	path := group.Flags.GetName()
	args := group.Flags.GetArgs()
	if len(args) == 0 {
		return &helpError{error: usageError("no command given", path+" --help"), command: group}
	}
	return usageError(suggest("unknown command "+args[0], args[0], path+" ", names(group.Subcommands)), path+" --help")
}

func names(commands []*ff.Command) []string {
	all := make([]string, len(commands))
	for i, cmd := range commands {
		all[i] = cmd.Name
	}
	return all
}

// suggest adds to a message the name that was probably meant, with what stands
// before such names.
func suggest(message, name, before string, known []string) string {
	if best, ok := near.Best(name, known); ok {
		return message + "; did you mean " + before + best + "?"
	}
	return message
}

// helpError is a command line for which people are shown the help.
type helpError struct {
	error
	command *ff.Command
}

func (e *helpError) Unwrap() error { return e.error }

// oneTask returns the argument of a command that takes the name of a task.
func oneTask(f *flagSet) (string, error) {
	switch args := f.GetArgs(); {
	case len(args) == 1 && args[0] != "":
		return args[0], nil
	case len(args) > 1:
		return "", unexpected(args[1], f)
	}
	return "", usageError("which task?", "add its name: "+f.GetName()+" NAME")
}

// oneOf refuses arguments that are not one of a few words, of which there is a
// what each.
func oneOf(args []string, what, none string, words []string) error {
	hint := "choose one of " + strings.Join(words, ", ")
	switch {
	case len(args) == 0:
		return usageError(none, hint)
	case len(args) > 1:
		return usageError("unexpected argument "+args[1], hint)
	case !slices.Contains(words, args[0]):
		return usageError(suggest("no "+what+" "+args[0], args[0], "", words), hint)
	}
	return nil
}

// noArguments refuses those of a command that takes none.
func noArguments(f *flagSet) error {
	if args := f.GetArgs(); len(args) > 0 {
		return unexpected(args[0], f)
	}
	return nil
}

func unexpected(arg string, f *flagSet) error {
	return usageError("unexpected argument "+arg, f.GetName()+" --help")
}

// asksJSON reports whether a command line that could not be parsed asks for JSON.
func (c *call) asksJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	if slices.Contains(args, "--json") {
		return true
	}
	_, value := c.env.flag("json")
	wanted, err := strconv.ParseBool(value)
	return err == nil && wanted
}
