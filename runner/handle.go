package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
)

// Handle registers a one-shot outside a transaction: a read, or an effect that
// the database does not hold. It is given Opened.App and is never resumed.
func Handle[D, In, Out any](r *Registry[D], id string, fn func(context.Context, D, In) (Out, error)) *Once {
	h := r.table.add(&handler{
		id: id, input: reflect.TypeFor[In](), output: reflect.TypeFor[Out](), fits: fits[In],
		once: func(ctx context.Context, app any, in []byte, _ *Changes) (json.RawMessage, error) {
			input, err := decode[In](in)
			if err != nil {
				return nil, err
			}
			return output(fn(ctx, r.deps(app), input))
		},
	})
	return &Once{h}
}

// HandleTx registers a one-shot inside a transaction, which commits with the
// run's checkpoint or not at all.
func HandleTx[D, In, Out any](r *Registry[D], id string, fn func(context.Context, D, In, *Changes) (Out, error)) {
	r.table.add(&handler{
		id: id, input: reflect.TypeFor[In](), output: reflect.TypeFor[Out](), fits: fits[In], tx: true,
		once: func(ctx context.Context, app any, in []byte, changes *Changes) (json.RawMessage, error) {
			input, err := decode[In](in)
			if err != nil {
				return nil, err
			}
			return output(fn(ctx, r.deps(app), input, changes))
		},
	})
}

// oneShot is a one-shot handler with its types erased: canonical JSON in, JSON out.
type oneShot func(ctx context.Context, app any, in []byte, changes *Changes) (json.RawMessage, error)

// output marshals what a one-shot has returned.
func output(out any, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, err
	}
	text, err := encode(out)
	if err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	return text, nil
}

// Once holds the options of a handler outside a transaction.
type Once struct{ h *handler }

// DryRun says that the handler honours its dryRun input itself, for nothing
// rolls it back. Without it a dryRun property on its task is refused at start-up.
func (o *Once) DryRun() *Once {
	o.h.dryRun = true
	return o
}

// HandleBatches registers a task that goes over many items. page returns the
// items after a cursor, at most limit, in a fixed order; an empty page ends the
// run. key is the cursor of an item: unique, and ordered as the source is. apply
// writes one page, inside the transaction in which the run's checkpoint moves.
//
// Cursor and Out are kept as JSON in the checkpoint: types that do not survive
// that panic here.
func HandleBatches[D, In, Item, Cursor, Out any](
	r *Registry[D], id string,
	page func(ctx context.Context, d D, in In, after Cursor, limit int) ([]Item, error),
	key func(Item) Cursor,
	apply func(ctx context.Context, d D, in In, b *Batch[Item, Out]) error,
) *Batches[D, In] {
	src := &batchSource[D, In, Item, Cursor, Out]{deps: r.deps, page: page, key: key, apply: apply}
	h := r.table.add(&handler{id: id, input: reflect.TypeFor[In](), output: reflect.TypeFor[Out](), fits: fits[In], batches: src})
	mustSurviveJSON(id, "cursor", reflect.TypeFor[Cursor]())
	mustSurviveJSON(id, "output", reflect.TypeFor[Out]())
	return &Batches[D, In]{h: h, deps: r.deps, src: &src.options}
}

// Batches holds the options of a handler registered with [HandleBatches].
type Batches[D, In any] struct {
	h    *handler
	deps func(app any) D
	src  *sourceOptions
}

// Count tells how many items there are, before the first page of a run and
// outside any transaction: for progress, and for what a preview leaves out.
func (b *Batches[D, In]) Count(fn func(context.Context, D, In) (int64, error)) *Batches[D, In] {
	b.src.count = func(ctx context.Context, app any, in []byte) (int64, error) {
		input, err := decode[In](in)
		if err != nil {
			return 0, err
		}
		return fn(ctx, b.deps(app), input)
	}
	return b
}

// External says that the effect lies outside the transaction: page and apply
// are given Opened.App, and the checkpoint is saved after apply in beignet's own
// state. A batch may be applied again after a crash, with the same keys.
func (b *Batches[D, In]) External() *Batches[D, In] {
	b.h.external = true
	return b
}

// DryRun says that an External handler honours its dryRun input itself.
func (b *Batches[D, In]) DryRun() *Batches[D, In] {
	b.h.dryRun = true
	return b
}

// ReadAhead says that the source reads nothing that the run writes: the next
// page is read, through Opened.App, while this one is applied.
func (b *Batches[D, In]) ReadAhead() *Batches[D, In] {
	b.src.readAhead = true
	return b
}
