package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// What a batch is bounded by where the manifest does not say.
const (
	defaultLockTimeout = 5 * time.Second
	statementTargets   = 10 // the targets that one statement of a batch may take
	maxGrowth          = 10 // the sizes that a batch with a target may grow to
	probeEvery         = 5 * time.Second
	probePatience      = 10 * time.Minute
	probeWithin        = 5 * time.Second // a probe that has not answered by then gives no answer
)

// What a run waits for.
const (
	waitRate     = "rate"
	waitPause    = "pause"
	waitProbe    = "probe"
	waitDatabase = "database" // busy or away, and tried again
)

// txOptions bound the statements of each of the task's transactions. One whose process
// stands still ends before another that waits for it loses patience.
func (t *task) txOptions() ports.TxOptions {
	return ports.TxOptions{
		LockTimeout:      cmp.Or(t.Batch.LockTimeout, defaultLockTimeout),
		StatementTimeout: cmp.Or(t.Batch.StatementTimeout, statementTargets*t.Batch.Target),
		IdleTimeout:      cmp.Or(t.Batch.IdleTimeout, patience),
	}
}

// pace is how fast the batches of one attempt may follow each other, and how large they
// are. It lives in the handler's goroutine.
type pace struct {
	limits   ports.Limits // as they are by now: another process may change rate and batch size
	throttle manifest.Throttle
	target   time.Duration // of a batch; 0: its size stays
	most     int           // items of a batch that grows

	heeded  *ports.Order // the order that the limits have; nil: none
	due     time.Time    // when the rate lets the next batch begin
	pause   bool         // there was a batch, after which to pause
	asked   time.Time    // when the probe last let a batch through
	waiting string       // for what, while it takes long
}

func (x *execution) newPace() *pace {
	t := x.plan.task
	return &pace{
		limits: x.run.Limits, throttle: t.Throttle, target: t.Batch.Target,
		most: max(cmp.Or(t.Batch.Max, maxGrowth*x.run.Limits.BatchSize), x.run.Limits.BatchSize),
	}
}

// done takes note of a batch of n items that has committed.
func (p *pace) done(n int, took time.Duration) {
	p.pause = true
	p.due = time.Time{}
	if p.limits.Rate > 0 {
		p.due = time.Now().Add(time.Duration(float64(n)/float64(p.limits.Rate)*float64(time.Second)) - took)
	}
}

// size is how many items the next batch has, after one of n that was tried with size
// has committed. Without a target it doubles what failures have halved, until it is
// whole again; with one it goes where batches take as long as they are to, by no more than
// half or double at a time. A batch that only skipped its culprit is no sign of health.
func (p *pace) size(size, n int, took time.Duration, skipped bool) int {
	if skipped {
		return size
	}
	if p.target == 0 {
		return min(size*2, p.limits.BatchSize)
	}
	fits := float64(n) * float64(p.target) / float64(max(took, 1))
	switch {
	case took > p.target:
		return max(1, n/2, int(min(fits, float64(size))))
	case n < size: // the last page, or one full of bytes
		return size
	}
	return min(2*size, int(min(fits, float64(p.most))), p.most)
}

// tune takes over what another process has ordered since, and reports whether the size
// of the next batch is another.
func (p *pace) tune(order *ports.Order) (resized bool) {
	if order == nil || order == p.heeded {
		return false
	}
	p.heeded = order
	if order.Rate != nil {
		p.limits.Rate, p.due = *order.Rate, time.Time{}
	}
	resized = order.BatchSize > 0 && order.BatchSize != p.limits.BatchSize
	if resized {
		p.limits.BatchSize = order.BatchSize
		p.most = order.BatchSize // also where a target would have more
	}
	return resized
}

// throttle waits before the next batch for as long as the run is to. It ends with why
// the run is to end, where it is told so meanwhile. A wait that was seen is over for all
// who have seen it.
func (b *batchRun) throttle(ctx context.Context) error {
	err := b.hold(ctx)
	seen := b.pace.waiting != ""
	b.pace.waiting = ""
	if err == nil && seen {
		b.saved = time.Time{}
		b.report(ctx)
	}
	return err
}

