package cli

import (
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// What a dry run would have changed is shown as a diff: a line a thing, and below it
// the fields that differ, or those that a new or deleted thing has.
//
//	~ PANTRY/PANTRY-3
//	    state  Open → Closed
//	    body
//	      - It crashes.
//	      + It crashes at once.
//
// A line is as wide as the terminal. Where a text does not fit, the part is shown in
// which it differs.

const (
	diffSamples = 1000 // changes that --diff shows at most
	fewChanges  = 3    // that are shown without it
	fewFields   = 6    // of one of them
	fewLines    = 8    // of one text
	diffLines   = 40   // of one text under --diff
	maxDiff     = 500  // lines of a text that are compared one by one
)

// checkDiff refuses --diff for a run that shows none.
func (f *runFlags) checkDiff(p *runner.Plan) error {
	if !f.diff || p.DryRun {
		return nil
	}
	hint := "leave it out: " + p.Task + " has no dry run"
	if slices.ContainsFunc(f.task.input.properties, func(prop property) bool { return prop.Pointer == "/dryRun" }) {
		hint = "let it be a dry run: set dryRun to true"
	}
	return usageError("--diff shows what a dry run would have changed, and this run is none", hint)
}

// differ writes changes.
type differ struct {
	w     io.Writer
	tty   term.Terminal
	width int  // in columns
	whole bool // under --diff
}

// writePreview writes what a dry run would have written and changed.
func (c *call) writePreview(run ports.Run) {
	for _, f := range run.Preview.Files {
		name := term.Escape(f.Name)
		if f.Name == "-" {
			name = "standard output"
		}
		fmt.Fprintf(&c.out, "would write %s, %s\n", name, plural(f.Size, "byte"))
	}
	d := differ{&c.out, c.tty, c.tty.Width(), c.diff}
	samples, all := run.Preview.Samples, run.Progress.Changed
	if !d.whole {
		samples = samples[:min(len(samples), fewChanges)]
	}
	shown := int64(len(samples))
	switch {
	case shown == 0:
		return
	case shown < all:
		fmt.Fprintf(d.w, "the first %s of %s:\n", number(shown), plural(all, "change"))
	default:
		fmt.Fprintf(d.w, "%s:\n", plural(shown, "change"))
	}
	for _, s := range samples {
		d.change(s)
	}
	if shown < all && !d.whole {
		fmt.Fprintf(d.w, "%s --diff shows more of them\n", d.tty.Dim("hint:"))
	}
}

// change writes one change.
func (d differ) change(c ports.Change) {
	before, after := image(c.Before), image(c.After)
	mark, style := "~ ", d.tty.Yellow
	switch {
	case before == nil && after != nil:
		mark, style = "+ ", d.tty.Green
	case before != nil && after == nil:
		mark, style = "- ", d.tty.Red
	}
	fmt.Fprintln(d.w, "  "+style(d.fit(mark+term.Escape(c.Key), 2)))
	fields := differences(before, after)
	if mark == "~ " && len(fields) == 0 {
		fmt.Fprintln(d.w, d.tty.Dim(d.fit("      no field of it differs", 0)))
	}
	more := 0
	if !d.whole && len(fields) > fewFields {
		more, fields = len(fields)-fewFields, fields[:fewFields]
	}
	width := 0
	for _, f := range fields {
		width = max(width, term.Cells(term.Escape(f.name)))
	}
	for _, f := range fields {
		d.field(f, mark == "~ ", min(width, maxNames, d.width/3))
	}
	if more > 0 {
		fmt.Fprintln(d.w, d.tty.Dim(d.fit("      … "+plural(more, "more field"), 0)))
	}
}

// image is a before or after image as a value; nil where there is none.
func image(text []byte) any {
	v, err := parseOrdered(text)
	if err != nil && len(text) > 0 {
		return string(text)
	}
	return v
}

// difference is a field and its values; nil where it has none.
type difference struct {
	name          string // "" of an image that is no object
	before, after any
}

// differences are the fields that differ, in their order, with those of an object
// within by name.name. An empty field of a new or deleted thing says nothing.
func differences(before, after any) []difference {
	olds, isOld := before.(members)
	news, isNew := after.(members)
	if !isOld && before != nil || !isNew && after != nil || !isOld && !isNew {
		if reflect.DeepEqual(before, after) {
			return nil
		}
		return []difference{{"", before, after}}
	}
	olds, news = olds.flat(""), news.flat("")
	was, is := olds.byName(), news.byName()
	var all []difference
	for _, m := range olds {
		all = append(all, difference{m.name, m.value, is[m.name]})
	}
	for _, m := range news {
		if _, known := was[m.name]; !known {
			all = append(all, difference{m.name, nil, m.value})
		}
	}
	return slices.DeleteFunc(all, func(f difference) bool {
		return reflect.DeepEqual(f.before, f.after) || before == nil && empty(f.after) || after == nil && empty(f.before)
	})
}

func (o members) byName() map[string]any {
	values := make(map[string]any, len(o))
	for _, m := range o {
		values[m.name] = m.value
	}
	return values
}

// empty reports whether a value holds nothing.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case members:
		return len(v) == 0
	}
	return false
}

// fit cuts a line to the terminal, less an indentation.
func (d differ) fit(line string, indent int) string {
	return term.Fit(line, max(d.width-indent, 1))
}

// field writes one field: on a line where its values fit, else as lines. Of a new or
// deleted thing there is one value.
func (d differ) field(f difference, both bool, width int) {
	const indent = "      "
	head := ""
	if f.name != "" {
		head = term.Pad(term.Fit(term.Escape(f.name), max(width, 1)), width) + "  "
	}
	before, after := shortly(f.before, f.after)
	plain, styled := before+" → "+after, d.tty.Red(before)+" → "+d.tty.Green(after)
	switch {
	case !both && f.before == nil:
		plain, styled = after, d.tty.Green(after)
	case !both && f.after == nil:
		plain, styled = before, d.tty.Red(before)
	}
	if !manyLines(f.before) && !manyLines(f.after) && len(indent)+term.Cells(head+plain) <= d.width {
		fmt.Fprintln(d.w, indent+head+styled)
		return
	}
	if f.name != "" {
		fmt.Fprintln(d.w, indent+d.fit(term.Escape(f.name), len(indent)))
	}
	d.text(longLines(f.before), longLines(f.after), len(indent)+2)
}
