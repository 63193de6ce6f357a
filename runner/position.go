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

// journal numbers and chains what a batch leaves beside its rows. A *[ports.KeyError]:
// the chain has a key, and none was given.
func (p *position) journal(key ports.AuditKey, rejected []Rejection, events []ports.Event) ([]ports.Entry, error) {
	key, err := p.chainKey(key)
	if err != nil {
		return nil, err
	}
	var entries []ports.Entry
	add := func(kind string, v any) {
		body := mustMarshalText(v)
		p.Seq++
		p.Head = key.Hash(p.Head, chained(kind, body))
		entries = append(entries, ports.Entry{Seq: p.Seq, Kind: kind, Body: body})
	}
	for _, r := range rejected {
		add(ports.EntryRejected, r)
	}
	for _, e := range events {
		add(ports.EntryAudit, e)
	}
	return entries, nil
}

// chainKey is the key of a run's own chain: the target's, if there was one when the
// chain began, else none. Entries keep no hash of their own, so that a chain of which
// a part alone is keyed could not be computed anew.
func (p *position) chainKey(key ports.AuditKey) (ports.AuditKey, error) {
	switch {
	case p.Head == "":
		return key, nil
	case !ports.Keyed(p.Head):
		return nil, nil
	case len(key) == 0:
		return nil, &ports.KeyError{Message: "the run's journal was begun with the audit's key, and no key was given"}
	}
	return key, nil
}

// chained is what of an entry its chain is over: its kind, a newline and its body.
func chained(kind string, body []byte) []byte { return append([]byte(kind+"\n"), body...) }

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
