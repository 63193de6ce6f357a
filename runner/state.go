package runner

import (
	"context"

	"github.com/beignet-go/beignet/ports"
)

// openState opens the state of a target whose environment is known. Its errors are
// those of [Options.State].
func (r *Runner) openState(ctx context.Context, t Target, create bool) (ports.State, error) {
	if err := r.known(t); err != nil {
		return nil, err
	}
	return r.opts.State(ctx, t, create)
}

func (r *Runner) closeState(state ports.State) {
	if err := state.Close(); err != nil {
		r.opts.Log.Warn("state did not close", "error", err)
	}
}
