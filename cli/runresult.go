package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// printRun makes a run that has ended well the result. Resume is the command that takes
// one on that was stopped by its limit.
func (c *call) printRun(run ports.Run, resume string) error {
	if c.json {
		return c.printJSON(c.outcome(run, resume))
	}
	c.runText(run)
	if resume != "" {
		fmt.Fprintf(&c.out, "%s %s\n", c.tty.Dim("hint:"), resume)
	}
	return nil
}

// outcome is the result of a run that has ended well.
func (c *call) outcome(run ports.Run, resume string) runResult {
	result := runResult{SchemaVersion: schemaVersion, Task: run.Task, Status: string(run.Status), Exit: exitDone, Resume: resume}
	result.describe(run, c.elapsed())
	result.Audit = c.auditHead()
	return result
}

// elapsed is the time since the call began.
func (c *call) elapsed() time.Duration { return time.Since(c.began) }

// describe adds what is known of a run that was started.
func (r *runResult) describe(run ports.Run, elapsed time.Duration) {
	r.Run = run.ID
	if run.Environment != manifest.Local {
		r.Environment = run.Environment
	}
	r.Output = json.RawMessage(run.Output)
	r.progressResult = &progressResult{
		DryRun: run.DryRun, DurationMs: milliseconds(elapsed), Stages: run.Stages,
		Processed: run.Progress.Processed, Failed: run.Progress.Failed, Changed: run.Progress.Changed,
	}
	r.Preview = describePreview(run.Preview)
}

func describePreview(p *ports.Preview) *previewResult {
	if p == nil {
		return nil
	}
	result := &previewResult{Batches: p.Batches, Complete: p.Complete, Total: p.Total, Samples: p.Samples, Files: p.Files}
	if s := p.Stop; s != nil {
		result.Stop = &stopResult{s.Code, s.Message, s.Hint}
	}
	return result
}

func (c *call) runText(run ports.Run) {
	w := &c.out
	note := ""
	switch {
	case run.DryRun:
		note = "  " + c.tty.Yellow("dry run: nothing written")
	case run.Status == ports.Stopped:
		note = "  " + c.tty.Yellow("stopped by --limit")
	}
	if run.Environment != manifest.Local {
		note = "  " + c.tty.Bold(term.Escape(run.Environment)) + note
	}
	fmt.Fprintf(w, "%s%s  %s\n", c.tty.Bold(term.Escape(run.Task)), note, c.tty.Dim(seconds(c.elapsed())))
	if run.DryRun {
		fmt.Fprintln(w, would(run))
	}
	c.writeOutput(w, run.Output)
	if run.DryRun && run.Preview != nil {
		c.writePreview(run)
	}
	if n := run.Progress.Failed; n > 0 {
		were := "were"
		if n == 1 {
			were = "was"
		}
		fmt.Fprintf(w, "%s of %s failed and %s left out\n", number(n), plural(run.Progress.Processed, "item"), were)
	}
	if p := run.Preview; p != nil && p.Stop != nil {
		fmt.Fprintf(w, "%s %s\n", c.tty.Red("would be stopped:"), term.Escape(p.Stop.Message))
	}
	if p := run.Preview; p != nil && !p.Complete && run.Status != ports.Stopped {
		all := "every batch"
		if p.Total != nil {
			all = "all " + number(*p.Total)
		}
		fmt.Fprintf(w, "%s --preview all does %s\n", c.tty.Dim("hint:"), all)
	}
}

// would heads the output of a dry run, saying how much of the run it tried.
func would(run ports.Run) string {
	p := run.Preview
	switch {
	case run.Status == ports.Stopped:
		return fmt.Sprintf("would have, in the first %s items (--limit):", number(run.Progress.Processed))
	case p == nil || p.Complete:
		return "would have:"
	case p.Total == nil || p.Size == 0:
		return fmt.Sprintf("would have, in the first %s batches:", number(p.Batches))
	}
	size := int64(p.Size)
	return fmt.Sprintf("would have, in the first %s of %s batches:", number(p.Batches), number((*p.Total+size-1)/size))
}
