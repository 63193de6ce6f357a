package runner

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// Place is a state or a database as a look has found it.
type Place struct {
	Address string // without its password
	Name    string // the database's own; "": it has not said it
	Err     *Error // why no run could use it; nil: one could
}

// Online is what a target's addresses lead to.
type Online struct {
	Environment string
	Protected   bool
	State       Place
	Database    Place
}

// Online connects to the state and the database of a target and compares their schemas,
// the environment that the state remembers and the name that the database is expected to
// have. It makes, upgrades and claims nothing. Of the request, the target and what is
// expected count.
func (r *Runner) Online(ctx context.Context, req Request) Online {
	rules := r.rules(req.Target)
	req.Target.Environment, req.Target.ReadOnly = rules.Name, true
	found := Online{
		Environment: rules.Name, Protected: rules.Protected,
		State: Place{Address: req.Target.Name(req.Target.State)}, Database: Place{Address: req.Target.Name(req.Target.Database)},
	}
	state, err := r.openState(ctx, req.Target, toLook)
	if err == nil {
		r.closeState(state)
	}
	found.State.Err = r.unusable("state", rules.Name, err)
	opened, err := r.openToRead(ctx, req, (&Plan{request: req}).run())
	if err == nil {
		defer opened.close(ctx)
		if opened.Name != nil {
			found.Database.Name, err = opened.Name(ctx)
		}
		if err == nil {
			err = r.isExpected(ctx, req, opened.app)
		}
	}
	found.Database.Err = r.unusable("database", rules.Name, err)
	return found
}

// unusable says why a place cannot be used; nil: it can.
func (r *Runner) unusable(what, environment string, err error) *Error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ports.ErrNotFound):
		return &Error{Code: CodeConfig, Message: "there is none yet", Hint: InEnvironment(r.command("state init"), environment), Err: err}
	}
	return asError(explain(what, err))
}
