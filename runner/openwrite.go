package runner

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// openApp opens the app over the expected database. It may bring up a database if create,
// but not where a run on record has committed in it: one that is missing or empty then is
// lost.
func (x *execution) openApp(ctx context.Context, create bool) (opened app, err error) {
	committed, err := x.state.List(ctx, ports.RunFilter{CommittedIn: &x.run.Database, Limit: 1})
	if err != nil {
		return opened, explain("state", err)
	}
	session := x.session()
	session.Create = create && len(committed) == 0
	opened, err = recovered(func() (app, error) { return x.runner.handlers.open(ctx, session) })
	switch missing := errors.Is(err, ports.ErrNotFound); {
	case missing && len(committed) > 0:
		return opened, x.vanished(committed[0])
	case missing && !create && x.plan.rules.Protected:
		return opened, x.runner.notMade("no database, or not its tables,", x.plan.rules.Name, err)
	case err != nil:
		return opened, err
	}
	return opened, x.runner.isExpected(ctx, x.plan.request, opened)
}

// vanished refuses a database that is missing or empty, though a run has written to
// it.
func (x *execution) vanished(by ports.Run) error {
	t := x.plan.request.Target
	err := &ports.VanishedError{What: "database", Path: Redact(t.Database), Evidence: "run " + by.ID + " has written to it"}
	return &Error{
		Code: CodeConfig, Message: err.Error(), Err: err,
		Hint: "restore it from a backup; to begin anew, move the state away too: " + Redact(t.State),
	}
}
