package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/ports"
)

// itemFault says that a batch was rolled back for one of its items, and how many
// items are worth another try: none where the culprit is the first.
type itemFault struct {
	retry   int
	culprit culprit
	ends    error // how the run ends under onError stop
}

func (f *itemFault) Error() string { return f.culprit.reason }

// culprit is the item that a batch of one has failed for.
type culprit struct {
	cursor json.RawMessage // its own, in the task's source
	reason string
}

// try does one batch of at most limit items in one transaction, and returns how
// many there were. Where the batch is a culprit alone it is passed over, not
// applied. After an error nothing of the batch has been kept.
func (b *batchRun) try(ctx context.Context, limit int, skip *culprit) (n int, err error) {
	b.x.atBatch.Store(b.batch + 1)
	b.x.audit.take() // what a rolled back batch left
	bound, tx, err := b.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // does nothing after Commit
	if err := b.raise(ctx, tx); err != nil {
		return 0, err
	}
	p, err := b.read(ctx, bound, limit)
	if err != nil {
		return 0, err
	}
	if p.len() == 0 {
		if err := b.judge(true); err != nil {
			return 0, err
		}
	}
	next, e, err := b.applied(ctx, bound, p, skip)
	if err == nil {
		err = b.x.mask.keepable(next)
	}
	if err != nil {
		return 0, err
	}
	if !b.x.plan.task.handler.external { // whose effect no rollback takes back: see judge
		if err := b.tooManyChanges(next.Changed); err != nil {
			return 0, err
		}
	}
	if err := b.save(ctx, tx, &next, p, e); err != nil {
		return 0, b.saveFault(err, p, skip)
	}
	if b.done = p.len() == 0; !b.done {
		b.batch++
	}
	b.at, b.tried = next, b.tried+int64(p.len())
	b.samples = append(b.samples, e.samples...)
	b.tell(e)
	return p.len(), nil
}

// raise puts this attempt's fences up, in its first batch.
func (b *batchRun) raise(ctx context.Context, tx ports.Tx) error {
	if b.raised || b.x.run.DryRun {
		return nil
	}
	return tx.Raise(ctx, b.x.fences())
}

// saveFault is an error of save. That the rows were refused at the commit, as by a
// deferred constraint, is the fault of one of them like any other; but not where
// nothing was applied, or that effect is elsewhere.
func (b *batchRun) saveFault(err error, p page, skip *culprit) error {
	var refused *refusedCommit
	if errors.As(err, &refused) && p.len() > 0 && skip == nil && !b.x.plan.task.handler.external {
		return fault(refused.error, p)
	}
	return err
}

// save moves the checkpoint and commits it with the rows. A dry run leaves both
// to be rolled back.
func (b *batchRun) save(ctx context.Context, tx ports.Tx, next *position, p page, e *effects) error {
	if b.x.run.DryRun {
		return nil
	}
	left, err := b.rejections(p, e)
	if err != nil {
		return err
	}
	entries, err := next.journal(b.x.plan.request.Target.AuditKey, left, b.x.audit.take())
	if err != nil {
		return err
	}
	next.Inputs = b.x.files.inputs()
	c := ports.Checkpoint{Run: b.x.run.ID, Batch: b.batch + 1, State: next.state(), Done: p.len() == 0}
	put := func() error {
		if err := tx.Save(ctx, c, b.x.fences(), entries); err != nil {
			return err
		}
		return b.x.commit(ctx, tx, b.x.checkpoints(b.app), c)
	}
	if b.x.plan.task.handler.external {
		err = b.x.putLate(ctx, tx, put)
	} else {
		err = put()
	}
	b.raised = b.raised || err == nil
	return err
}

// told is how many skipped items of an attempt are named in the log. All are in
// the journal.
const told = 5

// tell names the first items that were skipped, for whoever watches.
func (b *batchRun) tell(e *effects) {
	for _, i := range e.inOrder() {
		if b.told++; b.told <= told {
			b.x.log.Warn("item skipped", "reason", e.rejected[i])
		}
	}
}

