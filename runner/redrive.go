package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/beignet-go/beignet/ports"
)

// rootOf is the run by which a run's items are known: the first of its line.
func rootOf(run ports.Run) string { return cmp.Or(run.Root, run.ID) }

// source is what a run of batches goes over: its task's own source, or the items that
// its parent has left behind.
func (x *execution) source(ctx context.Context, opened app) (source, error) {
	own := x.plan.task.handler.batches
	if x.run.Parent == "" {
		return own, nil
	}
	journal := x.checkpoints(opened)
	earlier, err := x.redriven(ctx, journal, x.run.Parent)
	return &redrive{
		source: own, journal: journal, from: earlier.seq,
		parent: x.run.Parent, root: rootOf(x.run), log: x.log,
	}, err
}

// redrive is a source of the items that a run has left behind, each read again by the
// task's own source. Its cursor is an item's place in that run's journal.
type redrive struct {
	source       // the task's own
	journal      ports.Checkpoints
	from         int64 // where earlier runs over the same items have ended
	parent, root string
	log          *slog.Logger
	missed       int64 // the last place whose item was gone, to say so once
}

// redriveBytes bounds a page by what the journal has of its items.
const redriveBytes = 4 << 20

func (s *redrive) opts() *sourceOptions { return &sourceOptions{} } // their number is known

func (s *redrive) read(ctx context.Context, app any, in []byte, after json.RawMessage, limit int) (page, error) {
	seq := s.from
	if after != nil {
		if err := restore(after, &seq); err != nil {
			return nil, fmt.Errorf("cursor %s: %w", after, err)
		}
	}
	p := &redrivenPage{}
	var found []page
	for size := 0; len(p.items) < limit && size < redriveBytes; {
		left, more, err := rejectedAfter(ctx, s.journal, s.parent, seq)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		again, err := s.again(ctx, app, in, left)
		if err != nil {
			return nil, err
		}
		item := redrivenItem{journaled: left, at: gone}
		if again != nil {
			item.at = len(found)
			found = append(found, again)
		}
		p.items = append(p.items, item)
		seq, size = left.seq, size+left.size
	}
	if len(p.items) == 0 {
		return p, s.checkEnd(ctx)
	}
	p.joined = s.source.join(found)
	return p, nil
}

// again reads an item once more; nil where it is no longer there, or another one
// stands in its place.
func (s *redrive) again(ctx context.Context, app any, in []byte, left journaled) (page, error) {
	again, err := s.source.read(ctx, app, in, left.After, 1)
	if err != nil {
		return nil, err
	}
	if again.len() == 1 && itemKey(s.root, again.cursor(0)) == left.Key {
		return again, nil
	}
	if left.seq > s.missed {
		s.missed = left.seq
		s.log.Warn("a failed item is no longer there and counts as done", "key", left.Key)
	}
	return nil, nil
}

// checkEnd tells the end of the items from a journal that has been pruned.
func (s *redrive) checkEnd(ctx context.Context) error {
	_, err := s.journal.Checkpoint(ctx, s.parent)
	if errors.Is(err, ports.ErrNotFound) {
		return &Error{Code: CodeConfig, Message: "the failed items of run " + s.parent + " are no longer kept: it was pruned", Hint: "start a new run", Err: err}
	}
	return err
}

// gone is the place of an item that is no longer there.
const gone = -1

type redrivenItem struct {
	journaled
	at int // its place in joined, or gone
}

// redrivenPage is a page of left items. Those that are gone are counted, and nothing
// else.
type redrivenPage struct {
	items  []redrivenItem
	joined page // those that are there
}

func (p *redrivenPage) len() int                     { return len(p.items) }
func (p *redrivenPage) cursor(i int) json.RawMessage { return mustMarshal(p.items[i].seq) }
func (p *redrivenPage) item(i int) json.RawMessage   { return p.joined.item(p.items[i].at) }
func (p *redrivenPage) original(i int) *Original     { return p.joined.original(p.items[i].at) }

// origin is where the item stood first, so that what is left of a run over left items
// can be gone over again.
func (p *redrivenPage) origin(i int) (after, cursor json.RawMessage) {
	if at := p.items[i].at; at != gone {
		_, cursor = p.joined.origin(at)
	}
	return p.items[i].After, cursor
}

func (p *redrivenPage) apply(ctx context.Context, app any, run string, out json.RawMessage, e *effects) (json.RawMessage, error) {
	if p.joined.len() == 0 {
		return out, nil
	}
	inner := *e
	out, err := p.joined.apply(ctx, app, run, out, &inner)
	rejected := inner.rejected
	*e = inner
	e.rejected = nil
	for i, item := range p.items {
		if reason, bad := rejected[item.at]; bad {
			e.reject(i, reason)
		}
	}
	return out, err
}
