package runner

import (
	"maps"
	"slices"

	"github.com/beignet-go/beignet/ports"
)

const (
	maxSamples  = 20      // changes that a preview shows where the caller does not say
	sampleBytes = 4 << 20 // that all of them may take
)

// effects is what one batch did beside its rows. It is thrown away with the
// batch's rollback.
type effects struct {
	rejected map[int]string // item → reason
	changes  int64
	samples  []ports.Change
	sampling int // how many changes may still be kept
	room     int // and how many bytes
	mask     secrets
}

// effects are those of a batch that comes after others, whose samples are kept.
func (x *execution) effects(kept []ports.Change) *effects {
	e := &effects{sampling: x.sampling() - len(kept), room: sampleBytes, mask: x.mask}
	for _, c := range kept {
		e.room -= sampleSize(c)
	}
	return e
}

// sampling is how many changes of a run are kept to be shown.
func (x *execution) sampling() int {
	switch asked := x.plan.request.Samples; {
	case !x.run.DryRun:
		return 0
	case asked > 0:
		return asked
	}
	return maxSamples
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
	if len(e.samples) >= e.sampling {
		return
	}
	c := ports.Change{Key: e.mask.String(key), Before: e.sample(before), After: e.sample(after)}
	if e.room -= sampleSize(c); e.room < 0 {
		e.sampling = 0 // no more of this batch: each would be marshalled to see that it is too large
		return
	}
	e.samples = append(e.samples, c)
}

func sampleSize(c ports.Change) int { return len(c.Key) + len(c.Before) + len(c.After) }

// onRecord is a run as it is put on record: a preview keeps there as many samples as
// it has where nobody asks for more.
func onRecord(run ports.Run) ports.Run {
	if p := run.Preview; p != nil && len(p.Samples) > maxSamples {
		short := *p
		short.Samples = p.Samples[:maxSamples]
		run.Preview = &short
	}
	return run
}
