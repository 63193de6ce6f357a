package runner

import (
	"encoding/json"
	"fmt"

	"github.com/beignet-go/beignet/ports"
)

// position is how far a run has come: the state of its checkpoint.
type position struct {
	After     json.RawMessage `json:"after"` // cursor of the last item done; null: none yet
	Out       json.RawMessage `json:"out"`   // the running output
	Processed int64           `json:"processed"`
	Failed    int64           `json:"failed"`
	Changed   int64           `json:"changed"`
	Seq       int64           `json:"seq"`  // of the last journal entry
	Head      string          `json:"head"` // of the chain over the journal

	Inputs []ports.InputFile `json:"inputs,omitempty"` // the files read so far
}

// journal numbers and chains what a batch leaves beside its rows.
func (p *position) journal(key ports.AuditKey, rejected []Rejection, events []ports.Event) []ports.Entry {
	var entries []ports.Entry
	add := func(kind string, v any) {
		body := mustMarshalText(v)
		p.Seq++
		p.Head = key.Hash(p.Head, body)
		entries = append(entries, ports.Entry{Seq: p.Seq, Kind: kind, Body: body})
	}
	for _, r := range rejected {
		add(ports.EntryRejected, r)
	}
	for _, e := range events {
		add(ports.EntryAudit, e)
	}
	return entries
}

// state is the position as a checkpoint keeps it.
func (p position) state() json.RawMessage { return mustMarshal(p) }

// load reads a checkpoint's state back.
func load(c ports.Checkpoint) (position, error) {
	var p position
	if err := json.Unmarshal(c.State, &p); err != nil {
		return p, fmt.Errorf("checkpoint of run %s: %w: %w", c.Run, ports.ErrCorrupt, err)
	}
	if string(p.After) == "null" {
		p.After = nil
	}
	return p, nil
}
