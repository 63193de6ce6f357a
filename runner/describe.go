package runner

import (
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/schema"
)

// Description is a task as people and programs are shown it.
type Description struct {
	manifest.Task
	Schema   *schema.Schema // of the input, as enforced: objects closed
	Delivery ports.Delivery
	Locks    []string // the keys that a run takes beside its own, as templates over the input
}

// Describe returns one task, by name or alias. A task that start-up would refuse
// is refused here.
func (r *Runner) Describe(name string) (Description, error) {
	t, err := r.find(name)
	if err != nil {
		return Description{}, err
	}
	c, err := r.prove(t)
	if err != nil {
		return Description{}, err
	}
	return Description{Task: c.Task, Schema: c.input, Delivery: c.handler.delivery(), Locks: c.lock()}, nil
}
