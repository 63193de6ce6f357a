package memory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/beignet-go/beignet/ports"
)

// record is a run as it is stored: encoded, so that it shares nothing with its
// caller.
type record struct {
	body []byte
	mark ports.Mark
}

func (s state) Start(ctx context.Context, run ports.Run, events ...ports.Event) error {
	return s.write(ctx, events, func(r *records) error {
		if _, ok := r.runs[run.ID]; ok {
			return fmt.Errorf("start run %s: %w", run.ID, ports.ErrExists)
		}
		return r.put(run)
	})
}

func (s state) Update(ctx context.Context, run ports.Run, from ports.Mark, events ...ports.Event) error {
	return s.write(ctx, events, func(r *records) error {
		stored, ok := r.runs[run.ID]
		if !ok {
			return fmt.Errorf("update run %s: %w", run.ID, ports.ErrNotFound)
		}
		if stored.mark != from {
			return fmt.Errorf("update run %s: %w", run.ID, ports.ErrStale)
		}
		return r.put(run)
	})
}

func (r *records) put(run ports.Run) error {
	body, err := encode(run)
	if err != nil {
		return fmt.Errorf("encode run %s: %w", run.ID, err)
	}
	r.runs[run.ID] = record{body, run.Mark()}
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

func (s state) Run(ctx context.Context, id string) (ports.Run, error) {
	r, err := s.read(ctx)
	if err != nil {
		return ports.Run{}, err
	}
	stored, ok := r.runs[id]
	if !ok {
		return ports.Run{}, fmt.Errorf("run %s: %w", id, ports.ErrNotFound)
	}
	return stored.decode()
}

func (r record) decode() (ports.Run, error) {
	var run ports.Run
	err := json.Unmarshal(r.body, &run)
	return run, err
}

func (s state) List(ctx context.Context, f ports.RunFilter) ([]ports.Run, error) {
	r, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	var runs []ports.Run
	for _, stored := range r.runs {
		run, err := stored.decode()
		if err != nil {
			return nil, err
		}
		if selects(f, run) {
			runs = append(runs, run)
		}
	}
	slices.SortFunc(runs, func(a, b ports.Run) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.ID, a.ID))
	})
	if f.Limit > 0 && f.Limit < len(runs) {
		runs = runs[:f.Limit]
	}
	return runs, nil
}

func selects(f ports.RunFilter, run ports.Run) bool {
	return (f.Task == "" || f.Task == run.Task) &&
		(f.Status == "" || f.Status == run.Status) &&
		(f.Actor == "" || f.Actor == run.Actor) &&
		!run.Started.Before(f.Since)
}
