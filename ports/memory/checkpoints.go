package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/beignet-go/beignet/ports"
)

// Checkpoint returns the run's checkpoint. ErrNotFound: no batch of the run has
// committed.
func (db *DB[T]) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	if err := ctx.Err(); err != nil {
		return ports.Checkpoint{}, err
	}
	c, ok := db.committed.Load().tables.checkpoints[run]
	if !ok {
		return ports.Checkpoint{}, fmt.Errorf("checkpoint of run %s: %w", run, ports.ErrNotFound)
	}
	c.State = bytes.Clone(c.State)
	return c, nil
}

// Journal returns up to limit entries of a kind, "" being every kind, with Seq
// above after, in order.
func (db *DB[T]) Journal(ctx context.Context, run, kind string, after int64, limit int) ([]ports.Entry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all := db.committed.Load().tables.journals[run]
	from, _ := find(all, after+1)
	var entries []ports.Entry
	for _, e := range all[from:] {
		if len(entries) >= limit {
			break
		}
		if kind == "" || e.Kind == kind {
			e.Body = bytes.Clone(e.Body)
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// Forget removes the run's checkpoint, its journal and the fence run:ID, all or
// none. A run that has none of them is forgotten already.
func (db *DB[T]) Forget(ctx context.Context, run string) error {
	t, err := db.begin(ctx, ports.TxOptions{})
	if err != nil {
		return err
	}
	t.next.tables.forget(run)
	return t.Commit()
}

// tables are beignet's own three. What their maps hold never changes in place,
// so that cloning the maps is enough.
type tables struct {
	checkpoints map[string]ports.Checkpoint // by run
	fences      map[string]int64            // token by key
	journals    map[string][]ports.Entry    // by run, in order of Seq
}

func (t tables) clone() tables {
	return tables{cloneMap(t.checkpoints), cloneMap(t.fences), cloneMap(t.journals)}
}

// cloneMap is maps.Clone, whose clone of nil cannot be written to.
func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

func (t tables) raise(fences []ports.Fence) error {
	var above []ports.Fence
	for _, f := range fences {
		if stored, ok := t.fences[f.Key]; ok && stored > f.Token {
			above = append(above, ports.Fence{Key: f.Key, Token: stored})
			continue
		}
		t.fences[f.Key] = f.Token
	}
	if len(above) > 0 {
		return fmt.Errorf("raise fences: %w", &ports.StaleError{Stored: above})
	}
	return nil
}

func (t tables) save(c ports.Checkpoint, fences []ports.Fence, entries []ports.Entry) error {
	for _, f := range fences {
		if stored, ok := t.fences[f.Key]; !ok || stored != f.Token {
			return fmt.Errorf("compare fence %s with %d: %w", f.Key, f.Token, ports.ErrStale)
		}
	}
	if c.Batch < 1 || t.checkpoints[c.Run].Batch != c.Batch-1 {
		return fmt.Errorf("save batch %d of run %s: %w", c.Batch, c.Run, ports.ErrStale)
	}
	c.State = bytes.Clone(c.State)
	t.checkpoints[c.Run] = c
	return t.journal(c.Run, entries)
}

func (t tables) journal(run string, entries []ports.Entry) error {
	all := slices.Clone(t.journals[run])
	for _, e := range entries {
		at, taken := find(all, e.Seq)
		if taken {
			return fmt.Errorf("journal entry %d of run %s: %w", e.Seq, run, ports.ErrExists)
		}
		e.Body = bytes.Clone(e.Body)
		all = slices.Insert(all, at, e)
	}
	t.journals[run] = all
	return nil
}

func (t tables) forget(run string) {
	delete(t.checkpoints, run)
	delete(t.journals, run)
	delete(t.fences, "run:"+run)
}

// find returns where the entry of that Seq is, or belongs.
func find(entries []ports.Entry, seq int64) (int, bool) {
	return slices.BinarySearchFunc(entries, seq, func(e ports.Entry, seq int64) int {
		return cmp.Compare(e.Seq, seq)
	})
}
