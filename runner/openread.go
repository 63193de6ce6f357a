package runner

import (
	"context"
	"errors"
	"log/slog"

	"github.com/beignet-go/beignet/ports"
)

// reading is an app that is open over a run's database for a look at it.
type reading struct {
	app
	log *slog.Logger
}

// openToRead opens the app over the database of a request's target for a look at what a
// run has there: as a dry run of it would, making nothing, with its lines dropped.
// ErrNotFound: there is no such database.
func (r *Runner) openToRead(ctx context.Context, req Request, run ports.Run) (*reading, error) {
	opts := r.opts
	opts.Log = nil
	x := r.With(opts).execution(&Plan{request: req})
	x.run = run
	x.run.DryRun, x.run.Log = true, nil
	x.equip()
	opened, err := recovered(func() (app, error) { return r.handlers.open(ctx, x.session()) })
	if err != nil {
		return nil, err
	}
	return &reading{opened, r.opts.Log}, nil
}

// checkpoints are those of the database. An app that was opened without them is refused,
// not taken for one that has none.
func (o *reading) checkpoints() (ports.Checkpoints, error) {
	if o.Checkpoints == nil {
		return nil, &Error{Code: CodeConfig, Message: "the app was opened without its checkpoints", Hint: "set Checkpoints of Opened"}
	}
	return o.Checkpoints, nil
}

// close ends the app; none that was not opened.
func (o *reading) close(ctx context.Context) {
	if o == nil {
		return
	}
	_, err := recovered(func() (struct{}, error) { return struct{}{}, o.Close(context.WithoutCancel(ctx)) })
	if err != nil {
		o.log.Warn("the app did not close", "error", err)
	}
}

// openToRead is the runner's, for the run of x. A database that is missing though a run
// has written to it is refused as lost.
func (x *execution) openToRead(ctx context.Context) (*reading, error) {
	opened, err := x.runner.openToRead(ctx, x.plan.request, x.run)
	if !errors.Is(err, ports.ErrNotFound) {
		return opened, err
	}
	lost, unknown := ifLost(ctx, x.state, x.plan.request.Target, x.run)
	switch {
	case unknown != nil:
		return nil, explain("state", unknown)
	case lost != nil:
		return nil, lost
	}
	return nil, err
}
