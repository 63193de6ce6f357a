package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// listed is how many runs people are shown where they do not say.
const listed = 50

func (c *call) runsList(parent *flagSet) *ff.Command {
	var filter ports.RunFilter
	cmd, flags := command(parent, "list", "", "List the runs, the latest first.", func(ctx context.Context, f *flagSet) error {
		if err := noArguments(f); err != nil {
			return err
		}
		return c.listRuns(ctx, filter)
	})
	flags.add(0, "task", "NAME", "Only the runs of one task.", text(&filter.Task))
	flags.add(0, "status", strings.Join(statusWords(), "|"), "Only those that stand so.", choice(&filter.Status, statuses()...))
	flags.add(0, "since", "TIME", "Only those started since then, such as "+someTimes+".", instant(&filter.Since, c.began))
	flags.add(0, "actor", "NAME", "Only those on one's behalf.", text(&filter.Actor))
	flags.add(0, "limit", "N", "No more than so many; 50 where people read, all with --json.", positive(&filter.Limit, maxBatchSize))
	c.addEnvironment(flags)
	return cmd
}

// statuses are how runs can stand.
func statuses() []ports.Status {
	return []ports.Status{
		ports.Running, runner.Interrupted, ports.Succeeded, ports.Failed, ports.Stopped, ports.Cancelled, ports.TimedOut,
	}
}

func statusWords() []string {
	var words []string
	for _, s := range statuses() {
		words = append(words, string(s))
	}
	return words
}

func (c *call) listRuns(ctx context.Context, filter ports.RunFilter) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	if t, ok := h.Manifest().Task(filter.Task); ok {
		filter.Task = t.Name // of an alias
	}
	cut := !c.json && filter.Limit == 0
	if cut {
		filter.Limit = listed + 1
	}
	runs, err := h.History(ctx, h.target, filter)
	if err != nil {
		return err
	}
	if c.json {
		result := runsListResult{SchemaVersion: schemaVersion, Runs: make([]standingResult, len(runs))}
		for i, s := range runs {
			result.Runs[i] = describeStanding(s)
		}
		return c.printJSON(result)
	}
	if cut = cut && len(runs) > listed; cut {
		runs = runs[:listed]
	}
	c.listRunsText(runs)
	if cut {
		fmt.Fprintf(&c.out, "%s --limit N shows more than the latest %d\n", c.tty.Dim("hint:"), listed)
	}
	return nil
}

func (c *call) listRunsText(runs []runner.Standing) {
	t := table{header: []string{"run", "task", "status", "started", "took", "items", "actor"}}
	for _, s := range runs {
		t.rows = append(t.rows, []string{
			s.ID, s.Task, statusText(s), ago(c.began.Sub(s.Started)), took(s, c.began), items(s.Progress), s.Actor,
		})
	}
	if c.tty.Interactive && t.width() > c.tty.Width() {
		ids := make([]string, len(runs))
		for i, s := range runs {
			ids[i] = s.ID
		}
		for i, short := range shortest(ids) {
			t.rows[i][0] = short
		}
	}
	t.style = func(row, column, width int) string {
		text := term.Pad(term.Escape(t.rows[row][column]), width)
		switch column {
		case 0:
			return c.tty.Bold(text)
		case 2:
			return status(c.tty, runs[row], width)
		default:
			return text
		}
	}
	t.write(&c.out, c.tty)
}

// shortID is how much of an ID is shown at least: a UUIDv7's time in milliseconds.
const shortID = 13

// shortest are the shortest beginnings that tell IDs from one another.
func shortest(ids []string) []string {
	short := make([]string, len(ids))
	sorted := slices.Sorted(slices.Values(ids))
	for i, id := range ids {
		at, _ := slices.BinarySearch(sorted, id)
		n := shortID
		for _, next := range []int{at - 1, at + 1} {
			if next >= 0 && next < len(sorted) {
				n = max(n, shared(id, sorted[next])+1)
			}
		}
		short[i] = id[:min(n, len(id))]
	}
	return short
}

// shared is how many bytes two texts begin with alike.
func shared(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
