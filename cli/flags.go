package cli

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v4"
	"github.com/peterbourgon/ff/v4/ffval"

	"github.com/beignet-go/beignet/runner"
)

// flagSet is an ff.FlagSet that reads a command line the way people write it:
//
//   - flags may stand before and after arguments, where a command takes any;
//   - --flag= is an empty value, and takes nothing of what follows;
//   - --bool takes nothing of what follows either;
//   - a flag's value does not begin with a dash, unless as --flag=-5: what looks
//     like a flag is one, and a value was forgotten;
//   - a lone - is an argument or a value;
//   - no flag is given twice, but for a switch and for one that is a list's.
//
// Short flags are switches.
type flagSet struct {
	*ff.FlagSet
	group  bool // ends at its first argument, which names a subcommand
	args   []string
	parsed bool
	given  []string

	// expand adds the flags of what the first argument names, such as a task's, and
	// is told what follows it. Optional: without it, it names nothing.
	expand   func(name string, rest []string) error
	operands func() []candidate // what the first argument can be, for completion; nil: not known
	inputs   []property         // of the task that the first argument names
	ofInput  map[string]bool    // the flags that give them
	lists    map[string]bool    // the flags that may be given more than once
	typed    map[string]bool    // the flags that no variable gives: a gate is opened by hand
}

var _ ff.Flags = (*flagSet)(nil)

// newFlagSet returns an empty flag set for a command, by its full name. Parent's
// flags are flags of the command too.
func newFlagSet(name string, parent *flagSet) *flagSet {
	f := &flagSet{FlagSet: ff.NewFlagSet(name), ofInput: map[string]bool{}, lists: map[string]bool{}, typed: map[string]bool{}}
	if parent != nil {
		f.SetParent(parent.FlagSet)
	}
	return f
}

// add defines a flag. The placeholder stands for its value in help; a switch has
// none.
func (f *flagSet) add(short rune, long, placeholder, usage string, v flag.Value) {
	_, err := f.AddFlag(ff.FlagConfig{
		ShortName: short, LongName: long, Usage: usage, Value: v,
		Placeholder: placeholder, NoPlaceholder: placeholder == "", NoDefault: true,
	})
	if err != nil {
		panic(err) // a flag is defined twice
	}
}

// addList defines a flag that may be given more than once.
func (f *flagSet) addList(long, placeholder, usage string, p *[]string) {
	f.add(0, long, placeholder, usage, &ffval.List[string]{ParseFunc: asIs, Pointer: p})
	f.lists[long] = true
}

// addGate defines a flag that opens a gate.
func (f *flagSet) addGate(long, placeholder, usage string, v flag.Value) {
	f.add(0, long, placeholder, usage, v)
	f.typed[long] = true
}

// addInput defines a flag of a task's input. It has no variable of its name, and
// help shows it by its property.
func (f *flagSet) addInput(long, placeholder string, v flag.Value, list bool) {
	f.add(0, long, placeholder, "", v)
	f.ofInput[long], f.lists[long] = true, list
}

// has reports whether there is a flag of a name.
func (f *flagSet) has(long string) bool {
	_, known := f.GetFlag(long)
	return known || long == "help"
}

func (f *flagSet) IsParsed() bool    { return f.parsed }
func (f *flagSet) GetArgs() []string { return f.args }

func (f *flagSet) Reset() error {
	f.parsed, f.args, f.given = false, nil, nil
	return f.FlagSet.Reset()
}

