package runner

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// handle runs the task's handler under its timeout.
func (x *execution) handle(ctx context.Context, opened app) (result, error) {
	var latest atomic.Pointer[result] // what is known of a handler that has not returned
	latest.Store(&result{progress: x.run.Progress})
	publish := func(r result) { latest.Store(&r) }
	ctx, x.watch = x.watched(ctx)
	defer x.watch.end()

	return guard(ctx, x.run.Limits.Timeout, x.runner.opts.Grace, &latest, func(ctx context.Context) (result, error) {
		defer x.files.until(ctx, x.watch.told)()
		switch h := x.plan.task.handler; {
		case h.batches != nil:
			return x.overBatches(ctx, opened, publish)
		case h.tx:
			return x.onceInTx(ctx, opened)
		default:
			return x.once(ctx, opened)
		}
	})
}

// guard runs fn in a goroutine of its own, with a panic as an error. After the
// timeout fn's context is cancelled; grace after it has ended fn is abandoned, and the latest
// published result stands for its own.
func guard(ctx context.Context, timeout, grace time.Duration, latest *atomic.Pointer[result], fn func(context.Context) (result, error)) (result, error) {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, errTimeout)
		defer cancel()
	}
	type ending struct {
		result result
		err    error
	}
	ended := make(chan ending, 1)
	go func() {
		e := ending{err: errors.New("the handler ended its goroutine")} // by runtime.Goexit, as a failing test does
		defer func() {
			if e.err != nil {
				e.result = *latest.Load()
			}
			ended <- e
		}()
		e.result, e.err = recovered(func() (result, error) { return fn(ctx) })
		if cause := context.Cause(ctx); e.err != nil && ours(cause) && !panicked(e.err) {
			e.err = fmt.Errorf("%w: %w", cause, e.err)
		}
	}()
	select {
	case e := <-ended:
		return e.result, e.err
	case <-ctx.Done():
	}
	select {
	case e := <-ended:
		return e.result, e.err
	case <-time.After(grace):
		return *latest.Load(), fmt.Errorf("%w: %w", errAbandoned, context.Cause(ctx))
	}
}

// ours reports whether a context was ended by the runner, and not from outside.
func ours(cause error) bool {
	var told *Error
	return errors.Is(cause, errTimeout) || errors.As(cause, &told)
}

// recovered runs fn, and returns a panic of its as an error with the stack.
func recovered[T any](fn func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Error{Code: CodePanic, Message: fmt.Sprintf("the handler panicked: %v", p), Hint: "-v shows the stack", Stack: debug.Stack()}
		}
	}()
	return fn()
}

func panicked(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == CodePanic
}
