package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/beignet-go/beignet/ports"
)

const (
	previewBatches = 20          // that a dry run does before it only counts
	saveEvery      = time.Second // how long progress may lie unrecorded, between batches
	judgedFrom     = 1000        // items before a share of failures means anything
)

// batchRun goes over the batches of one attempt. It lives in the handler's
// goroutine; what others may know of it is published.
type batchRun struct {
	x       *execution
	src     source
	app     app
	publish func(result)

	at      position // after the last batch that committed
	batch   int64    // that batch's number
	done    bool     // the source is at its end
	size    int      // of the next batch: halved by a failure, grown back by success
	raised  bool     // whether this attempt's fences are up
	ahead   *readAhead
	pace    *pace
	tried   int64 // items of this attempt
	told    int   // skipped ones that were logged
	total   *int64
	samples []ports.Change
	saved   time.Time
}

// overBatches runs a task's batches until the source is empty, a limit is
// met or an error ends it. Whatever has committed stays.
func (x *execution) overBatches(ctx context.Context, opened app, publish func(result)) (result, error) {
	b := &batchRun{
		x: x, app: opened, publish: publish,
		pace: x.newPace(), total: x.run.Progress.Total, saved: x.runner.opts.Now(),
	}
	b.size = b.pace.limits.BatchSize
	err := x.patiently(ctx, func() (err error) {
		if b.src, err = x.source(ctx, opened); err == nil {
			err = b.restore(ctx)
		}
		return err
	})
	if err != nil {
		return result{output: x.run.Output, progress: x.run.Progress}, err
	}
	defer func() { publish(b.result()) }() // a panic included
	if b.src.opts().readAhead {
		b.ahead = newReadAhead(ctx, b.src, opened.App, x.plan.input)
		defer b.ahead.stop()
	}
	if b.done {
		return b.result(), b.judge(true)
	}
	if err := b.judge(false); err != nil {
		return b.result(), err
	}
	if err := b.count(ctx); err != nil {
		return b.result(), err
	}
	for {
		b.publish(b.result())
		if x.run.DryRun && !x.run.Limits.PreviewAll && b.batch == previewBatches {
			return b.previewed(ctx)
		}
		if told := b.x.watch.asked.Load(); told != nil {
			return b.result(), told
		}
		if b.limit() == 0 {
			done := b.result()
			done.stopped = true
			return done, nil
		}
		if err := b.throttle(ctx); err != nil {
			return b.result(), err
		}
		more, err := b.step(ctx, b.limit())
		if err != nil || !more {
			return b.result(), err
		}
		b.report(ctx)
	}
}

// restore takes over the checkpoint of an earlier attempt. A database that has
// less of the run than its record is not the one that it was writing to: the run
// does not start over there.
func (b *batchRun) restore(ctx context.Context) error {
	b.at = position{Out: b.src.zero()}
	if b.x.run.Attempt == 1 {
		return nil
	}
	saved, err := b.x.checkpoints(b.app).Checkpoint(ctx, b.x.run.ID)
	if err != nil && !errors.Is(err, ports.ErrNotFound) {
		return err
	}
	if done := b.x.run.Progress.Batches; saved.Batch < done {
		return &Error{
			Code:    CodeConfig,
			Message: fmt.Sprintf("the database has %d of the %d batches that run %s has on record: it is another one, or was restored", saved.Batch, done, b.x.run.ID),
			Hint:    "resume it on its own database, or start a new run",
		}
	}
	if saved.Batch == 0 {
		return nil
	}
	b.batch, b.done = saved.Batch, saved.Done
	if saved.Done {
		b.batch-- // the last one was empty
	}
	if b.at, err = load(saved); err == nil {
		b.x.files.expect(b.at.Inputs)
	}
	return err
}

// count asks how many items there are, once a run. It may wait for a table that another
// has for itself, and nothing is lost with it: a run that is told to end leaves it.
func (b *batchRun) count(ctx context.Context) error {
	if b.src.opts().count == nil || b.total != nil {
		return nil
	}
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	defer context.AfterFunc(b.x.watch.told, func() { leave(context.Cause(b.x.watch.told)) })()
	var n int64
	err := b.x.patiently(ctx, func() (err error) {
		n, err = b.src.opts().count(ctx, b.app.App, b.x.plan.input)
		return err
	})
	if told := b.x.watch.asked.Load(); told != nil && err != nil {
		return told
	}
	if err != nil {
		return err
	}
	b.total = &n
	return nil
}

// limit is how many items the next batch may have.
func (b *batchRun) limit() int {
	if most := b.x.run.Limits.Items; most > 0 {
		return int(min(int64(b.size), most-b.tried))
	}
	return b.size
}

