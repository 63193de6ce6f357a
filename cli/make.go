package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/scaffold"
	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/schema"
)

// makeFlags are the flags of make task.
type makeFlags struct {
	kind        scaffold.Kind
	fields      []string
	description string
	dryRun      bool
}

func (c *call) makeCommands(parent *flagSet) *ff.Command {
	group := newFlagSet(c.name+" make", parent)
	group.group = true
	return &ff.Command{Name: "make", Flags: group, Subcommands: []*ff.Command{c.makeTask(group), c.makeFeature(group)}}
}

func (c *call) makeTask(parent *flagSet) *ff.Command {
	var f makeFlags
	cmd, flags := command(parent, "task", " FEATURE/NAME", "Write a task: its manifest, handler, test and registration.",
		func(_ context.Context, parsed *flagSet) error {
			name, err := oneName(parsed, "FEATURE/NAME")
			if err != nil {
				return err
			}
			feature, task, ok := strings.Cut(name, "/")
			if !ok {
				such := strings.Replace(name, ".", "/", 1)
				if such == name {
					such = "issues/" + name
				}
				return usageError("which feature is "+name+" of?", "write FEATURE/NAME, such as "+such)
			}
			return c.make(name, f.dryRun, func(m scaffold.Module) (scaffold.Plan, error) {
				return m.Task(scaffold.Task{Feature: feature, Name: task, Kind: f.kind, Description: f.description, Fields: f.fields})
			})
		})
	cmd.LongHelp = "Kinds: tx (the default) is one step in a transaction, once one step outside any;\n" +
		"batches goes over many items, import over the rows of a CSV file, with checkpoints;\n" +
		"export writes a CSV file."
	flags.add(0, "kind", "tx|once|batches|import|export", "What it is made of; tx is the default.", choice(&f.kind, scaffold.Kinds()...))
	flags.addList("field", "NAME:TYPE[?][=DEFAULT]", "A field of the input: string, integer, number, boolean, or a list such as string[]; ? may be left out. Repeat it for more.", &f.fields)
	flags.add(0, "description", "TEXT", "What it does, in one line; else the name.", text(&f.description))
	addDryRun(flags, &f.dryRun)
	return cmd
}

func (c *call) makeFeature(parent *flagSet) *ff.Command {
	var dryRun bool
	cmd, flags := command(parent, "feature", " NAME", "Write a feature without tasks.", func(_ context.Context, parsed *flagSet) error {
		name, err := oneName(parsed, "NAME")
		if err != nil {
			return err
		}
		return c.make(name, dryRun, func(m scaffold.Module) (scaffold.Plan, error) { return m.Feature(name) })
	})
	addDryRun(flags, &dryRun)
	return cmd
}

func addDryRun(flags *flagSet, dryRun *bool) {
	flags.add(0, "dry-run", "", "Print the changes as a diff, and write nothing.", on(dryRun))
}

// make plans what is to be written into the module, writes it, and says so.
func (c *call) make(name string, dryRun bool, plan func(scaffold.Module) (scaffold.Plan, error)) error {
	m := c.findModule()
	if m.folder == "" {
		return &runner.Error{
			Code: runner.CodeConfig, Message: "there is no module here to write into: the manifest in use is the one inside " + c.name,
			Hint: "run it in the folder of " + manifestFile + " and go.mod, or name the file with --module",
		}
	}
	if len(m.found) > 0 {
		m.found = c.place(m, m.found)
		return c.problems(m)
	}
	root, err := os.OpenRoot(m.folder)
	if err != nil {
		return &runner.Error{Code: runner.CodeConfig, Message: "cannot open the module: " + err.Error(), Err: err}
	}
	defer root.Close()
	p, err := plan(scaffold.Module{Files: root.FS(), Manifest: m.manifest})
	if err != nil {
		return c.notMade(m, err)
	}
	if !dryRun {
		if err := scaffold.Write(root, p.Changes); err != nil {
			return notWritten(name, err)
		}
	}
	if p.Task != "" {
		name = p.Task
	}
	return c.printMade(m, name, dryRun, p)
}

// notMade is an error of planning, for people.
func (c *call) notMade(m module, err error) error {
	var (
		refusal *scaffold.Refusal
		shape   *scaffold.ShapeError
		found   manifest.Diagnostics
	)
	switch {
	case errors.As(err, &refusal):
		return usageError(refusal.Message, refusal.Hint)
	case errors.As(err, &shape):
		return &runner.Error{Code: runner.CodeConfig, Message: shape.Message, Hint: shape.Hint, Err: err}
	case errors.As(err, &found):
		return &runner.Error{Code: runner.CodeConfig, Message: "a manifest cannot be added to", Diagnostics: c.place(m, found)}
	}
	return err
}