func (b *batchRun) hold(ctx context.Context) error {
	b.heed()
	if p := b.pace; p.pause {
		p.pause = false
		if err := b.wait(ctx, waitPause, func() time.Time { return time.Now().Add(p.throttle.Pause) }); err != nil {
			return err
		}
		if err := b.wait(ctx, waitRate, func() time.Time { return p.due }); err != nil {
			return err
		}
	}
	if b.pace.throttle.Probe.Query == "" {
		return nil
	}
	return b.probe(ctx)
}

// heed takes over an order for the run's pace.
func (b *batchRun) heed() {
	order := b.x.watch.tuned.Load()
	if order == nil || order == b.pace.heeded {
		return
	}
	if b.pace.tune(order) {
		b.size = order.BatchSize
	}
	b.x.log.Info("tuned", "by", order.By, "rate", b.pace.limits.Rate, "batchSize", b.pace.limits.BatchSize)
}

// wait waits until an instant, which an order may move. From the first second on it is
// seen, and on record for as long as it has been.
func (b *batchRun) wait(ctx context.Context, why string, until func() time.Time) error {
	end := until()
	for left := time.Until(end); left > 0; left = time.Until(end) {
		began, timer := time.Now(), time.NewTimer(min(left, saveEvery))
		var told error
		select {
		case <-timer.C:
		case <-b.x.watch.news:
			b.heed()
			if why == waitRate {
				end = until()
			}
		case <-b.x.watch.told.Done():
			told = context.Cause(b.x.watch.told)
		case <-ctx.Done():
			told = context.Cause(ctx)
		}
		timer.Stop()
		b.x.waits.add(why, time.Since(began))
		if told != nil {
			return told
		}
		if time.Until(end) > 0 {
			if why != waitProbe {
				b.pace.waiting = why
			}
			b.report(ctx)
		}
	}
	return nil
}

// probe asks the database whether the next batch may begin, and waits while its number
// is too high or there is no answer: for as long as its patience, after which the run
// stops and can be resumed. A query that the database refuses ends the run at once.
func (b *batchRun) probe(ctx context.Context) error {
	probe := b.pace.throttle.Probe
	every, patience := cmp.Or(probe.Every, probeEvery), cmp.Or(probe.Patience, probePatience)
	if time.Since(b.pace.asked) < every {
		return nil
	}
	for began, first := time.Now(), true; ; first = false {
		wrong, err := b.ask(ctx, probe)
		if err != nil {
			return err
		}
		if wrong == "" {
			b.pace.asked = time.Now()
			return nil
		}
		if first {
			b.x.log.Warn("waiting for the probe", "for", patience.String(), "probe", wrong)
		}
		b.pace.waiting = "probe: " + wrong
		b.report(ctx)
		if time.Since(began)+every > patience {
			return &Error{
				Code: CodeThrottled, Message: fmt.Sprintf("the probe has not let a batch through for %s: %s", patience, wrong),
				Hint: b.x.command("runs resume "+b.x.run.ID) + " once the database has less to do",
			}
		}
		if err := b.wait(ctx, waitProbe, func() time.Time { return time.Now().Add(every) }); err != nil {
			return err
		}
	}
}

// ask says what is wrong with the probe's answer; "": nothing. An error says that there
// will be none.
func (b *batchRun) ask(ctx context.Context, probe manifest.Probe) (wrong string, err error) {
	ctx, cancel := context.WithTimeout(ctx, probeWithin)
	defer cancel()
	number, err := b.app.Probe(ctx, probe.Query)
	switch {
	case errors.Is(err, ports.ErrSchema):
		return "", &Error{
			Code: CodeConfig, Message: "the probe of " + b.x.run.Task + " cannot be asked: " + err.Error(),
			Hint: "mend the query of its throttle, or what the database lacks: " + probe.Query, Err: err,
		}
	case err != nil:
		return "no answer: " + err.Error(), nil
	case !(number <= float64(probe.Limit)): // NaN is no answer either
		return fmt.Sprintf("%g is above the limit of %d", number, probe.Limit), nil
	}
	return "", nil
}

// waited is what a run has waited for, over all its attempts.
type waited []ports.Wait

func waitedBefore(waits []ports.Wait) waited { return append(waited(nil), waits...) }

func (w *waited) add(why string, d time.Duration) {
	for i := range *w {
		if (*w)[i].Why == why {
			(*w)[i].Duration += d
			return
		}
	}
	*w = append(*w, ports.Wait{Why: why, Duration: d})
}

// list is a copy of them.
func (w *waited) list() []ports.Wait { return append([]ports.Wait(nil), *w...) }