// step does one batch by the one rule of failure: a batch that fails is rolled
// back and tried at half its size, and at size one the item is the culprit. What is
// no item's fault and may pass is waited out first. It reports whether there may be
// more.
func (b *batchRun) step(ctx context.Context, limit int) (more bool, err error) {
	var skip *culprit
	for {
		var n int
		var took time.Duration
		err := b.x.patiently(ctx, func() error {
			began := time.Now()
			err := b.x.surpassing(ctx, func() (err error) {
				n, err = b.try(ctx, limit, skip)
				return err
			})
			took = time.Since(began)
			if crowded(err) && limit > 1 {
				limit /= 2
				b.size = min(b.size, limit)
				b.x.log.Warn("the batch is halved", "items", limit, "error", err)
				return &halved{err}
			}
			return err
		})
		if err == nil {
			b.pace.done(n, took)
			b.size = b.pace.size(b.size, n, took, skip != nil)
			return n > 0, b.judge(false)
		}
		var fault *itemFault
		if !errors.As(err, &fault) {
			return false, err
		}
		limit = fault.retry
		b.size = max(1, min(b.size, limit))
		if limit > 0 {
			continue
		}
		if !b.x.run.Limits.Skip {
			return false, fault.ends
		}
		limit, skip = 1, &fault.culprit
	}
}

// judge ends the run where more items have failed than it may lose, a share being
// judged from a thousand items on and at the end; or where an effect that is out has
// changed too much.
func (b *batchRun) judge(end bool) error {
	if err := b.tooManyChanges(b.at.Changed); err != nil {
		return err
	}
	l := b.x.run.Limits
	if b.at.Failed == 0 || !l.Skip {
		return nil
	}
	if l.MaxShare > 0 {
		if (end || b.at.Processed >= judgedFrom) && float64(b.at.Failed) > l.MaxShare*float64(b.at.Processed) {
			return tooManyFailures(b.at)
		}
		return nil
	}
	if b.at.Failed > l.MaxFailures {
		return tooManyFailures(b.at)
	}
	return nil
}

// result is what the batches have come to so far.
func (b *batchRun) result() result {
	limits := b.pace.limits
	r := result{
		output: b.at.Out,
		head:   b.at.Head,
		seq:    b.at.Seq,
		progress: ports.Progress{
			Batches: b.batch, Processed: b.at.Processed, Failed: b.at.Failed, Changed: b.at.Changed, Total: b.total,
			Waiting: b.x.mask.String(b.pace.waiting),
		},
		limits: &limits,
		waits:  b.x.waits.list(),
	}
	if b.x.run.DryRun {
		total := b.total
		if b.done {
			total = &r.progress.Processed
		}
		r.preview = &ports.Preview{
			Batches: b.batch, Complete: b.done, Total: total, Size: b.x.run.Limits.BatchSize,
			Samples: b.samples, Files: b.x.files.unwritten(), Stop: b.x.wouldStop(b.at.Changed, total),
		}
	}
	return r
}

// previewed ends a dry run that has seen enough: it says how much is left, by Count or by
// paging on.
func (b *batchRun) previewed(ctx context.Context) (result, error) {
	if b.ahead != nil {
		b.ahead.stop() // a source is never asked twice at once
	}
	total, after := b.at.Processed, b.at.After
	for b.total == nil {
		if told := b.x.watch.asked.Load(); told != nil {
			return b.result(), told
		}
		p, err := b.src.read(ctx, b.app.App, b.x.plan.input, after, b.x.run.Limits.BatchSize)
		if err != nil {
			return b.result(), err
		}
		if p.len() == 0 {
			b.total = &total
			break
		}
		total, after = total+int64(p.len()), p.cursor(p.len()-1)
	}
	r := b.result()
	r.preview.Complete = *b.total <= b.at.Processed
	return r, nil
}

// report tells the observer, and about once a second the record.
func (b *batchRun) report(ctx context.Context) {
	x := b.x
	done := b.result()
	if x.plan.request.Observe != nil {
		x.plan.request.Observe(x.run.ID, done.progress)
	}
	if now := x.runner.opts.Now(); now.Sub(b.saved) >= saveEvery {
		b.saved = now
		x.saveProgress(ctx, b.app, done)
	}
}

// saveProgress brings the record and the audit up to the checkpoint. They may lag it,
// so that a failure here is a warning: the outcome will tell.
func (x *execution) saveProgress(ctx context.Context, opened app, done result) {
	run := x.run
	run.Progress, run.Inputs, run.Log = done.progress, x.files.inputs(), x.tail.lines()
	run.Limits, run.Waits = done.pace(run)
	err := x.copyAudit(ctx, opened, done.seq)
	if err == nil {
		err = x.state.Update(ctx, run, run.Mark())
	}
	if err != nil {
		x.log.Warn("progress is not on record", "error", err)
	}
}
