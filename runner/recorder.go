package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// recorder buffers a feature's own audit events until the batch that they belong
// to saves them, or its rollback drops them.
type recorder struct {
	now func() time.Time
	run *ports.Run // whose identity the events carry; never changed while a handler runs

	mu     sync.Mutex
	events []ports.Event
}

func (r *recorder) Record(action, resource string, metadata map[string]any) {
	e := eventOf(*r.run, action)
	e.Time, e.Resource, e.Metadata = r.now().UTC(), resource, metadata
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// take empties the buffer.
func (r *recorder) take() []ports.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := r.events
	r.events = nil
	return events
}

// auditPage is how many journal entries are copied at a time.
const auditPage = 500

// copyAudit copies the feature's audit events into the audit: from the journal,
// where they have committed with their batches, or from the buffer of a handler
// that has no transaction. It may be done again: each event is copied once.
func (x *execution) copyAudit(ctx context.Context, opened app) error {
	if x.run.DryRun {
		return nil
	}
	if !x.plan.task.handler.needsTx() {
		if events := x.audit.take(); len(events) > 0 {
			return x.state.Append(ctx, events...)
		}
		return nil
	}
	if opened.Checkpoints == nil {
		return nil
	}
	x.copying.Lock()
	defer x.copying.Unlock()
	for {
		entries, err := opened.Checkpoints.Journal(ctx, x.run.ID, x.copied, auditPage)
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := x.state.Append(ctx, auditEvents(entries)...); err != nil {
			return err
		}
		x.copied = entries[len(entries)-1].Seq
	}
}

func auditEvents(entries []ports.Entry) []ports.Event {
	var events []ports.Event
	for _, entry := range entries {
		var e ports.Event
		if entry.Kind != ports.EntryAudit {
			continue
		}
		if err := json.Unmarshal(entry.Body, &e); err != nil {
			e = ports.Event{Action: "journal.unreadable", Metadata: map[string]any{"error": fmt.Sprint(err)}}
		}
		e.Entry = entry.Seq
		events = append(events, e)
	}
	return events
}
