package runner

import (
	"context"

	"github.com/cenkalti/backoff/v5"

	"github.com/beignet-go/beignet/ports"
)

// once runs a one-shot outside a transaction.
func (x *execution) once(ctx context.Context, opened app) (result, error) {
	output, err := x.plan.task.handler.once(ctx, opened.App, x.plan.input, nil)
	done := result{output: output}
	if files := x.files.unwritten(); len(files) > 0 {
		done.preview = &ports.Preview{Complete: true, Files: files}
	}
	return done, err
}

// onceInTx runs a one-shot as a batch of one: its checkpoint commits with it. An
// error that may pass, of the transaction and not of the handler, is waited out.
func (x *execution) onceInTx(ctx context.Context, opened app) (done result, err error) {
	if x.run.Attempt > 1 {
		return x.settle(ctx, opened)
	}
	err = x.patiently(ctx, func() error {
		return x.surpassing(ctx, func() (err error) {
			done, err = x.tryOnce(ctx, opened)
			return err
		})
	})
	return done, err
}

// tryOnce is one transaction of a one-shot. Its error is permanent where trying it
// again could do something twice: an error of the handler itself, and any after it
// has made a file, which no rollback takes back.
func (x *execution) tryOnce(ctx context.Context, opened app) (result, error) {
	bound, tx, err := opened.Begin(ctx, x.plan.task.txOptions())
	if err != nil {
		return result{}, err
	}
	defer tx.Rollback() // does nothing after Commit
	held := x.fences()
	if !x.run.DryRun {
		if err := tx.Raise(ctx, held); err != nil {
			return result{}, err
		}
	}
	e := x.effects(nil)
	output, err := x.plan.task.handler.once(ctx, bound, x.plan.input, &Changes{e})
	if err != nil {
		return result{}, backoff.Permanent(err)
	}
	if err := x.plan.task.checkOutput(output); err != nil {
		return result{}, err
	}
	at := position{Out: output, Changed: e.changes}
	if err := x.mask.keepable(at); err != nil {
		return result{}, err
	}
	entries, err := at.journal(x.plan.request.Target.AuditKey, nil, x.audit.take())
	if err != nil {
		return result{}, err
	}
	done := result{output: output, progress: ports.Progress{Changed: e.changes}, head: at.Head}
	if x.run.DryRun {
		done.preview = &ports.Preview{Complete: true, Samples: e.samples, Files: x.files.unwritten(), Stop: x.wouldStop(e.changes, nil)}
		return done, nil
	}
	if refused := x.tooMany(e.changes, nil); refused != nil {
		return result{}, backoff.Permanent(refused)
	}
	checkpoint := ports.Checkpoint{Run: x.run.ID, Batch: 1, State: at.state(), Done: true}
	err = tx.Save(ctx, checkpoint, held, entries)
	if err == nil {
		err = x.commit(ctx, tx, opened.Checkpoints, checkpoint)
	}
	if err != nil && x.files.made() {
		err = backoff.Permanent(err)
	}
	return done, err
}

// settle ends a one-shot that is resumed, without running it again: by its checkpoint,
// which is there, for its transaction has committed.
func (x *execution) settle(ctx context.Context, opened app) (result, error) {
	saved, err := opened.Checkpoints.Checkpoint(ctx, x.run.ID)
	if err != nil {
		return result{}, err
	}
	at, err := load(saved)
	return result{output: at.Out, progress: ports.Progress{Changed: at.Changed}, head: at.Head}, err
}