// applied runs the handler's apply over a page and returns the position after
// it. A culprit that another process has taken away in the meantime is not there
// to be skipped, and the item in its place is applied like any other.
func (b *batchRun) applied(ctx context.Context, bound any, p page, skip *culprit) (position, *effects, error) {
	next, n := b.at, p.len()
	e := b.x.effects(b.samples)
	if n == 0 {
		return next, e, nil
	}
	next.After = p.cursor(n - 1)
	if _, own := p.origin(0); skip != nil && n == 1 && bytes.Equal(skip.cursor, own) {
		e.reject(0, skip.reason)
	} else {
		out, err := p.apply(ctx, bound, rootOf(b.x.run), b.at.Out, e)
		if err != nil {
			return next, e, fault(err, p)
		}
		if len(e.rejected) > 0 && !b.x.run.Limits.Skip {
			first := e.inOrder()[0]
			reason := e.rejected[first]
			_, own := p.origin(0)
			return next, e, &itemFault{retry: first, culprit: culprit{own, reason}, ends: b.refusedItem(reason)}
		}
		next.Out = out
	}
	next.Processed += int64(n)
	next.Failed += int64(len(e.rejected))
	next.Changed += e.changes
	return next, e, nil
}

// fault is an error of apply, blamed on the items unless it says something of
// the database, the run or the input.
func fault(err error, p page) error {
	if endsRun(err) {
		return err
	}
	_, at := p.origin(0)
	return &itemFault{retry: p.len() / 2, culprit: culprit{at, err.Error()}, ends: fmt.Errorf("at item %s: %w", at, err)}
}

// rejections are the items that the batch leaves behind, in order.
func (b *batchRun) rejections(p page, e *effects) ([]Rejection, error) {
	var left []Rejection
	for _, i := range e.inOrder() {
		after, own := p.origin(i)
		for _, cursor := range []json.RawMessage{after, own} {
			if err := b.x.mask.keepable(position{After: cursor}); err != nil {
				return nil, err
			}
		}
		left = append(left, Rejection{
			After: after, Key: itemKey(rootOf(b.x.run), own), Item: b.x.mask.JSON(p.item(i)),
			Reason: b.x.mask.String(e.rejected[i]), Attempt: b.x.run.Attempt, Original: b.x.mask.original(p.original(i)),
		})
	}
	return left, nil
}

// begin opens the transaction of one batch: over the rows, or for an External
// handler over beignet's own state.
func (b *batchRun) begin(ctx context.Context) (any, ports.Tx, error) {
	if !b.x.plan.task.handler.external {
		return b.app.Begin(ctx, b.x.plan.task.txOptions())
	}
	return b.app.App, &lateTx{begin: b.x.state.Begin}, nil
}

// read returns the next page: the one that was read ahead, or one read now.
func (b *batchRun) read(ctx context.Context, bound any, limit int) (page, error) {
	if b.ahead != nil {
		return b.ahead.next(ctx, b.at.After, limit)
	}
	return b.src.read(ctx, bound, b.x.plan.input, b.at.After, limit)
}

// refusedItem ends a run that skips no items. One that reads a file does not go on with
// another in its place, and as it is it meets the same item again.
func (b *batchRun) refusedItem(reason string) error {
	hint := "mend it and start anew, or go on without such items: --on-error skip --max-failures N"
	if len(b.x.files.inputs()) > 0 && !b.x.run.DryRun {
		hint = "mend it and start anew, or go on without such items: " + b.x.runner.command("runs resume "+b.x.run.ID+" --on-error skip --max-failures N")
	}
	return &DataError{Message: reason, Hint: hint}
}

func tooManyFailures(at position) error {
	return &Error{
		Code:    CodeFailures,
		Message: fmt.Sprintf("%d of %d items failed, more than maxFailures allows", at.Failed, at.Processed),
		Hint:    "the log names the first; mend them, or raise --max-failures",
	}
}
