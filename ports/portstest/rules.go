package portstest

import (
	"errors"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// rule is what a transaction may do after others have committed. One that may
// not must leave nothing.
type rule struct {
	name   string
	before []batch
	try    batch
	want   error
}

func testRules(t *testing.T, open func(*testing.T) Database, rules []rule) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			d.mustCommit(t, r.before...)
			before := d.content(t)
			if err := d.commit(t.Context(), r.try); !errors.Is(err, r.want) {
				t.Errorf("got %v, want %v", err, r.want)
			}
			if r.want != nil {
				d.wantContent(t, before)
			}
		})
	}
}

func raiseRules() []rule {
	raised := []batch{{raise: []ports.Fence{{Key: "k", Token: 5}, {Key: "l", Token: 5}}, save: point(1)}}
	raise := func(fences ...ports.Fence) batch {
		return batch{raise: fences, rows: []string{"a"}, save: point(2), fences: fences}
	}
	return []rule{
		{"the first", nil, batch{raise: fence("k", 5), save: point(1), fences: fence("k", 5)}, nil},
		{"the same", raised, raise(ports.Fence{Key: "k", Token: 5}), nil},
		{"higher", raised, raise(ports.Fence{Key: "k", Token: 6}), nil},
		{"lower", raised, raise(ports.Fence{Key: "k", Token: 4}), ports.ErrStale},
		{"one lower", raised, raise(ports.Fence{Key: "l", Token: 6}, ports.Fence{Key: "k", Token: 4}), ports.ErrStale},
		{"another key", raised, raise(ports.Fence{Key: "m", Token: 1}), nil},
	}
}

func saveRules() []rule {
	one := []batch{{raise: fence("k", 5), rows: []string{"a"}, save: point(1), fences: fence("k", 5), entries: []ports.Entry{entry(1, `1`)}}}
	next := func(fences ...ports.Fence) batch {
		return batch{rows: []string{"b"}, save: point(2), fences: fences, entries: []ports.Entry{entry(2, `2`)}}
	}
	return []rule{
		{"the first batch", nil, batch{save: point(1)}, nil},
		{"the second batch first", nil, batch{save: point(2), rows: []string{"a"}}, ports.ErrStale},
		{"batch 0", nil, batch{save: point(0), rows: []string{"a"}}, ports.ErrStale},
		{"the next batch", one, next(), nil},
		{"the same batch", one, batch{save: point(1), rows: []string{"b"}}, ports.ErrStale},
		{"a batch too far", one, batch{save: point(3), rows: []string{"b"}}, ports.ErrStale},
		{"another run", one, batch{save: ports.Checkpoint{Run: "other", Batch: 1}, entries: []ports.Entry{entry(1, `1`)}}, nil},
		{"the fence as stored", one, next(ports.Fence{Key: "k", Token: 5}), nil},
		{"a fence below", one, next(ports.Fence{Key: "k", Token: 4}), ports.ErrStale},
		{"a fence above", one, next(ports.Fence{Key: "k", Token: 6}), ports.ErrStale},
		{"a fence never raised", one, next(ports.Fence{Key: "l", Token: 5}), ports.ErrStale},
		{"one of two fences", one, next(ports.Fence{Key: "k", Token: 5}, ports.Fence{Key: "l", Token: 5}), ports.ErrStale},
		{"an entry again", one, batch{save: point(2), rows: []string{"b"}, entries: []ports.Entry{entry(1, `2`)}}, ports.ErrExists},
	}
}
