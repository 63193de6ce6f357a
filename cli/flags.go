package cli

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v4"

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
//   - no flag but a switch is given twice.
//
// Short flags are switches.
type flagSet struct {
	*ff.FlagSet
	group  bool // ends at its first argument, which names a subcommand
	args   []string
	parsed bool
	given  []string
}

var _ ff.Flags = (*flagSet)(nil)

// newFlagSet returns an empty flag set for a command, by its full name. Parent's
// flags are flags of the command too.
func newFlagSet(name string, parent *flagSet) *flagSet {
	f := &flagSet{FlagSet: ff.NewFlagSet(name)}
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
			f.args = append(f.args, args[1:]...)
			return nil
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
		}
	}
	return nil
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
		if slices.Contains(f.given, name) {
			return 0, usageError(name+" is given twice", "give it once")
		}
		f.given = append(f.given, name)
		switch {
		case assigned && value == "":
			own = append(own, "")
		case !assigned && (len(args) == 1 || isFlag(args[1])):
			return 0, usageError(name+" needs a value", fmt.Sprintf("write %s %s", name, found.GetPlaceholder()))
		case !assigned:
			value, own, taken = args[1], args[:2], 2
		}
	}
	if known && long && isSwitch(found) && assigned && value == "" {
		return 0, badValue(name, value, "true or false")
	}
	err = ff.NewFlagSet("").SetParent(f.FlagSet).Parse(own) // one of its own, for a flag set is parsed but once
	switch {
	case err == nil || errors.Is(err, ff.ErrHelp):
		return taken, err
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
	return usageError(suggest("unknown flag "+name, name, "", names), f.GetName()+" --help")
}

// fromVariables sets the flags that the command line left out. It is called once
// the whole command line is parsed.
func (f *flagSet) fromVariables(e environment) error {
	return f.WalkFlags(func(known ff.Flag) error {
		long, ok := known.GetLongName()
		if !ok || known.IsSet() {
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
