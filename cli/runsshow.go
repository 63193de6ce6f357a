package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

func (c *call) runsShow(parent *flagSet) *ff.Command {
	var failed failedFlags
	cmd, flags := c.ofRun(parent, "show", "Show what a run was given, did and said.", func(ctx context.Context, id string) error {
		if err := failed.check(); err != nil {
			return err
		}
		return c.showRun(ctx, id, failed)
	})
	failed.add(flags)
	c.addEnvironment(flags)
	return cmd
}

func (c *call) showRun(ctx context.Context, id string, failed failedFlags) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	s, err := h.Find(ctx, h.target, id)
	if err != nil {
		return err
	}
	if failed.failed {
		return c.showFailed(ctx, h.Runner, h.target, s.Run, failed)
	}
	if c.json {
		return c.printJSON(c.describeRun(s))
	}
	c.showRunText(s)
	return nil
}

func (c *call) showRunText(s runner.Standing) {
	w := &c.out
	fmt.Fprintf(w, "%s  %s  %s\n", c.tty.Bold(term.Escape(s.ID)), term.Escape(s.Task), status(c.tty, s, 0))
	writeRows(w, "  ", c.origin(s))
	section := func(title string, write func(io.Writer)) {
		fmt.Fprintln(w, c.tty.Bold(title))
		write(w)
	}
	section("input", func(w io.Writer) { c.writeOutput(w, s.Input) })
	if rows := filled(progressRows(s)); len(rows) > 0 {
		section("progress", func(w io.Writer) { writeRows(w, "  ", rows) })
	}
	if len(s.Stages) > 0 {
		section("stages", func(w io.Writer) { fmt.Fprintln(w, "  "+stagesText(s.Stages)) })
	}
	if len(s.Output) > 0 {
		section("output", func(w io.Writer) { c.writeOutput(w, s.Output) })
	}
	if s.DryRun && s.Preview != nil {
		section("preview", func(io.Writer) { c.writePreview(s.Run) })
	}
	if f := s.Failure; f != nil {
		section("error", func(w io.Writer) {
			writeRows(w, "  ", filled([]row{{f.Code, f.Message}, {"hint", f.Hint}}))
		})
	}
	if len(s.Log) > 0 {
		section("log", func(w io.Writer) {
			for _, line := range s.Log {
				fmt.Fprintln(w, "  "+term.Escape(line))
			}
		})
	}
	hint := ""
	if s.Failure != nil {
		hint = s.Failure.Hint
	}
	if on := wayOn(s.Run, c.resume(s), hint); on != "" {
		fmt.Fprintf(w, "%s %s\n", c.tty.Dim("hint:"), on)
	}
}

// origin is who started a run, where, when and with what.
func (c *call) origin(s runner.Standing) []row {
	rows := []row{
		{"started", moment(s.Started, c.began)},
		{"took", took(s, c.began)},
		{"attempt", fmt.Sprint(s.Attempt)},
		{"actor", s.Actor},
		{"client", strings.TrimSpace(s.Client + " " + s.Version)},
		{"reason", s.Reason},
		{"environment", s.Environment},
		{"tenant", s.Tenant},
		{"database", s.Database},
		{"delivery", string(s.Delivery)},
		{"retries", s.Parent},
		{"instead of", s.Supersedes},
		{"limits", limitsText(s.Limits)},
	}
	if s.Root != s.ID && s.Root != s.Parent {
		rows = append(rows, row{"root", s.Root})
	}
	if s.Ended != nil {
		rows[1] = row{"ended", moment(*s.Ended, c.began) + ", after " + took(s, c.began)}
	}
	if o := s.Order; o != nil {
		what := tuningText(o)
		if o.Cancel {
			what = "cancel"
		}
		rows = append(rows, row{"order", what + ", by " + o.By + ", " + ago(c.began.Sub(o.At))})
	}
	for _, f := range s.Inputs {
		rows = append(rows, row{"file", fmt.Sprintf("%s, %s, sha256 %.12s", f.Name, plural(f.Size, "byte"), f.SHA256)})
	}
	return filled(rows)
}

// filled are the rows that have a value.
func filled(rows []row) []row {
	var kept []row
	for _, r := range rows {
		if r.value != "" {
			kept = append(kept, r)
		}
	}
	return kept
}

func progressRows(s runner.Standing) []row {
	p := s.Progress
	rows := []row{{"items", items(p)}}
	if p.Batches > 0 {
		rows = append(rows, row{"batches", number(p.Batches)})
	}
	if p.Changed > 0 {
		rows = append(rows, row{"changed", number(p.Changed)})
	}
	if len(s.Waits) > 0 {
		rows = append(rows, row{"waited", waitsText(s.Waits)})
	}
	if s.At() && p.Waiting != "" {
		rows = append(rows, row{"waiting", p.Waiting})
	}
	return rows
}

// waitsText says how long a run has waited, and why.
func waitsText(waits []ports.Wait) string {
	parts := make([]string, len(waits))
	for i, w := range waits {
		parts[i] = seconds(w.Duration) + " for the " + w.Why
	}
	return strings.Join(parts, ", ")
}

// limitsText are the bounds of a run's batches.
func limitsText(l ports.Limits) string {
	var parts []string
	if l.BatchSize > 0 {
		parts = append(parts, plural(int64(l.BatchSize), "item")+" a batch")
	}
	if l.Rate > 0 {
		parts = append(parts, plural(l.Rate, "item")+" a second at most")
	}
	if l.Items > 0 {
		parts = append(parts, plural(l.Items, "item")+" at most")
	}
	switch {
	case l.Skip && l.MaxShare > 0:
		parts = append(parts, fmt.Sprintf("%g%% may fail", 100*l.MaxShare))
	case l.Skip:
		parts = append(parts, number(l.MaxFailures)+" may fail")
	}
	if l.AcceptChanges > 0 {
		parts = append(parts, plural(l.AcceptChanges, "change")+" accepted")
	} else {
		parts = append(parts, changesText(l.MaxChanges, l.MaxChangeShare)...)
	}
	if l.Timeout > 0 {
		parts = append(parts, roundDuration(l.Timeout)+" at most")
	}
	return strings.Join(parts, ", ")
}

// changesText are the bounds of what a run may change.
func changesText(most *int64, share float64) (parts []string) {
	if most != nil {
		parts = append(parts, plural(*most, "change")+" at most")
	}
	if share > 0 {
		parts = append(parts, fmt.Sprintf("changes of %g%% at most", 100*share))
	}
	return parts
}

func stagesText(stages []ports.Stage) string {
	parts := make([]string, len(stages))
	for i, s := range stages {
		parts[i] = s.Name + " " + brief(s.Duration)
	}
	return strings.Join(parts, ", ")
}

// brief is a duration with about two digits that matter.
func brief(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	default:
		return d.Round(10 * time.Millisecond).String()
	}
}
