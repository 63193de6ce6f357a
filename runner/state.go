package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// access is what a state is opened for.
type access int

const (
	toLook access = iota // makes nothing
	toRun                // makes the state, but not in a protected environment
	toMake               // makes it anywhere
)

// openState opens the state of a target, which then is its environment's: one that has
// kept another's runs is refused, and one that is nobody's becomes the target's own,
// unless it is opened for a look. The other errors are those of [Options.State].
func (r *Runner) openState(ctx context.Context, t Target, as access) (ports.State, error) {
	if err := r.known(t); err != nil {
		return nil, err
	}
	rules := r.rules(t)
	state, err := r.opts.State(ctx, t, as == toMake || as == toRun && !rules.Protected)
	if errors.Is(err, ports.ErrNotFound) && as == toRun && rules.Protected {
		return nil, r.notMade("no state", rules.Name, err)
	}
	if err != nil {
		return nil, err
	}
	if err := r.ownState(ctx, state, t, as != toLook); err != nil {
		r.closeState(state)
		return nil, err
	}
	return state, nil
}

// notMade refuses to run where something is missing that a run does not make.
func (r *Runner) notMade(what, environment string, err error) error {
	return &Error{
		Code: CodeConfig, Message: "environment " + environment + " is protected and has " + what + " yet: a run makes none there",
		Hint: InEnvironment(r.command("state init"), environment), Err: err,
	}
}

// ownState makes sure that a state is that of the target's environment.
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
		Code: CodeGate, Message: fmt.Sprintf("the state %s is that of environment %s, not of %s", t.Name(t.State), of, name), Hint: hint,
	}
}

func (r *Runner) closeState(state ports.State) {
	if err := state.Close(); err != nil {
		r.opts.Log.Warn("state did not close", "error", err)
	}
}
