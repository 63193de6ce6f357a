package runner

import (
	"context"
	"errors"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// Cancel ends a run from another process. One that a process is at is asked to stop: it
// does so after its batch, within about a second, and the Standing says that it is at
// it still. One that was interrupted is cancelled at once, on its record. One that has
// ended stays as it is. Of the request, the target and who asks count; a protected
// environment has to be named. The id is a full one: see [Runner.Find].
func (r *Runner) Cancel(ctx context.Context, id string, req Request) (Standing, error) {
	var after Standing
	if err := r.keeping(ctx, req, named); err != nil {
		return after, err
	}
	err := r.inState(ctx, req.Target, func(state ports.State) error {
		for {
			s, err := r.standing(ctx, state, id)
			switch {
			case err != nil:
				return err
			case s.At():
				err = r.order(ctx, state, s.Run, req)
			case s.Interrupted:
				err = r.bury(ctx, state, s.Run, req)
			}
			if errors.Is(err, ports.ErrStale) || errors.Is(err, ports.ErrLocked) {
				continue // it ended, or was resumed, meanwhile
			}
			if err == nil {
				after, err = r.standing(ctx, state, id)
			}
			return err
		}
	})
	return after, r.explainRun(id, err)
}

// order asks the process that is at a run to cancel it.
func (r *Runner) order(ctx context.Context, state ports.State, run ports.Run, req Request) error {
	now := r.opts.Now().UTC()
	return state.Order(ctx, run.ID, ports.Order{Cancel: true, By: req.Actor, At: now}, r.eventBy(req, run, "run.cancel-requested"))
}

// bury ends the record of a run that was interrupted. It holds the run's lock
// meanwhile, so that nobody resumes it. ErrLocked, ErrStale: somebody has.
func (r *Runner) bury(ctx context.Context, state ports.State, run ports.Run, req Request) (err error) {
	held, err := state.Lock(ctx, r.holder(run, req), []string{runLock + run.ID})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release(runLock+run.ID)) }()
	latest, err := state.Run(ctx, run.ID)
	if err != nil {
		return err
	}
	from := latest.Mark()
	if from != run.Mark() {
		return ports.ErrStale
	}
	if err := latest.Move(ports.Cancelled); err != nil {
		return err
	}
	now := r.opts.Now().UTC()
	latest.Ended = &now
	latest.Failure = &ports.Failure{Code: string(CodeCancelled), Message: "cancelled by " + req.Actor + " after it was interrupted"}
	return state.Update(ctx, latest, from, r.eventBy(req, run, "task.cancelled"))
}

// eventBy is an event of what somebody does to a run from outside.
func (r *Runner) eventBy(req Request, run ports.Run, action string) ports.Event {
	e := eventOf(run)
	e.Time, e.Action = r.opts.Now().UTC(), action
	e.Actor, e.Client, e.Reason = req.Actor, req.Client, req.Reason
	return e
}

func (r *Runner) holder(run ports.Run, req Request) ports.Holder {
	return ports.Holder{Run: run.ID, Task: run.Task, Actor: req.Actor, Since: r.opts.Now().UTC()}
}

// Wait looks soon at first, and then every so often.
const (
	firstLook = 250 * time.Millisecond
	lookEvery = time.Second
)

// Wait returns a run once nobody is at it any more: it has ended, or was interrupted.
// A state that is busy or away is asked again. The id is a full one. Once ctx has ended
// it returns the run as it stands, and ctx's error.
func (r *Runner) Wait(ctx context.Context, t Target, id string) (Standing, error) {
	var s Standing
	err := r.inState(ctx, t, func(state ports.State) error {
		for wait := firstLook; ; wait = min(2*wait, lookEvery) {
			now, err := r.standing(ctx, state, id)
			switch {
			case err == nil:
				if s = now; !s.At() {
					return nil
				}
			case !transient(err):
				return errors.Join(err, ctx.Err())
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(wait):
			}
		}
	})
	if ctx.Err() != nil && err != nil {
		return s, ctx.Err()
	}
	return s, r.explainRun(id, err)
}