// notWritten is an error of writing, for people.
func notWritten(name string, err error) error {
	e := &runner.Error{Code: runner.CodeIO, Message: name + " was not made: " + err.Error(), Err: err}
	if busy := (*scaffold.BusyError)(nil); errors.As(err, &busy) {
		e.Code, e.Hint = runner.CodeLocked, busy.Hint
	}
	return e
}

type makeResult struct {
	SchemaVersion int            `json:"schemaVersion"`
	Module        string         `json:"module"`
	Name          string         `json:"name"`   // of the task, or of the feature
	Status        string         `json:"status"` // made, there or dry-run
	Files         []changeResult `json:"files"`
	At            string         `json:"at,omitempty"`   // where it is there already
	Diff          string         `json:"diff,omitempty"` // of a dry run
	Next          []string       `json:"next"`           // commands, for a shell in the working folder
}

type changeResult struct {
	File   string `json:"file"`
	Change string `json:"change"` // created or changed
}

func (c *call) printMade(m module, name string, dryRun bool, p scaffold.Plan) error {
	result := makeResult{SchemaVersion: schemaVersion, Module: m.name, Name: name, Status: "made", Files: []changeResult{}, Next: []string{}}
	for _, change := range p.Changes {
		what := "changed"
		if change.Before == nil {
			what = "created"
		}
		result.Files = append(result.Files, changeResult{c.inModule(m, change.Path), what})
	}
	switch {
	case p.There != "":
		result.Status, result.At = "there", c.inModule(m, p.There)
	case dryRun:
		result.Status, result.Diff = "dry-run", p.Diff()
	default:
		result.Next = c.nextSteps(m, p)
	}
	if c.json {
		return c.printJSON(result)
	}
	switch result.Status {
	case "there":
		fmt.Fprintf(&c.out, "%s is there already: %s\n", name, term.Escape(result.At))
	case "dry-run":
		if c.tty.Interactive {
			result.Diff = term.EscapeText(result.Diff)
		}
		c.out.WriteString(result.Diff) // as it is, for git apply
	default:
		fmt.Fprintf(&c.out, "%s is made\n", name)
		for _, file := range result.Files {
			fmt.Fprintf(&c.out, "  %s  %s\n", file.Change, term.Escape(file.File))
		}
		if p.Task != "" {
			fmt.Fprintf(&c.out, "%s refuses every task of this module until it is built again: no handler %s\n", c.name, p.Task)
		}
		fmt.Fprintf(&c.out, "%s\n", c.tty.Dim("next:"))
		for _, line := range result.Next {
			fmt.Fprintf(&c.out, "  %s\n", term.Escape(line))
		}
	}
	return nil
}

// nextSteps are the commands that show the new task at work. The program that runs
// here is older than the task: it has to be built again.
func (c *call) nextSteps(m module, p scaffold.Plan) []string {
	if p.Task == "" {
		return []string{c.name + " make task " + p.Feature + "/NAME"}
	}
	var steps []string
	if up := c.rel(filepath.Clean(m.folder)); up != "." {
		steps = append(steps, "cd "+up)
	}
	steps = append(steps,
		"go test ./"+p.Folder+"/",
		fmt.Sprintf("go build -o %s . && ./%s check", c.name, c.name))
	run := fmt.Sprintf("./%s task run %s%s", c.name, p.Task, c.exampleFlags(m, p))
	if p.Stdin != "" {
		run = "printf '" + strings.ReplaceAll(p.Stdin, "\n", `\n`) + "' | " + run
	}
	return append(steps, run)
}

// exampleFlags are the flags that try a task which has just been made, and is not
// among those of this program yet.
func (c *call) exampleFlags(m module, p scaffold.Plan) string {
	var all []property
	if task, ok := c.loadModule(filepath.Join(m.folder, filepath.Base(m.manifest.File))).manifest.Task(p.Task); ok {
		if input, _ := schema.CompileInput(task.Input.JSON); input != nil {
			all = properties(input.Fields(), c.runFlags().has)
		}
	}
	return inFlags([]byte(p.Input), all)
}

// oneName returns the argument of a command that takes one, which its usage calls
// what.
func oneName(f *flagSet, what string) (string, error) {
	switch args := f.GetArgs(); {
	case len(args) == 1 && args[0] != "":
		return args[0], nil
	case len(args) > 1:
		return "", unexpected(args[1], f)
	}
	return "", usageError("which one?", "add its name: "+f.GetName()+" "+what)
}
