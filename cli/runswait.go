package cli

import (
	"context"
	"errors"
	"time"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

func (c *call) runsWait(parent *flagSet) *ff.Command {
	var timeout time.Duration
	cmd, flags := c.ofRun(parent, "wait", "Wait for a run to end, and end as it does.", func(ctx context.Context, id string) error {
		return c.waitForRun(ctx, id, timeout)
	}, ports.Running)
	cmd.LongHelp = "It prints what the run itself does, and ends with its exit code: 0 succeeded, 4\n" +
		"cancelled, 124 timed out, 130 or 143 stopped by a signal, else by the error. 1 also\n" +
		"where the run's process has died, 124 also where --timeout is over and the run is not.\n\n" + runOperand
	flags.add(0, "timeout", "DURATION", "Wait no longer than this, such as 10m. The run goes on.", duration(&timeout))
	c.addEnvironment(flags)
	return cmd
}

func (c *call) waitForRun(ctx context.Context, id string, timeout time.Duration) error {
	h, err := c.history()
	if err != nil {
		return err
	}
	s, err := h.Find(ctx, h.target, id)
	if err != nil {
		return err
	}
	if s, err = h.wait(ctx, s, timeout); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if s.Ended != nil {
		c.began = time.Now().Add(-s.Ended.Sub(s.Started)) // the run's time, not this call's
	}
	if err = c.ending(s, err); err != nil {
		return &taskError{error: err, task: s.Task, run: s.Run, status: s.Status(), resume: c.resume(s)}
	}
	return c.printRun(s.Run, c.resume(s))
}

// wait waits for a run at which somebody is, and returns how it stands then: with
// context.DeadlineExceeded where the timeout, if it is above 0, is over before.
func (h history) wait(ctx context.Context, s runner.Standing, timeout time.Duration) (runner.Standing, error) {
	if !s.At() {
		return s, nil
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	latest, err := h.Wait(ctx, h.target, s.ID)
	if latest.ID == "" { // the time was over before the first look
		latest = s
	}
	return latest, err
}

// ending is the error with which a run has ended, or with which the waiting for it
// has; nil: it has done what it was to.
func (c *call) ending(s runner.Standing, waiting error) error {
	switch {
	case errors.Is(waiting, context.DeadlineExceeded):
		return &runner.Error{
			Code: codeStillAtIt, Message: "the run goes on, and the time to wait for it is over",
			Hint: runner.InEnvironment(c.name+" runs wait "+s.ID, s.Environment), Err: waiting,
		}
	case waiting != nil:
		return waiting
	case s.Interrupted:
		return &runner.Error{Code: codeDied, Message: "the run was interrupted: its process has died"}
	case s.Failure != nil:
		return &runner.Error{Code: runner.Code(s.Failure.Code), Message: s.Failure.Message, Hint: s.Failure.Hint}
	case s.Run.Status == ports.Succeeded, s.Run.Status == ports.Stopped:
		return nil
	}
	return &runner.Error{Code: runner.CodeTask, Message: "the run has ended as " + s.Status()}
}
