package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/schema"
)

func (c *call) taskShow(parent *flagSet) *ff.Command {
	cmd, _ := command(parent, "show", " NAME", "Show what a task does and takes.", func(_ context.Context, f *flagSet) error {
		name, err := oneTask(f)
		if err != nil {
			return err
		}
		return c.showTask(name)
	})
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
	if c.json {
		return c.printJSON(showResult{
			SchemaVersion: schemaVersion, taskResult: describeTask(d.Task, d.Schema), Delivery: d.Delivery,
			Help: d.Help, Examples: exampleResults(d.Examples), Fields: append([]schema.Field{}, d.Fields...),
		})
	}
	c.showText(d)
	return nil
}

func exampleResults(examples []manifest.Example) []exampleResult {
	results := make([]exampleResult, len(examples))
	for i, e := range examples {
		results[i] = exampleResult{Description: e.Description, Input: json.RawMessage(e.Input)}
	}
	return results
}

func (c *call) showText(d runner.Description) {
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
	if len(d.Fields) > 0 {
		fmt.Fprintf(w, "\n%s\n", c.tty.Bold("input:"))
	}
	width := 0
	for _, f := range d.Fields {
		width = max(width, term.Cells(fieldName(f.Pointer)))
	}
	for _, f := range d.Fields {
		c.showField(f, min(width, maxNames))
	}
	if len(d.Examples) > 0 {
		fmt.Fprintf(w, "\n%s\n", c.tty.Bold("examples:"))
	}
	for _, e := range d.Examples {
		if e.Description != "" {
			fmt.Fprintln(w, c.tty.Dim("  # "+term.Escape(e.Description)))
		}
		fmt.Fprintf(w, "  %s task run %s --input %s\n", c.name, d.Name, shellQuote(term.Escape(string(e.Input))))
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
	if d.Batch.Size > 0 {
		add("batches", "of "+plural(d.Batch.Size, "item"))
	}
	if most := d.MaxFailures; most != nil {
		allowed := number(most.Count)
		if most.Share > 0 {
			allowed = fmt.Sprintf("%g%%", 100*most.Share)
		}
		add("on error", "skip the item, at most "+allowed)
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

func (c *call) showField(f schema.Field, width int) {
	about := f.Type
	if f.Items != "" {
		about += " of " + f.Items
	}
	if f.Format != "" {
		about += ", " + f.Format
	}
	if f.Required {
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
	fmt.Fprintf(&c.out, "  %s  %s\n", c.tty.Cyan(term.Pad(fieldName(f.Pointer), width)), c.tty.Dim(term.Escape(about)))
	for _, line := range term.Wrap(term.Escape(f.Description), max(c.tty.Width()-6, 24)) {
		fmt.Fprintf(&c.out, "      %s\n", line)
	}
}

// fieldName is a pointer as people are shown it: mapping.title for /mapping/title.
func fieldName(pointer string) string {
	name := strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
	return term.Escape(strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
}

// shellQuote makes text one word of a shell's command line.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