// Parse sets the flags in args and keeps what remains as arguments.
func (f *flagSet) Parse(args []string) error {
	f.parsed = true
	for len(args) > 0 {
		arg := args[0]
		switch {
		case arg == "--":
			before := len(f.args)
			f.args = append(f.args, args[1:]...)
			if before > 0 || len(f.args) == 0 {
				return nil
			}
			return f.argument(f.args[0], nil)
		case isFlag(arg):
			taken, err := f.parseOne(args)
			if err != nil {
				return err
			}
			args = args[taken:]
		case f.group:
			f.args = args
			return nil
		default:
			f.args = append(f.args, arg)
			args = args[1:]
			if len(f.args) == 1 {
				if err := f.argument(arg, args); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// argument takes the first argument and what it names.
func (f *flagSet) argument(name string, rest []string) error {
	if f.expand == nil {
		return nil
	}
	return f.expand(name, rest)
}

// isFlag reports whether arg is a flag, which a lone dash is not.
func isFlag(arg string) bool { return len(arg) > 1 && arg[0] == '-' }

// parseOne sets the flag that args begin with, and returns how many of them it
// took. ff is handed exactly these, so that it finds nothing else to take.
func (f *flagSet) parseOne(args []string) (taken int, err error) {
	arg := args[0]
	name, value, assigned := strings.Cut(arg, "=")
	found, known := f.GetFlag(strings.TrimPrefix(name, "--"))
	long := strings.HasPrefix(name, "--")
	own := []string{arg}
	taken = 1
	if known && long && !isSwitch(found) {
		if slices.Contains(f.given, name) && !f.lists[name[len("--"):]] {
			return 0, usageError(name+" is given twice", "give it once")
		}
		f.given = append(f.given, name)
		switch {
		case assigned && value == "":
			own = append(own, "")
		case !assigned && (len(args) == 1 || isFlag(args[1])):
			hint := fmt.Sprintf("write %s %s", name, found.GetPlaceholder())
			if len(args) > 1 {
				hint = fmt.Sprintf("write %s %s, or %[1]s=VALUE for one that begins with a dash", name, found.GetPlaceholder())
			}
			return 0, usageError(name+" needs a value", hint)
		case !assigned:
			value, own, taken = args[1], args[:2], 2
		}
	}
	if known && long && isSwitch(found) && assigned && value == "" {
		return 0, badValue(name, value, "true or false")
	}
	err = ff.NewFlagSet("").SetParent(f.FlagSet).Parse(own) // one of its own, for a flag set is parsed but once
	var refused *runner.Error
	switch {
	case err == nil || errors.Is(err, ff.ErrHelp):
		return taken, err
	case errors.As(err, &refused):
		return 0, refused
	case errors.Is(err, ff.ErrUnknownFlag):
		return 0, f.unknown(name)
	}
	return 0, badValue(name, value, wanted(err, found))
}

// isSwitch reports whether a flag takes no value.
func isSwitch(f ff.Flag) bool { return f.GetPlaceholder() == "" }

// unknown refuses a flag, with the nearest one that there is.
func (f *flagSet) unknown(name string) error {
	var names []string
	_ = f.WalkFlags(func(known ff.Flag) error { // the function below returns no error
		if long, ok := known.GetLongName(); ok {
			names = append(names, "--"+long)
		}
		return nil
	})
	hint := f.GetName() + " --help"
	if len(f.inputs) > 0 {
		hint = f.GetName() + " " + f.args[0] + " --help"
	}
	if f.expand != nil && len(f.args) == 0 {
		hint = "a task's own flags come after its name: " + f.GetName() + " NAME " + name
	}
	return usageError(suggest("unknown flag "+name, name, "", names), hint)
}

// fromVariables sets the flags that the command line left out. It is called once
// the whole command line is parsed.
func (f *flagSet) fromVariables(e environment) error {
	return f.WalkFlags(func(known ff.Flag) error {
		long, ok := known.GetLongName()
		if !ok || f.ofInput[long] || f.typed[long] || known.IsSet() {
			return nil
		}
		name, value := e.flag(long)
		if value == "" {
			return nil
		}
		if err := known.SetValue(value); err != nil {
			return badValue(name, value, wanted(err, known))
		}
		return nil
	})
}

func badValue(name, value, want string) error {
	return usageError(fmt.Sprintf("%s: %q is not %s", name, value, want), "")
}

// usageError refuses a command line.
func usageError(message, hint string) error {
	return &runner.Error{Code: runner.CodeUsage, Message: message, Hint: hint}
}
