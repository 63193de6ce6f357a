package runner

import (
	"context"

	"github.com/beignet-go/beignet/ports"
)

// once runs a one-shot outside a transaction.
func (x *execution) once(ctx context.Context, opened app) (result, error) {
	output, err := x.plan.task.handler.once(ctx, opened.App, x.plan.input, nil)
	return result{output: output}, err
}

// onceInTx runs a one-shot as a batch of one: its checkpoint commits with it.
func (x *execution) onceInTx(ctx context.Context, opened app) (result, error) {
	bound, tx, err := opened.Begin(ctx, ports.TxOptions{})
	if err != nil {
		return result{}, err
	}
	defer tx.Rollback() // does nothing after Commit
	held := fences(x.run)
	if !x.run.DryRun {
		if err := tx.Raise(ctx, held); err != nil {
			return result{}, err
		}
	}
	e := &effects{sampling: x.sampling()}
	output, err := x.plan.task.handler.once(ctx, bound, x.plan.input, &Changes{e})
	if err != nil {
		return result{}, err
	}
	if err := x.plan.task.checkOutput(output); err != nil {
		return result{}, err
	}
	at := position{Out: output, Changed: e.changes}
	entries := at.journal(nil, x.audit.take())
	done := result{output: output, progress: ports.Progress{Changed: e.changes}, head: at.Head}
	if x.run.DryRun {
		done.preview = &ports.Preview{Complete: true, Samples: e.samples}
		return done, nil
	}
	checkpoint := ports.Checkpoint{Run: x.run.ID, Batch: 1, State: at.state(), Done: true}
	if err := tx.Save(ctx, checkpoint, held, entries); err != nil {
		return result{}, err
	}
	return done, commit(ctx, tx, opened.Checkpoints, checkpoint)
}

// sampling is how many changes of a batch are kept to be shown.
func (x *execution) sampling() int {
	if x.run.DryRun {
		return maxSamples
	}
	return 0
}
