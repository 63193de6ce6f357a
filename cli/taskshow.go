package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/schema"
)

func (c *call) taskShow(parent *flagSet) *ff.Command {
	cmd, flags := command(parent, "show", " NAME", "Show what a task does and takes.", func(_ context.Context, f *flagSet) error {
		name, err := oneTask(f)
		if err != nil {
			return err
		}
		return c.showTask(name)
	})
	flags.operands = c.tasks
	return cmd
}

func (c *call) showTask(name string) error {
	r, _, err := c.loadRunner(runner.Options{})
	if err != nil {
		return err
	}
	d, err := r.Describe(name)
	if err != nil {
		return err
	}
	all := properties(d.Schema.Fields(), c.runFlags().has)
	if c.json {
		return c.printJSON(showResult{
			SchemaVersion: schemaVersion, taskResult: describeTask(d.Task, d.Schema.JSON()), Delivery: d.Delivery, Lock: append([]string{}, d.Locks...),
			Help: d.Help, Examples: exampleResults(d.Examples), Fields: fieldResults(d.Schema.Fields(), all),
		})
	}
	c.showText(d, all)
	return nil
}

func exampleResults(examples []manifest.Example) []exampleResult {
	results := make([]exampleResult, len(examples))
	for i, e := range examples {
		results[i] = exampleResult{Description: e.Description, Input: json.RawMessage(e.Input)}
	}
	return results
}

func fieldResults(fields []schema.Field, all []property) []fieldResult {
	results := make([]fieldResult, len(fields))
	for i, f := range fields {
		results[i].Field = f
		for _, p := range all {
			if p.Pointer == f.Pointer {
				results[i].Flag = p.flag()
			}
		}
	}
	return results
}

// runFlags are the flags of task run that are no task's own. They are made for a
// call of their own, since making a flag sets what it sets to its default.
func (p program) runFlags() *flagSet {
	c := &call{program: p}
	root := newFlagSet(c.name, nil)
	c.addGlobal(root)
	return c.taskRun(root).Flags.(*flagSet)
}

func (c *call) showText(d runner.Description, all []property) {
	w := &c.out
	fmt.Fprintf(w, "%s\n%s\n", c.tty.Bold(d.Name), term.Escape(d.Description))
	if d.Deprecated != "" {
		fmt.Fprintf(w, "%s %s\n", c.tty.Yellow("deprecated:"), term.Escape(d.Deprecated))
	}
	if help := strings.TrimSpace(d.Help); help != "" {
		fmt.Fprintf(w, "\n%s\n", term.EscapeText(help))
	}
	fmt.Fprintln(w)
	writeRows(w, "  ", facts(d))
	if len(all) > 0 {
		fmt.Fprintf(w, "\n%s\n", c.tty.Bold("input:"))
	}
	writeProperties(w, c.tty, all)
	if len(d.Examples) > 0 {
		fmt.Fprintf(w, "\n%s\n", c.tty.Bold("examples:"))
	}
	for _, e := range d.Examples {
		if e.Description != "" {
			fmt.Fprintln(w, c.tty.Dim("  # "+term.Escape(e.Description)))
		}
		fmt.Fprintf(w, "  %s task run %s%s\n", c.name, d.Name, term.Escape(inFlags(e.Input, all)))
	}
}

// facts are the settings of a task that differ from what goes without saying.
func facts(d runner.Description) []row {
	rows := []row{{"effect", string(d.Effect)}, {"delivery", delivery(d.Delivery)}}
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, row{name, value})
		}
	}
	add("lock", strings.Join(d.Locks, ", "))
	if d.Batch.Size > 0 {
		add("batches", "of "+plural(d.Batch.Size, "item"))
	}
	add("throttle", throttleText(d.Throttle))
	if most := d.MaxFailures; most != nil {
		allowed := number(most.Count)
		if most.Share > 0 {
			allowed = fmt.Sprintf("%g%%", 100*most.Share)
		}
		add("on error", "skip the item, at most "+allowed)
	}
	if most := d.MaxChanges; most != nil {
		add("may change", strings.Join(changesText(most.Count, most.Share), ", "))
	}
	if d.Delivery == ports.BestEffort && d.Effect != manifest.EffectRead {
		add("may change", "anything: it does not tell what it changes, and no maxChanges bounds it")
	}
	if d.Timeout > 0 {
		add("timeout", roundDuration(d.Timeout))
	}
	if d.Tenant != manifest.TenantOptional {
		add("tenant", string(d.Tenant))
	}
	add("aliases", strings.Join(d.Aliases, ", "))
	return rows
}

func delivery(d ports.Delivery) string {
	switch d {
	case ports.ExactlyOnce:
		return string(d) + ": rows and checkpoint commit together"
	case ports.AtLeastOnce:
		return string(d) + ": after a crash a batch may be applied again, with the same keys"
	default:
		return string(d) + ": outside a transaction, never resumed"
	}
}

// writeProperties writes a line for each property's flag, and its description
// below.
func writeProperties(w io.Writer, tty term.Terminal, all []property) {
	width := 0
	for _, p := range all {
		width = max(width, term.Cells(term.Escape(p.spec())))
	}
	for _, p := range all {
		flag := tty.Cyan(term.Pad(term.Escape(p.spec()), min(width, maxNames)))
		fmt.Fprintf(w, "  %s  %s\n", flag, tty.Dim(term.Escape(about(p.Field))))
		for _, line := range term.Wrap(term.Escape(p.Description), max(tty.Width()-6, 24)) {
			fmt.Fprintf(w, "      %s\n", line)
		}
	}
}

// about says what a field's values are.
func about(f schema.Field) string {
	about := f.Type
	if f.Items != "" {
		about += " of " + f.Items
	}
	if f.Format != "" {
		about += ", " + f.Format
	}
	if of := fieldName(string(jsontext.Pointer(f.Pointer).Parent())); f.Required && of != "" {
		about += ", required in " + of
	} else if f.Required {
		about += ", required"
	}
	if f.Default != nil {
		about += ", default " + string(f.Default)
	}
	if len(f.Enum) > 0 {
		words := make([]string, len(f.Enum))
		for i, v := range f.Enum {
			words[i] = string(v)
		}
		about += ", one of " + strings.Join(words, " ")
	}
	for _, constraint := range f.Constraints {
		about += ", " + constraint
	}
	if f.Secret {
		about += ", secret"
	}
	if f.Deprecated {
		about += ", deprecated"
	}
	return about
}

// fieldName is a pointer as people are shown it: mapping.title for /mapping/title.
func fieldName(pointer string) string {
	name := strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
	return term.Escape(strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
}

// throttleText is what slows a task's runs down.
func throttleText(t manifest.Throttle) string {
	var parts []string
	if t.Rate > 0 {
		parts = append(parts, plural(t.Rate, "item")+" a second at most")
	}
	if t.Pause > 0 {
		parts = append(parts, roundDuration(t.Pause)+" between batches")
	}
	if t.Probe.Query != "" {
		parts = append(parts, fmt.Sprintf("while %s is %d at most", t.Probe.Query, t.Probe.Limit))
	}
	return strings.Join(parts, ", ")
}
