package runner

import (
	"encoding/json"
	"fmt"
)

// Batch is what an apply function works on: a page of items inside one
// transaction, and the run's output so far. It is for one goroutine at a time.
type Batch[Item, Out any] struct {
	// Items is the page, in the source's order.
	Items []Item

	// Out is the running result: it is kept with the checkpoint, undone with a
	// failed batch, and restored at resume.
	Out Out

	key     func(i int) string
	effects *effects
}

// Key is the idempotency key of item i: the run and the item's cursor. It is the same
// at every attempt, at every batch size, and where failed items are retried.
func (b *Batch[Item, Out]) Key(i int) string { return b.key(i) }

// Reject marks item i as bad, before anything is written for it. Under onError
// stop the run ends at this item; under skip the item goes to the journal with
// the reason, which should say which row it was.
func (b *Batch[Item, Out]) Reject(i int, reason string) {
	if i < 0 || i >= len(b.Items) {
		panic(fmt.Sprintf("Reject(%d) in a batch of %d items", i, len(b.Items)))
	}
	b.effects.reject(i, reason)
}

// Kept returns the items that are not rejected, in order.
func (b *Batch[Item, Out]) Kept() []Item {
	if len(b.effects.rejected) == 0 {
		return b.Items
	}
	kept := make([]Item, 0, len(b.Items))
	for i, item := range b.Items {
		if _, bad := b.effects.rejected[i]; !bad {
			kept = append(kept, item)
		}
	}
	return kept
}

// Changed notes one thing that was changed, under a key that a person knows it
// by. A nil before is an insertion, a nil after a deletion. Every call is
// counted; a preview shows a sample, marshalled as JSON.
func (b *Batch[Item, Out]) Changed(key string, before, after any) {
	b.effects.changed(key, before, after)
}

// Changes is what a one-shot inside a transaction reports its changes to.
type Changes struct{ effects *effects }

// Changed is [Batch.Changed].
func (c *Changes) Changed(key string, before, after any) { c.effects.changed(key, before, after) }

// marshalSample is a before or after image as a preview shows it.
func marshalSample(v any) json.RawMessage {
	text, err := encode(v)
	if err != nil {
		text, _ = json.Marshal(fmt.Sprintf("%+v", v))
	}
	return text
}
