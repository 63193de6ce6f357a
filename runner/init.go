package runner

import (
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// Made is what [Runner.Init] has made; what it has not was there.
type Made struct {
	State    bool
	Database bool // or its tables
}

// Init makes the state and the database of a target, and what the app keeps in an empty
// one, as a first run in local would; where both are there it changes nothing. It is how
// a protected environment gets them, which a run makes nothing in. It passes the gates of
// such an environment but the reason, and is in the audit. Of the request, the target,
// what is expected and who asks count.
func (r *Runner) Init(ctx context.Context, req Request) (made Made, err error) {
	if err := r.keeping(ctx, req, named); err != nil {
		return made, err
	}
	rules := r.rules(req.Target)
	req.Target.Environment = rules.Name
	x := r.execution(&Plan{Environment: rules.Name, request: req, rules: rules})
	if made, err = x.missing(ctx); err != nil {
		return Made{}, err
	}
	if err := x.openState(ctx, toMake); err != nil {
		return Made{}, err
	}
	defer x.closeState()
	x.run = x.plan.run()
	x.equip()
	opened, err := x.openApp(ctx, true)
	x.close(ctx, opened, err)
	if err != nil {
		return Made{State: made.State}, explain("database", err)
	}
	if made == (Made{}) {
		return made, nil
	}
	event := x.event("state.made", map[string]any{"state": made.State, "database": made.Database})
	return made, explain("audit", x.state.Append(ctx, event))
}

// missing looks what there is to be made, and refuses a database that is not the expected
// before anything is.
func (x *execution) missing(ctx context.Context) (none Made, err error) {
	r, req := x.runner, x.plan.request
	state, err := r.openState(ctx, req.Target, toLook)
	switch {
	case errors.Is(err, ports.ErrNotFound):
		none.State = true
	case err != nil:
		r.AuditRefusal(ctx, req, err)
		return none, explain("state", err)
	default:
		r.closeState(state)
	}
	if err := x.meets(ctx); err != nil {
		return none, err
	}
	opened, err := r.openToRead(ctx, req, x.plan.run())
	if errors.Is(err, ports.ErrNotFound) {
		none.Database = true
		return none, nil
	}
	opened.close(ctx)
	return none, explain("database", err)
}
