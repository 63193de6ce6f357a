package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// source is a batch handler with its types erased. Inputs, cursors and outputs
// go through it as JSON: what a checkpoint holds is what a source is given.
type source interface {
	// read returns the page after a cursor; a nil cursor is the start.
	read(ctx context.Context, app any, in []byte, after json.RawMessage, limit int) (page, error)
	// zero is the output before the first batch.
	zero() json.RawMessage
	// join makes one page of pages that it has read.
	join(pages []page) page
	opts() *sourceOptions
}

type sourceOptions struct {
	count     func(ctx context.Context, app any, in []byte) (int64, error)
	readAhead bool
}

// page is a page of items with their types erased.
type page interface {
	len() int
	// cursor is that of item i, exactly as a checkpoint keeps it.
	cursor(i int) json.RawMessage
	// origin is where item i stands in the task's own source: the cursor before it,
	// and its own. That is nil for one that is no longer there.
	origin(i int) (after, cursor json.RawMessage)
	// item is item i as a journal keeps it.
	item(i int) json.RawMessage
	// original is what item i was read from; nil where that is not known.
	original(i int) *Original
	// apply works on the items and returns the output after them.
	apply(ctx context.Context, app any, run string, out json.RawMessage, e *effects) (json.RawMessage, error)
}

type batchSource[D, In, Item, Cursor, Out any] struct {
	options sourceOptions
	deps    func(app any) D
	page    func(ctx context.Context, d D, in In, after Cursor, limit int) ([]Item, error)
	key     func(Item) Cursor
	apply   func(ctx context.Context, d D, in In, b *Batch[Item, Out]) error
}

func (s *batchSource[D, In, Item, Cursor, Out]) opts() *sourceOptions { return &s.options }

func (s *batchSource[D, In, Item, Cursor, Out]) zero() json.RawMessage {
	var out Out
	return mustMarshal(out)
}

func (s *batchSource[D, In, Item, Cursor, Out]) read(ctx context.Context, app any, in []byte, after json.RawMessage, limit int) (page, error) {
	input, err := decode[In](in)
	if err != nil {
		return nil, err
	}
	var cursor Cursor
	if after != nil {
		if err := restore(after, &cursor); err != nil {
			return nil, fmt.Errorf("cursor %s: %w", after, err)
		}
	}
	items, err := s.page(ctx, s.deps(app), input, cursor, limit)
	if err != nil {
		return nil, err
	}
	if len(items) > limit {
		return nil, fmt.Errorf("the source returned %d items where at most %d were asked for", len(items), limit)
	}
	p := &typedPage[D, In, Item, Cursor, Out]{source: s, input: input, items: items, after: after}
	if err := p.advances(after); err != nil {
		return nil, err
	}
	return p, nil
}

func (s *batchSource[D, In, Item, Cursor, Out]) join(pages []page) page {
	joined := &typedPage[D, In, Item, Cursor, Out]{source: s}
	for _, p := range pages {
		typed := p.(*typedPage[D, In, Item, Cursor, Out])
		joined.input, joined.items = typed.input, append(joined.items, typed.items...)
	}
	return joined
}

type typedPage[D, In, Item, Cursor, Out any] struct {
	source *batchSource[D, In, Item, Cursor, Out]
	input  In
	items  []Item
	after  json.RawMessage // the cursor before them; of a joined page nil
}

func (p *typedPage[D, In, Item, Cursor, Out]) len() int { return len(p.items) }

// advances refuses a page that would be read for ever, or that ends between two
// items which one cursor stands for.
func (p *typedPage[D, In, Item, Cursor, Out]) advances(after json.RawMessage) error {
	n := len(p.items)
	if n == 0 {
		return nil
	}
	last := p.cursor(n - 1)
	if after != nil && (bytes.Equal(last, after) || bytes.Equal(p.cursor(0), after)) {
		return fmt.Errorf("the source does not advance: its page after %s holds that cursor again", after)
	}
	if n > 1 && bytes.Equal(last, p.cursor(n-2)) {
		return fmt.Errorf("the source's cursors are not unique: two items have %s", last)
	}
	return nil
}

func (p *typedPage[D, In, Item, Cursor, Out]) cursor(i int) json.RawMessage {
	return mustMarshal(p.source.key(p.items[i]))
}

func (p *typedPage[D, In, Item, Cursor, Out]) origin(i int) (after, cursor json.RawMessage) {
	if i == 0 {
		return p.after, p.cursor(0)
	}
	return p.cursor(i - 1), p.cursor(i)
}

func (p *typedPage[D, In, Item, Cursor, Out]) item(i int) json.RawMessage {
	return marshalSample(p.items[i])
}

func (p *typedPage[D, In, Item, Cursor, Out]) original(i int) *Original {
	if sourced, ok := any(p.items[i]).(Sourced); ok {
		return sourced.Original()
	}
	return nil
}

func (p *typedPage[D, In, Item, Cursor, Out]) apply(ctx context.Context, app any, run string, out json.RawMessage, e *effects) (json.RawMessage, error) {
	b := &Batch[Item, Out]{
		Items:   slices.Clone(p.items), // the handler may sort them: cursors go by the source's order
		key:     func(i int) string { return itemKey(run, p.cursor(i)) },
		effects: e,
	}
	if err := restore(out, &b.Out); err != nil {
		return nil, fmt.Errorf("output so far: %w", err)
	}
	if err := p.source.apply(ctx, p.source.deps(app), p.input, b); err != nil {
		return nil, err
	}
	return mustMarshal(b.Out), nil
}

// itemKey is an item's idempotency key.
func itemKey(run string, cursor json.RawMessage) string { return run + ":" + string(cursor) }

// mustMarshal marshals a cursor or an output, which registration has proved to
// be possible for the type. What is left (a NaN, a string that is not UTF-8) is
// the handler's bug.
func mustMarshal(v any) json.RawMessage {
	text, err := encode(v)
	if err != nil {
		panic(fmt.Sprintf("%T does not marshal: %v", v, err))
	}
	return text
}
