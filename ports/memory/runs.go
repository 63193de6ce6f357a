package memory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/ports"
)

// record is a run as it is stored: encoded, so that it shares nothing with its
// caller, and beside it what others than its writer may change.
type record struct {
	body  []byte // without its order
	mark  ports.Mark
	order ports.Order // zero: none
	seq   int64       // grows with every run that is put on record
}

// Start is the method of ports.Runs.
func (s *State) Start(ctx context.Context, run ports.Run, events ...ports.Event) error {
	return s.write(ctx, events, func(v *version[records]) error {
		if _, ok := v.rows.runs[run.ID]; ok {
			return fmt.Errorf("start run %s: %w", run.ID, ports.ErrExists)
		}
		var order ports.Order
		if run.Order != nil {
			order = *run.Order
		}
		v.rows.seq++
		return v.rows.put(run, order, v.rows.seq)
	})
}

// Update is the method of ports.Runs.
func (s *State) Update(ctx context.Context, run ports.Run, from ports.Mark, events ...ports.Event) error {
	return s.write(ctx, events, func(v *version[records]) error {
		stored, err := v.rows.find(run.ID)
		if err != nil {
			return err
		}
		if stored.mark != from {
			return fmt.Errorf("update run %s: %w", run.ID, ports.ErrStale)
		}
		if run.Attempt != from.Attempt && run.Order != nil && same(*run.Order, stored.order) {
			stored.order = ports.Order{}
		}
		return v.rows.put(run, stored.order, stored.seq)
	})
}

func same(a, b ports.Order) bool {
	sameRate := a.Rate == b.Rate || a.Rate != nil && b.Rate != nil && *a.Rate == *b.Rate
	return a.Cancel == b.Cancel && sameRate && a.BatchSize == b.BatchSize && a.By == b.By && a.At.Equal(b.At)
}

// Order is the method of ports.Runs.
func (s *State) Order(ctx context.Context, id string, order ports.Order, events ...ports.Event) error {
	return s.write(ctx, events, func(v *version[records]) error {
		stored, err := v.rows.find(id)
		if err != nil {
			return err
		}
		if stored.mark.Status != ports.Running {
			return fmt.Errorf("order to run %s: %w", id, ports.ErrStale)
		}
		order.At = order.At.Round(0) // as one that was read from a file
		stored.order = order.Over(stored.order)
		v.rows.runs[id] = stored
		return nil
	})
}

// Ordered is the method of ports.Runs.
func (s *State) Ordered(ctx context.Context, id string) (ports.Order, error) {
	r, err := s.read(ctx)
	if err != nil {
		return ports.Order{}, err
	}
	stored, err := r.find(id)
	return stored.order, err
}

// Delete is the method of ports.Runs.
func (s *State) Delete(ctx context.Context, id string, events ...ports.Event) error {
	return s.write(ctx, events, func(v *version[records]) error {
		if _, err := v.rows.find(id); err != nil {
			return err
		}
		delete(v.rows.runs, id)
		v.tables.forget(id)
		return nil
	})
}

func (r *records) put(run ports.Run, order ports.Order, seq int64) error {
	run.Order = nil
	body, err := encode(run)
	if err != nil {
		return fmt.Errorf("encode run %s: %w", run.ID, err)
	}
	r.runs[run.ID] = record{body, run.Mark(), order, seq}
	if _, known := r.used[run.Database]; !known && run.Committed() {
		r.used[run.Database] = ports.Use{Run: run.ID, Since: run.Started.Round(0)}
	}
	return nil
}

// encode keeps <, > and & as they are, since Input and Output are exact texts.
func encode(run ports.Run) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(run)
	return b.Bytes(), err
}

func (r records) find(id string) (record, error) {
	stored, ok := r.runs[id]
	if !ok {
		return record{}, fmt.Errorf("run %s: %w", id, ports.ErrNotFound)
	}
	return stored, nil
}

// Run is the method of ports.Runs.
func (s *State) Run(ctx context.Context, id string) (ports.Run, error) {
	r, err := s.read(ctx)
	if err != nil {
		return ports.Run{}, err
	}
	stored, err := r.find(id)
	if err != nil {
		return ports.Run{}, err
	}
	return stored.decode()
}

func (r record) decode() (ports.Run, error) {
	var run ports.Run
	err := json.Unmarshal(r.body, &run)
	if r.order != (ports.Order{}) {
		run.Order = &r.order
	}
	return run, err
}

// Used is the method of ports.Runs.
func (s *State) Used(ctx context.Context, database string) (ports.Use, error) {
	r, err := s.read(ctx)
	if err != nil {
		return ports.Use{}, err
	}
	use, ok := r.used[database]
	if !ok {
		return use, fmt.Errorf("use of %q: %w", database, ports.ErrNotFound)
	}
	return use, nil
}

// List is the method of ports.Runs.
func (s *State) List(ctx context.Context, f ports.RunFilter) ([]ports.Run, error) {
	r, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	var runs []ports.Run
	latestFirst := func(a, b record) int { return cmp.Compare(b.seq, a.seq) }
	for _, stored := range slices.SortedFunc(maps.Values(r.runs), latestFirst) {
		run, err := stored.decode()
		if err != nil {
			return nil, err
		}
		if run.Log = nil; selects(f, run) {
			runs = append(runs, run)
		}
	}
	if f.Limit > 0 && f.Limit < len(runs) {
		runs = runs[:f.Limit]
	}
	return runs, nil
}

func selects(f ports.RunFilter, run ports.Run) bool {
	return strings.HasPrefix(run.ID, f.Prefix) &&
		(f.Task == "" || f.Task == run.Task) &&
		(f.Status == "" || f.Status == run.Status) &&
		(f.Actor == "" || f.Actor == run.Actor) &&
		!run.Started.Before(f.Since) &&
		(f.Before.IsZero() || run.Started.Before(f.Before))
}
