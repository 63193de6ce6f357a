package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// failedFlags are those of runs show that ask for a run's failed items.
type failedFlags struct {
	failed bool
	output string // a file to write them to, as they stood in the file that they came from; "": none
}

func (f *failedFlags) add(flags *flagSet) {
	flags.add(0, "failed", "", "Show the run's failed items and why each failed.", on(&f.failed))
	flags.add(0, "output", "FILE", "With --failed: write them to a file of the form that they came from, to be mended and read again.", text(&f.output))
}

// check refuses flags that mean nothing together.
func (f *failedFlags) check() error {
	if f.output != "" && !f.failed {
		return usageError("--output is for failed items", "add --failed")
	}
	return nil
}

// failedResult are the failed items of a run, or the file that they were written to.
type failedResult struct {
	SchemaVersion int                 `json:"schemaVersion"`
	Run           string              `json:"run"`
	Task          string              `json:"task"`
	Failed        []failedItemResult  `json:"failed,omitempty"`
	Output        *failedOutputResult `json:"output,omitempty"`
}

// failedItemResult is an item that was skipped.
type failedItemResult struct {
	Key     string          `json:"key"`     // its idempotency key
	Reason  string          `json:"reason"`  // why it failed
	Attempt int             `json:"attempt"` // of the run, at which it failed
	Item    json.RawMessage `json:"item"`    // as the task has read it
}

// failedOutputResult is a file of failed items.
type failedOutputResult struct {
	File    string `json:"file"`
	Format  string `json:"format"`  // csv, jsonl or json
	Written int64  `json:"written"` // items
	Cut     int64  `json:"cut"`     // items that were left out, for the record does not have all of them
}

// showFailed makes the failed items of a run the result, or writes them to the file
// that is asked for.
func (c *call) showFailed(ctx context.Context, r *runner.Runner, target runner.Target, run ports.Run, f failedFlags) error {
	if f.output != "" {
		return c.writeFailed(ctx, r, target, run, f.output)
	}
	result := failedResult{SchemaVersion: schemaVersion, Run: run.ID, Task: run.Task}
	count, writable := 0, false
	for left, err := range r.Rejected(ctx, target, run.ID) {
		if err != nil {
			c.out.Reset()
			return err
		}
		count++
		writable = writable || left.Original != nil
		if c.json {
			result.Failed = append(result.Failed, failedItemResult{left.Key, left.Reason, left.Attempt, left.Item})
			continue
		}
		fmt.Fprintln(&c.out, term.Escape(left.Reason))
		fmt.Fprintln(&c.out, c.tty.Dim(fmt.Sprintf("  key %s  attempt %d", term.Escape(left.Key), left.Attempt)))
	}
	switch {
	case c.json:
		return c.printJSON(result)
	case count == 0:
		fmt.Fprintln(&c.out, "no failed items")
	case !writable:
		fmt.Fprintf(&c.out, "%s %s\n", c.tty.Dim("hint:"), runner.InEnvironment(c.name+" runs retry-failed "+run.ID, run.Environment))
	default:
		fmt.Fprintf(&c.out, "%s %s --failed --output FILE writes them to a file to be mended\n", c.tty.Dim("hint:"), runner.InEnvironment(c.name+" runs show "+run.ID, run.Environment))
	}
	return nil
}
