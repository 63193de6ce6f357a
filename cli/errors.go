package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// How errors look. They are printed here and nowhere else, once, as
//
//	beignet: what is wrong and where
//	  /pointer  what is wrong there
//	hint: what to do next
//
// without a capital or a full stop, so that a message can be joined to another.

// taskError is an error of task run, with what is known of the run.
type taskError struct {
	error
	task string
	run  ports.Run // without an ID where none was started

	status string // of the run; "": as its record says
	resume string // the command that takes the run on; "": none does
}

func (e *taskError) Unwrap() error { return e.error }

// toldError ends a command whose result has told what is wrong.
type toldError struct{ code runner.Code }

func (e *toldError) Error() string { return string(e.code) }

// report prints an error, for people on standard error or under --json as the
// result, and returns its exit code.
func (c *call) report(err error) int {
	known := asKnown(err)
	if known.Hint == "" && known.Code == runner.CodeUsage {
		told := *known
		told.Hint = c.name + " help"
		known = &told
	}
	exit := exitCode(known.Code)
	c.err.seal()
	if c.json {
		c.reportJSON(err, known, exit)
	} else {
		c.reportText(err, known)
	}
	if c.verbose && len(known.Stack) > 0 {
		fmt.Fprintln(c.err, term.EscapeText(string(known.Stack)))
	}
	return exit
}

// asKnown is the error for people in err. Any other is a bug of the program.
func asKnown(err error) *runner.Error {
	var known *runner.Error
	if errors.As(err, &known) {
		return known
	}
	return &runner.Error{Code: runner.CodeInternal, Message: "internal error: " + err.Error(), Err: err}
}

func (c *call) reportJSON(err error, e *runner.Error, exit int) {
	if err := c.printJSON(c.failure(err, e, exit)); err != nil {
		c.warn(err.Error())
	}
}

// failure is the result of a command that has ended with an error.
func (c *call) failure(err error, e *runner.Error, exit int) runResult {
	retry := retryable(exit)
	result := runResult{
		SchemaVersion: schemaVersion, Status: "refused", Exit: exit, Retryable: &retry,
		Error: &errorResult{
			Code: string(e.Code), Message: e.Message, Hint: e.Hint,
			Violations: e.Violations, Diagnostics: diagnosticResults(e.Diagnostics),
		},
	}
	var of *taskError
	if errors.As(err, &of) {
		result.Task = of.task
		if of.run.ID != "" {
			result.describe(of.run, c.elapsed())
			result.Status, result.Resume = cmp.Or(of.status, failedStatus(of.run)), of.resume
			result.Audit = c.auditHead()
		}
	}
	return result
}

// failedStatus is the status of a run that ended in an error. One that could not
// put its end on record is running there, with nobody at it.
func failedStatus(run ports.Run) string {
	if run.Status == ports.Running {
		return string(runner.Interrupted)
	}
	return string(run.Status)
}

func (c *call) reportText(err error, e *runner.Error) {
	var usage *helpError
	if errors.As(err, &usage) {
		c.help(c.err, c.err.Terminal, usage.command)
		return
	}
	var of *taskError
	message := e.Message
	if errors.As(err, &of) && of.run.ID != "" {
		message = of.task + ": " + message // of a handler, which need not name its task
	}
	var b strings.Builder
	message = strings.ReplaceAll(term.EscapeText(message), "\n", "\n  ") // it begins no line of ours
	b.WriteString(c.err.Red(c.name+":") + " " + message + "\n")
	writeViolations(&b, e.Violations)
	for _, d := range e.Diagnostics {
		b.WriteString(indent(diagnosticText(d), "  "))
	}
	if of != nil {
		writeKept(&b, of.run)
	}
	hints := []string{e.Hint}
	if of != nil {
		hints = append(hints, wayOn(of.run, of.resume, e.Hint))
	}
	for _, hint := range hints {
		if hint != "" {
			b.WriteString(c.err.Dim("hint:") + " " + term.Escape(hint) + "\n")
		}
	}
	c.err.print(b.String())
}

// writeViolations writes a line a violation, with the pointers in one column.
func writeViolations(b *strings.Builder, violations []runner.Violation) {
	rows := make([]row, len(violations))
	for i, v := range violations {
		rows[i] = row{v.Pointer, v.Message}
		if v.Pointer == "" {
			rows[i].name = "the input"
		}
		if v.Suggestion != "" {
			rows[i].value += "; did you mean " + v.Suggestion + "?"
		}
	}
	writeRows(b, "  ", rows)
}

// writeKept says what a run that failed has done all the same.
func writeKept(b *strings.Builder, run ports.Run) {
	kept := run.Progress.Processed - run.Progress.Failed
	if kept == 0 || run.DryRun {
		return
	}
	done := plural(kept, "item")
	if run.Progress.Total != nil {
		done = number(kept) + " of " + plural(*run.Progress.Total, "item")
	}
	fmt.Fprintf(b, "  done before that and kept: %s\n", done)
}

// diagnosticText is a finding as people are shown it.
func diagnosticText(d manifest.Diagnostic) string { return term.EscapeText(d.String()) }

// warn tells people something that changes no outcome.
func (c *call) warn(message string) {
	c.err.print(c.err.Yellow("warning:") + " " + term.EscapeText(message) + "\n")
}
