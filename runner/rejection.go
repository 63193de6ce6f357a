package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/beignet-go/beignet/ports"
)

// Rejection is an item that a run has left behind, as its journal keeps it.
type Rejection struct {
	After    json.RawMessage `json:"after"` // the cursor before it, so that a page of one after it is the item again; null: the start
	Key      string          `json:"key"`   // its idempotency key: see [Batch.Key]
	Item     json.RawMessage `json:"item"`
	Reason   string          `json:"reason"`
	Attempt  int             `json:"attempt"` // of the run, at which it failed
	Original *Original       `json:"original,omitempty"`
}

// Original is what an item was read from, as it stood in its file: enough to put it
// into a file of the same form, where it can be mended and read again. Such a file is
// Head, the texts of its items with Join between them, and Tail. Bytes are the file's
// own, in its encoding.
type Original struct {
	Format string `json:"format"` // the usual ending of such a file's name: csv, jsonl or json
	Head   []byte `json:"head,omitempty"`
	Text   []byte `json:"text,omitempty"`
	Join   string `json:"join,omitempty"`
	Tail   string `json:"tail,omitempty"`
	Cut    bool   `json:"cut,omitempty"` // Text is not all that stood there: the rest was not kept, or a secret is hidden in it
}

// Sourced is an item that was read from a file. Where it fails, its Original is kept
// with it. Original is called before the next page is read.
type Sourced interface{ Original() *Original }

// journaled is a rejection with its place in the journal.
type journaled struct {
	Rejection
	seq  int64
	size int // bytes in the journal
}

// rejectedAfter is the first item that a run has left behind after a place in its
// journal; false where there is none. One is read at a time, for one may have
// megabytes.
func rejectedAfter(ctx context.Context, journal ports.Checkpoints, run string, seq int64) (journaled, bool, error) {
	entries, err := journal.Journal(ctx, run, ports.EntryRejected, seq, 1)
	if err != nil || len(entries) == 0 {
		return journaled{}, false, err
	}
	left := journaled{seq: entries[0].Seq, size: len(entries[0].Body)}
	if err := json.Unmarshal(entries[0].Body, &left.Rejection); err != nil {
		return left, false, fmt.Errorf("journal entry %d of run %s: %w: %w", left.seq, run, ports.ErrCorrupt, err)
	}
	if string(left.After) == "null" {
		left.After = nil
	}
	return left, true, nil
}

// Rejected goes over the items that a run has left behind, in the order of its
// journal, which is in the run's own database: the app is opened for it as a dry run
// would. An error is an *Error, and the last that comes.
func (r *Runner) Rejected(ctx context.Context, t Target, id string) iter.Seq2[Rejection, error] {
	return func(yield func(Rejection, error) bool) {
		x := r.execution(&Plan{request: Request{Target: t}})
		if err := x.eachRejected(ctx, id, func(left Rejection) bool { return yield(left, nil) }); err != nil {
			yield(Rejection{}, explain("failed items", err))
		}
	}
}

func (x *execution) eachRejected(ctx context.Context, id string, yield func(Rejection) bool) error {
	if err := x.openState(ctx, toLook); err != nil {
		return unknownWithoutState(id, err)
	}
	defer x.closeState()
	run, err := x.recorded(ctx, id)
	if err != nil || run.Delivery == ports.BestEffort { // which has no items
		return err
	}
	if run.DryRun && run.Progress.Failed > 0 {
		return keptNothing(run)
	}
	if here := x.plan.request.Target.database(); run.Database != here {
		return &Error{Code: CodeConfig, Message: fmt.Sprintf("run %s is of the database %q", run.ID, run.Database), Hint: "look on that one"}
	}
	x.run = run
	journal := ports.Checkpoints(x.state)
	if run.Delivery == ports.ExactlyOnce {
		opened, err := x.openToRead(ctx)
		if err != nil {
			return err
		}
		defer opened.close(ctx)
		if journal, err = opened.checkpoints(); err != nil {
			return err
		}
	}
	if _, err := journaledPosition(ctx, journal, run); err != nil {
		return err
	}
	for seq := int64(0); ; {
		left, more, err := rejectedAfter(ctx, journal, run.ID, seq)
		if err != nil || !more || !yield(left.Rejection) {
			return err
		}
		seq = left.seq
	}
}

// journaledPosition is how far a run has come by its own database. One that knows
// less of the run than its record is another one.
func journaledPosition(ctx context.Context, journal ports.Checkpoints, run ports.Run) (position, error) {
	saved, err := journal.Checkpoint(ctx, run.ID)
	switch {
	case saved.Batch < run.Progress.Batches:
		return position{}, &Error{
			Code:    CodeConfig,
			Message: fmt.Sprintf("the database has %d of the %d batches that run %s has on record: it is another one, or was restored", saved.Batch, run.Progress.Batches, run.ID),
			Hint:    "look on its own database", Err: err,
		}
	case err != nil:
		return position{}, nil // it has done nothing yet
	}
	return load(saved)
}

func keptNothing(run ports.Run) error {
	return &Error{Code: CodeNotResumable, Message: "run " + run.ID + " was a dry run: its failed items are not kept", Hint: "start a new run"}
}
