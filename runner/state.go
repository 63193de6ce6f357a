package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// openState opens the state of a target, which then is its environment's: one that has
// kept another's runs is refused, and one that was made for the target becomes its own.
// The other errors are those of [Options.State].
func (r *Runner) openState(ctx context.Context, t Target, create bool) (ports.State, error) {
	if err := r.known(t); err != nil {
		return nil, err
	}
	state, err := r.opts.State(ctx, t, create)
	if err != nil {
		return nil, err
	}
	if err := r.ownState(ctx, state, t, create); err != nil {
		r.closeState(state)
		return nil, err
	}
	return state, nil
}

// ownState makes sure that a state is that of the target's environment. Only a run claims
// one that is nobody's yet: a look does not.
func (r *Runner) ownState(ctx context.Context, state ports.State, t Target, claim bool) error {
	name := r.rules(t).Name
	of, err := state.Environment(ctx)
	if err == nil && of == "" && claim {
		if err = state.Claim(ctx, name); errors.Is(err, ports.ErrExists) {
			of, err = state.Environment(ctx) // another process was first
		}
	}
	switch {
	case err != nil:
		return err
	case of == "" || of == name:
		return nil
	}
	hint := "give " + name + " a state of its own, or "
	if of == manifest.Local {
		hint += "leave --env out"
	} else {
		hint += "add --env " + of
	}
	return &Error{
		Code: CodeGate, Message: fmt.Sprintf("the state %s is that of environment %s, not of %s", Redact(t.State), of, name), Hint: hint,
	}
}

func (r *Runner) closeState(state ports.State) {
	if err := state.Close(); err != nil {
		r.opts.Log.Warn("state did not close", "error", err)
	}
}
