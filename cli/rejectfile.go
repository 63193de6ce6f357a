package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/disk"
	"github.com/beignet-go/beignet/runner"
)

// rejectFile is a file of failed items, each as it stood in the file that it came
// from, with that file's head: what is mended there can be read by the same task with
// the same input.
type rejectFile struct {
	name    string
	files   ports.Files
	to      ports.NewFile // nil before the first item
	form    runner.Original
	written int64
	cut     int64
}

// writeFailed writes a run's failed items to a file, which appears whole or not at all.
func (c *call) writeFailed(ctx context.Context, r *runner.Runner, target runner.Target, run ports.Run, name string) error {
	f := &rejectFile{name: name, files: disk.New(disk.Options{Dir: c.std.Dir, Out: c.std.Out})}
	defer f.abort()
	c.taken = name == "-"
	for left, err := range r.Rejected(ctx, target, run.ID) {
		if err == nil {
			err = f.add(run, left)
		}
		if err != nil {
			return err
		}
	}
	if err := f.commit(run); err != nil {
		return err
	}
	if f.cut > 0 {
		c.warn(fmt.Sprintf("%s left out: the record does not have all of what stood there; see --failed for where they stand", plural(f.cut, "item")))
	}
	if c.json {
		return c.printJSON(failedResult{
			SchemaVersion: schemaVersion, Run: run.ID, Task: run.Task,
			Output: &failedOutputResult{File: name, Format: f.form.Format, Written: f.written, Cut: f.cut},
		})
	}
	if name != "-" {
		fmt.Fprintf(&c.out, "%s in %s\n", plural(f.written, "failed item"), term.Escape(name))
		if again := c.readAgain(r, run, name); again != "" {
			fmt.Fprintf(&c.out, "%s mend them there, then %s\n", c.tty.Dim("hint:"), term.Escape(again))
		}
	}
	return nil
}

// add writes an item. Of one that is cut off there is no use.
func (f *rejectFile) add(run ports.Run, left runner.Rejection) error {
	o := left.Original
	switch {
	case o == nil:
		return &runner.Error{
			Code: runner.CodeData, Message: run.Task + " does not say how its failed items stood in a file",
			Hint: "leave --output out to see them, or go over them again with retry-failed",
		}
	case o.Cut:
		f.cut++
		return nil
	case f.to == nil:
		if err := f.begin(*o); err != nil {
			return err
		}
	case o.Format != f.form.Format || !bytes.Equal(o.Head, f.form.Head):
		return &runner.Error{Code: runner.CodeData, Message: "the failed items come from files of different forms", Hint: "leave --output out to see them"}
	default:
		if err := f.write([]byte(f.form.Join)); err != nil {
			return err
		}
	}
	f.written++
	return f.write(o.Text)
}

// begin creates the file, whose name must not promise another form.
func (f *rejectFile) begin(form runner.Original) (err error) {
	f.form = form
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(f.name)), ".")
	if ending != form.Format && slices.Contains([]string{"csv", "json", "jsonl", "ndjson"}, ending) && (ending != "ndjson" || form.Format != "jsonl") {
		return usageError("the failed items are "+form.Format+", and "+f.name+" is named for another form", "name it "+strings.TrimSuffix(f.name, "."+ending)+"."+form.Format)
	}
	if f.to, err = f.files.Create(f.name, false); err != nil {
		return unwritable(err)
	}
	return f.write(form.Head)
}

func (f *rejectFile) write(text []byte) error {
	_, err := f.to.Write(text)
	return unwritable(err)
}

func (f *rejectFile) commit(run ports.Run) error {
	if f.to == nil && f.cut > 0 {
		return &runner.Error{
			Code: runner.CodeData, Message: "of no failed item of run " + run.ID + " does the record have all of what stood there",
			Hint: "leave --output out to see where they stand",
		}
	}
	if f.to == nil {
		return &runner.Error{Code: runner.CodeData, Message: "run " + run.ID + " has no failed items to write", Hint: "leave --output out to see what it has"}
	}
	if err := f.write([]byte(f.form.Tail)); err != nil {
		return err
	}
	return unwritable(f.to.Commit())
}

func (f *rejectFile) abort() {
	if f.to != nil {
		_ = f.to.Abort() // it does nothing after Commit
	}
}

// readAgain is the command that reads the file as the run has read its own; "" where
// that cannot be told, as where the input had a secret.
func (c *call) readAgain(r *runner.Runner, run ports.Run, name string) string {
	d, err := r.Describe(run.Task)
	if err != nil || len(d.Schema.Secrets(run.Input)) > 0 {
		return ""
	}
	value, err := parseOrdered(run.Input)
	input, ok := value.(members)
	all := properties(d.Schema.Fields(), c.runFlags().has)
	at := slices.IndexFunc(all, func(p property) bool { return p.File == "read" && len(p.path) == 1 })
	if err != nil || !ok || at < 0 {
		return ""
	}
	var flags strings.Builder
	for _, m := range input {
		if m.name == all[at].path[0] {
			m.value = name
		}
		if byDefault(m, all) {
			continue
		}
		if !writeFlags(&flags, members{m}, nil, all) {
			return ""
		}
	}
	return c.name + " task run " + run.Task + flags.String()
}

// byDefault reports whether a member of an input is what it is without a flag.
func byDefault(m member, all []property) bool {
	value, err := json.Marshal(m.value)
	return err == nil && slices.ContainsFunc(all, func(p property) bool {
		return len(p.path) == 1 && p.path[0] == m.name && bytes.Equal(p.Default, value)
	})
}
