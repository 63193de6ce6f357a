package runner

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// openApp opens the app over the expected database. It may bring up a database if create,
// but not where a run is known to have committed in it: one that is missing or empty then
// is lost.
func (x *execution) openApp(ctx context.Context, create bool) (opened app, err error) {
	lost, err := ifLost(ctx, x.state, x.plan.request.Target, x.run)
	if err != nil {
		return opened, explain("state", err)
	}
	session := x.session()
	session.Create = create && lost == nil
	opened, err = recovered(func() (app, error) { return x.runner.handlers.open(ctx, session) })
	switch missing := errors.Is(err, ports.ErrNotFound); {
	case missing && lost != nil:
		return opened, lost
	case missing && !create && x.plan.rules.Protected:
		return opened, x.runner.notMade("no database, or not its tables,", x.plan.rules.Name, err)
	case err != nil:
		return opened, err
	}
	return opened, x.runner.isExpected(ctx, x.plan.request, opened)
}

// ifLost is what refuses the database of a run if it turns out to be missing or empty:
// nil where no run is known to have written to it, and it was never made.
func ifLost(ctx context.Context, state ports.Runs, t Target, of ports.Run) (*Error, error) {
	use, err := state.Used(ctx, of.Database)
	switch {
	case errors.Is(err, ports.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	gone := &ports.VanishedError{What: "database", Path: t.Name(t.Database), Evidence: "run " + use.Run + " has written to it"}
	return &Error{
		Code: CodeConfig, Message: gone.Error(), Err: gone,
		Hint: "restore it from a backup; to begin anew, move the state away too: " + t.Name(t.State),
	}, nil
}
