package runner

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// watch hears, while a handler is at work, what others want of the run: a signal by
// way of [Request.Stop], an order that another process has left, and that a lock is
// lost.
type watch struct {
	x      *execution
	asked  atomic.Pointer[Error]       // why the run is to end; nil: it is not
	tuned  atomic.Pointer[ports.Order] // the latest order for its pace; nil: none
	news   chan struct{}               // has a value once there is another
	told   context.Context             // ends when it is asked to, with that as its cause
	tell   context.CancelCauseFunc
	cancel context.CancelCauseFunc
	ended  chan struct{}
	left   chan struct{}
}

// watched is a context for the handler, and what watches over it. A run of batches is
// asked to end after its batch; the context of a one-shot, which has no such end, is
// cancelled at once. A lost lock cancels either.
func (x *execution) watched(ctx context.Context) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{x: x, cancel: cancel, news: make(chan struct{}, 1), ended: make(chan struct{}), left: make(chan struct{})}
	w.told, w.tell = context.WithCancelCause(context.WithoutCancel(ctx))
	go w.listen(ctx)
	return ctx, w
}

// end ends the watch, and waits for it to be over.
func (w *watch) end() {
	close(w.ended)
	w.cancel(nil)
	<-w.left
	w.tell(nil)
}

func (w *watch) listen(ctx context.Context) {
	defer close(w.left)
	stop, tick := w.x.plan.request.Stop, time.NewTicker(w.x.runner.opts.Poll)
	defer tick.Stop()
	for {
		select {
		case <-w.ended:
			return
		case code := <-stop:
			stop = nil
			w.ask(stopped(code))
		case <-tick.C:
			w.look(ctx)
		}
	}
}

// lookWithin is how long a state may take to answer whether there is an order, before it
// is asked about the locks: for those a state on a server gives no more than some seconds.
const lookWithin = 5 * time.Second

// look asks the state. One that does not answer is asked again: an order may come some
// seconds late, and a batch whose lock another has taken does not commit in any case.
func (w *watch) look(ctx context.Context) {
	brief, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	if order, err := w.x.state.Ordered(brief, w.x.run.ID); err == nil {
		w.heed(order)
	}
	if err := w.x.held.Check(ctx); errors.Is(err, ports.ErrStale) {
		w.cancel(&Error{
			Code: CodeLocked, Message: fmt.Sprintf("the lock is lost: %v", err),
			Hint: "another run has taken it over, or it was broken, or this process was stopped or could not reach the state: " + w.x.command("runs list") + " says how the others stand", Err: err,
		})
	}
}

func (w *watch) heed(order ports.Order) {
	if order.Cancel {
		w.ask(&Error{Code: CodeCancelled, Message: "cancelled by " + order.By})
	}
	if before := w.tuned.Load(); order.Rate == nil && order.BatchSize == 0 || before != nil && before.At.Equal(order.At) {
		return
	}
	w.tuned.Store(&order)
	select {
	case w.news <- struct{}{}:
	default: // the one before it has not been heeded yet
	}
}

// stopped says why a run ends that was asked to by a signal of this process. A channel that
// was closed has said no more than that.
func stopped(code Code) *Error {
	if code == CodeTerminated {
		return &Error{Code: CodeTerminated, Message: "stopped by SIGTERM"}
	}
	return &Error{Code: CodeStopped, Message: "stopped by a signal"}
}

func (w *watch) ask(why *Error) {
	if !w.asked.CompareAndSwap(nil, why) {
		return
	}
	w.tell(why)
	if w.x.plan.task.handler.batches == nil {
		w.cancel(why)
	}
}
