package runner

import (
	"maps"
	"slices"

	"github.com/beignet-go/beignet/ports"
)

// maxSamples is how many changes a preview shows.
const maxSamples = 20

// effects is what one batch did beside its rows. It is thrown away with the
// batch's rollback.
type effects struct {
	rejected map[int]string // item → reason
	changes  int64
	samples  []ports.Change
	sampling int // how many changes to keep
}

func (e *effects) reject(i int, reason string) {
	if e.rejected == nil {
		e.rejected = map[int]string{}
	}
	e.rejected[i] = reason
}

// inOrder are the rejected items.
func (e *effects) inOrder() []int { return slices.Sorted(maps.Keys(e.rejected)) }

func (e *effects) changed(key string, before, after any) {
	e.changes++
	if len(e.samples) < e.sampling {
		e.samples = append(e.samples, ports.Change{Key: key, Before: marshalSample(before), After: marshalSample(after)})
	}
}
