package runner

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/beignet-go/beignet/ports"
)

// patience is how long an error that may pass is waited out, from its first
// appearance on.
const patience = 30 * time.Second

// transient reports whether an error says something of the moment: the database is
// busy, in conflict with another's transaction, slow, or away. It is no item's fault.
func transient(err error) bool {
	return crowded(err) || errors.Is(err, ports.ErrUnavailable)
}

// crowded reports whether an error is one that a smaller transaction may not meet: it
// holds fewer locks, and for less long.
func crowded(err error) bool {
	return errors.Is(err, ports.ErrBusy) || errors.Is(err, ports.ErrTimeout)
}

// patiently calls do, and again for as long as its error is transient: after waits
// that grow, with some chance in them so that two processes do not meet for ever.
// When patience is at its end the error is the last of do's; after one that is a [halved]
// it begins anew. A run that is told to end waits no longer; the error is then why.
func (x *execution) patiently(ctx context.Context, do func() error) error {
	waiting, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	if x.watch != nil { // an attempt that is not on record yet has none
		defer context.AfterFunc(x.watch.told, func() { leave(context.Cause(x.watch.told)) })()
	}

	first, waits := true, newWaits()
	var failed time.Time // when the latest try ended in vain; zero: none has
	waited := func() {
		if !failed.IsZero() {
			x.waits.add(waitDatabase, time.Since(failed))
			failed = time.Time{}
		}
	}
	defer waited()
	return retry(waiting, waits, func() error {
		waited()
		began := time.Now()
		err := do()
		if errors.As(err, new(*halved)) {
			waits.anew()
		}
		switch {
		case crowded(err): // it waited for others
			failed = began
		case transient(err):
			failed = time.Now()
		}
		return err
	}, transient, func(err error, _ time.Duration) {
		if first {
			x.log.Warn("trying again", "for", patience.String(), "error", err)
		}
		first = false
	})
}

// insistently is patiently for the last word on a run, whoever has asked it to end:
// while the state is busy, until ctx ends. A lost reply is not waited out, for the word
// may have been heard.
func insistently(ctx context.Context, do func() error) error {
	return retry(ctx, newWaits(), do, func(err error) bool { return errors.Is(err, ports.ErrBusy) }, nil)
}

// halved is the error of a batch that is tried next with half its items. That is
// progress: patience is for one size.
type halved struct{ error }

func (e *halved) Unwrap() error { return e.error }

func retry(ctx context.Context, waits *waits, do func() error, again func(error) bool, notify backoff.Notify) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := do()
		if err != nil && !again(err) {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(waits), backoff.WithMaxElapsedTime(0), backoff.WithNotify(notify))
	return err
}

// waits are those of one patience, which begins with the first error and not with
// the call: a batch that has taken a minute is tried again like any other.
type waits struct {
	*backoff.ExponentialBackOff
	since time.Time // zero: no error yet
	next  bool      // the error was the last of its patience: the next one begins another
}

func newWaits() *waits {
	w := &waits{ExponentialBackOff: backoff.NewExponentialBackOff()}
	w.InitialInterval, w.Multiplier, w.MaxInterval = 100*time.Millisecond, 2, 5*time.Second
	return w
}

// anew has the next error begin another patience, with short waits.
func (w *waits) anew() {
	w.Reset()
	w.next = true
}

func (w *waits) NextBackOff() time.Duration {
	if w.next {
		w.next, w.since = false, time.Time{}
		return w.ExponentialBackOff.NextBackOff()
	}
	if w.since.IsZero() {
		w.since = time.Now()
	}
	next := w.ExponentialBackOff.NextBackOff()
	if time.Since(w.since)+next > patience {
		return backoff.Stop
	}
	return next
}

// commit ends a transaction whose Save has succeeded. A commit whose reply was
// lost is settled by reading the checkpoint, never by trying again before that is
// known: the error of one that stays open is permanent.
func (x *execution) commit(ctx context.Context, tx ports.Tx, from ports.Checkpoints, saved ports.Checkpoint) error {
	err := tx.Commit()
	if err == nil {
		return nil
	}
	var stored ports.Checkpoint
	unread := x.patiently(ctx, func() (err error) {
		stored, err = from.Checkpoint(context.WithoutCancel(ctx), saved.Run)
		return err
	})
	switch {
	case unread == nil && stored.Batch == saved.Batch && string(stored.State) == string(saved.State):
		return nil
	case unread != nil && !errors.Is(unread, ports.ErrNotFound):
		return backoff.Permanent(x.inDoubt(err))
	}
	return &refusedCommit{err}
}

// inDoubt is the error of a commit of which nobody can tell whether it happened.
func (x *execution) inDoubt(err error) error {
	e := *asError(err)
	e.Message = "it is not known whether the last transaction has committed: " + e.Message
	e.Hint, e.Err = x.command("runs resume "+x.run.ID)+" finds out, and does nothing twice", err
	return &e
}

// refusedCommit is the error of a commit that is known not to have happened.
type refusedCommit struct{ error }

func (e *refusedCommit) Unwrap() error { return e.error }
