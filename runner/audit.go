package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// eventOf is an event that says whose run it was.
func eventOf(run ports.Run) ports.Event {
	return ports.Event{
		Run: run.ID, Task: run.Task, Environment: run.Environment,
		Actor: run.Actor, Client: run.Client, Tenant: run.Tenant, Reason: run.Reason,
	}
}

// event is an event of the runner's own about this run.
func (x *execution) event(action string, metadata map[string]any) ports.Event {
	e := eventOf(x.run)
	e.Time, e.Action, e.Metadata = x.runner.opts.Now().UTC(), action, mustMarshal(metadata)
	return e
}

// AuditRefusal notes a refusal of input or gate by [Runner.Plan] in the audit of a state
// that exists: it makes none, and whatever goes wrong is a warning, for the refusal
// stands. [Runner.Run] does it itself.
func (r *Runner) AuditRefusal(ctx context.Context, req Request, err error) {
	var refused *Error
	if !errors.As(err, &refused) || refused.Code != CodeInput && refused.Code != CodeGate || r.opts.State == nil {
		return
	}
	name, action := req.Task, "task.refused"
	if name == "" {
		action = "run.refused" // of what was to be done to runs on record
	}
	if t, err := r.find(name); err == nil {
		name = t.Name
	}
	event := ports.Event{
		Time: r.opts.Now().UTC(), Action: action, Task: name, Environment: r.rules(req.Target).Name,
		Actor: req.Actor, Client: req.Client, Tenant: req.Tenant, Reason: req.Reason,
	}
	metadata := map[string]any{"code": refused.Code, "violations": refusedPointers(refused.Violations)}
	if refused.Code == CodeGate {
		metadata["gate"] = refused.Message // which holds nothing of an input
	}
	event.Metadata = mustMarshal(metadata)
	state, err := r.opts.State(ctx, req.Target, false) // whosever it is
	if errors.Is(err, ports.ErrNotFound) {
		return
	}
	if err == nil {
		err = errors.Join(state.Append(ctx, event), state.Close())
	}
	if err != nil {
		r.opts.Log.Warn("the refusal is not in the audit", "error", err)
	}
}

// tellHead tells a front end that asked for it where the audit stands, now that the
// outcome is on record.
func (x *execution) tellHead(ctx context.Context) {
	if x.plan.request.Audited == nil {
		return
	}
	head, err := x.state.Head(ctx)
	if err != nil {
		x.log.Warn("the head of the audit is not known", "error", err)
		return
	}
	x.plan.request.Audited(head)
}

// recorder buffers a feature's own audit events until the batch that they belong
// to saves them, or its rollback drops them.
type recorder struct {
	now  func() time.Time
	of   ports.Event // whose run it is
	mask secrets

	mu     sync.Mutex
	events []ports.Event
}

func (r *recorder) Record(action, resource string, metadata map[string]any) {
	e := r.of
	e.Time, e.Action, e.Resource = r.now().UTC(), r.mask.String(action), r.mask.String(resource)
	if len(metadata) > 0 {
		e.Metadata = r.mask.JSON(mustMarshal(metadata))
	}
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

// copier knows how much of the journal the audit has.
type copier struct {
	mu  sync.Mutex
	seq int64
}

// auditPage is how many journal entries are copied at a time.
const auditPage = 500

// copyAudit copies the feature's audit events into the audit: from the journal,
// where they have committed with their batches, or from the buffer of a one-shot
// that has none. It may be done again: each event is copied once. What stands in the
// journal through seq has committed already, and is not looked through again: among
// many items that were skipped there may be no event.
func (x *execution) copyAudit(ctx context.Context, opened app, seq int64) error {
	if x.run.DryRun {
		return nil
	}
	x.copied.mu.Lock()
	defer x.copied.mu.Unlock()
	journal := x.checkpoints(opened)
	if journal == nil {
		return x.append(ctx, x.audit.take())
	}
	for {
		entries, err := journal.Journal(ctx, x.run.ID, ports.EntryAudit, x.copied.seq, auditPage)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			x.copied.seq = max(x.copied.seq, seq)
			return nil
		}
		events, err := auditEvents(entries)
		if err != nil {
			return err
		}
		if err := x.append(ctx, events); err != nil {
			return err
		}
		x.copied.seq = entries[len(entries)-1].Seq
	}
}

func (x *execution) append(ctx context.Context, events []ports.Event) error {
	if len(events) == 0 {
		return nil
	}
	return x.state.Append(ctx, events...)
}

func auditEvents(entries []ports.Entry) ([]ports.Event, error) {
	events := make([]ports.Event, len(entries))
	for i, entry := range entries {
		if err := json.Unmarshal(entry.Body, &events[i]); err != nil {
			return nil, fmt.Errorf("journal entry %d: %w: %w", entry.Seq, ports.ErrCorrupt, err)
		}
		events[i].Entry = entry.Seq
	}
	return events, nil
}

// checkpoints is where this task's checkpoints and journal are: with the rows,
// or for an External handler in beignet's own state. A one-shot outside a
// transaction has none.
func (x *execution) checkpoints(opened app) ports.Checkpoints {
	switch h := x.plan.task.handler; {
	case h.external:
		return x.state
	case h.needsTx():
		return opened.Checkpoints
	default:
		return nil
	}
}
