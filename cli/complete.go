package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
)

// completeCommand is what completion scripts call, with the words of a command line
// up to the one at the cursor. It answers with a candidate a line, a tab before what
// there is to say of it, and with :files where the name of a file can stand. It is
// no command for people, and has no errors: there is nobody to read one.
const completeCommand = "__complete"

// candidate is a word that a command line can go on with.
type candidate struct{ word, about string }

func words(all ...string) []candidate {
	candidates := make([]candidate, len(all))
	for i, word := range all {
		candidates[i].word = word
	}
	return candidates
}

// completing is a command line that is being written.
type completing struct {
	*call
	command *ff.Command
	flags   *flagSet
	given   []string // flags, with their dashes
	args    []string
	wanted  ff.Flag // whose value comes next; nil: none's
	files   bool    // a file can be named here
}

// complete answers a completion script.
func (c *call) complete(line []string) {
	if len(line) == 0 {
		line = []string{""}
	}
	root := c.commands()
	at := completing{call: c, command: root, flags: root.Flags.(*flagSet)}
	last := len(line) - 1
	for _, word := range line[:last] {
		at.pass(word)
	}
	word, prefix := line[last], ""
	var found []candidate
	switch flag, value, assigned := strings.Cut(word, "="); {
	case at.wanted != nil:
		if word == "=" { // bash parts --flag=value into three words
			word = ""
		}
		found = at.values(at.wanted)
		if long, _ := at.wanted.GetLongName(); long == "input" && strings.HasPrefix(word, "@") {
			found, word, prefix = at.fileNames(word[1:]), word[1:], "@"
		}
	case assigned && strings.HasPrefix(flag, "--"):
		if f, known := at.flags.GetFlag(flag[2:]); known && !isSwitch(f) {
			found, word, prefix = at.values(f), value, flag+"="
			if at.files { // a shell would look for a file of the whole word's name
				found, at.files = append(found, at.fileNames(value)...), false
			}
		}
	case strings.HasPrefix(word, "-"):
		found = at.flagNames(strings.HasPrefix(word, "--input."))
	default:
		found = at.operands()
	}
	for _, f := range found {
		if !strings.HasPrefix(f.word, word) {
			continue
		}
		line := prefix + f.word
		if f.about != "" {
			line += "\t" + f.about
		}
		fmt.Fprintln(&c.out, term.EscapeText(line))
	}
	if at.files {
		fmt.Fprintln(&c.out, ":files")
	}
}

// pass goes over a word that stands before the cursor.
func (at *completing) pass(word string) {
	name, _, assigned := strings.Cut(word, "=")
	switch {
	case at.wanted != nil && word == "=":
	case at.wanted != nil:
		switch long, _ := at.wanted.GetLongName(); long {
		case "module":
			at.module = word
		case "env":
			at.envName = word
		}
		at.wanted = nil
	case isFlag(word):
		at.given = append(at.given, name)
		if f, known := at.flags.GetFlag(strings.TrimPrefix(name, "--")); known && !assigned && !isSwitch(f) {
			at.wanted = f
		}
	case at.flags.group:
		for _, sub := range at.command.Subcommands {
			if sub.Name == word {
				at.command, at.flags = sub, sub.Flags.(*flagSet)
				return
			}
		}
		at.command, at.flags = &ff.Command{}, newFlagSet("", nil) // there is no such command
	default:
		if at.args = append(at.args, word); len(at.args) == 1 {
			_ = at.flags.argument(word, nil) // what names no task has no flags
		}
	}
}

// operands are what can stand here that is no flag.
func (at *completing) operands() []candidate {
	if at.flags.operands != nil && len(at.args) == 0 {
		return at.flags.operands()
	}
	return subcommands(at.command)
}

func subcommands(group *ff.Command) []candidate {
	var all []candidate
	for _, sub := range group.Subcommands {
		about := sub.ShortHelp
		if about == "" {
			about = strings.Join(names(sub.Subcommands), ", ")
		}
		all = append(all, candidate{sub.Name, about})
	}
	return all
}

// flagNames are the flags that are not given yet. The long names of a task's input
// are for whoever begins to write one.
func (at *completing) flagNames(long bool) []candidate {
	var all []candidate
	add := func(flag, about string) {
		if !slices.Contains(at.given, flag) || at.flags.lists[flag[2:]] {
			all = append(all, candidate{flag, about})
		}
	}
	for _, p := range at.flags.inputs {
		name := p.short
		if name == "" || long {
			name = p.long
		}
		for i, flag := range p.flags(name) {
			switch {
			case i == 0:
				add("--"+flag, p.Description)
			case p.takes == takesSwitch:
				add("--"+flag, "The opposite of --"+name+".")
			}
		}
	}
	_ = at.flags.WalkFlags(func(f ff.Flag) error { // the function returns no error
		flag, _ := f.GetLongName()
		if !at.flags.ofInput[flag] {
			add("--"+flag, f.GetUsage())
		}
		return nil
	})
	return append(all, candidate{"--help", "Show this."})
}

// values are those that a flag can have.
func (at *completing) values(f ff.Flag) []candidate {
	long, _ := f.GetLongName()
	for _, p := range at.flags.inputs {
		if slices.Contains(append(p.flags(p.long), p.flags(p.short)...), long) {
			at.files = p.File != "" || p.takes == takesFile
			return words(p.words()...)
		}
	}
	placeholder := f.GetPlaceholder()
	switch {
	case long == "env":
		return at.environments()
	case long == "log-level":
		return words(logLevels()...)
	case long == "feature":
		return at.features()
	case placeholder == "FILE":
		at.files = true
	case strings.ToLower(placeholder) == placeholder:
		return words(strings.Split(placeholder, "|")...)
	}
	return nil
}

// fileNames are the files and folders that a path may go on to.
func (c *call) fileNames(path string) []candidate {
	folder, _ := filepath.Split(path)
	entries, err := os.ReadDir(c.abs(folder))
	if err != nil {
		return nil
	}
	var all []candidate
	for _, e := range entries {
		name := folder + e.Name()
		if e.IsDir() {
			name += "/"
		}
		all = append(all, candidate{word: name})
	}
	return all
}

func (c *call) environments() []candidate {
	var all []candidate
	for _, e := range c.findModule().manifest.Environments {
		all = append(all, candidate{word: e.Name})
	}
	return all
}

func (c *call) features() []candidate {
	var all []candidate
	for _, f := range c.findModule().manifest.Features {
		all = append(all, candidate{word: f.Name})
	}
	return all
}

// tasks are the tasks by name. Deprecated ones are for those who know them.
func (c *call) tasks() []candidate {
	var all []candidate
	for t := range c.findModule().manifest.Tasks() {
		if t.Deprecated == "" {
			all = append(all, candidate{t.Name, t.Description})
		}
	}
	return all
}
