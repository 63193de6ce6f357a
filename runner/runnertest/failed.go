package runnertest

import (
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// RetryFailed runs a task over the items that a run of this kit has left behind.
func (k *Kit) RetryFailed(id string, req runner.Request) (ports.Run, error) {
	run, err := k.runner.RetryFailed(k.t.Context(), id, identified(req))
	k.last = run
	return run, err
}

// Rejected returns the items that a run of this kit has left behind.
func (k *Kit) Rejected(id string) []runner.Rejection {
	k.t.Helper()
	var all []runner.Rejection
	for left, err := range k.runner.Rejected(k.t.Context(), runner.Target{}, id) {
		if err != nil {
			k.t.Fatal(describe(err))
		}
		all = append(all, left)
	}
	return all
}
