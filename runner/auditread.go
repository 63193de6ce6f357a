package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// AuditEvent is an event in its place in the audit.
type AuditEvent struct {
	ports.Link
	ports.Event
}

// EventFilter selects events. Its zero value selects all.
type EventFilter struct {
	Run    string    // the beginning of a run's ID
	Task   string    // its name
	Action string    // such as task.failed; one that ends before a dot selects all that begin with it
	Since  time.Time // recorded at or after
	Limit  int       // the latest so many; 0: all
}

func (f EventFilter) selects(e ports.Event) bool {
	return strings.HasPrefix(e.Run, f.Run) && (f.Task == "" || f.Task == e.Task) && !e.Time.Before(f.Since) &&
		(f.Action == "" || f.Action == e.Action || strings.HasPrefix(e.Action, f.Action+"."))
}

// auditOf opens the state of a target to read its audit; nil where there is none.
func (r *Runner) auditOf(ctx context.Context, t Target) (ports.State, error) {
	state, err := r.openState(ctx, t, toLook)
	if errors.Is(err, ports.ErrNotFound) {
		return nil, nil
	}
	return state, explain("state", err)
}

// Links yields the whole audit as it is stored, in order, a page in memory at a
// time. It ends after an error. Where there is no state there is no link.
func (r *Runner) Links(ctx context.Context, t Target) iter.Seq2[ports.Link, error] {
	return func(yield func(ports.Link, error) bool) {
		state, err := r.auditOf(ctx, t)
		if err != nil {
			yield(ports.Link{}, err)
		}
		if state == nil {
			return
		}
		defer r.closeState(state)
		for after := int64(math.MinInt64); ; {
			links, err := state.Links(ctx, after, auditPage)
			if err != nil {
				yield(ports.Link{}, explain("audit", err))
				return
			}
			for _, l := range links {
				if after = l.Seq; !yield(l, nil) {
					return
				}
			}
			if len(links) < auditPage {
				return
			}
		}
	}
}

// Events returns the latest events that a filter selects, oldest first. It reads
// back from the head until there are enough.
func (r *Runner) Events(ctx context.Context, t Target, f EventFilter) ([]AuditEvent, error) {
	state, err := r.auditOf(ctx, t)
	if state == nil {
		return nil, err
	}
	defer r.closeState(state)
	head, err := state.Head(ctx)
	if err != nil {
		return nil, explain("audit", err)
	}
	var latest []AuditEvent // latest first
	for through := head.Seq; through > 0; through -= auditPage {
		links, err := state.Links(ctx, through-auditPage, auditPage)
		if err != nil {
			return nil, explain("audit", err)
		}
		for _, l := range slices.Backward(links) {
			if l.Seq > through { // where some are missing a page reaches further
				continue
			}
			e, err := r.eventIn(l)
			if err != nil {
				return nil, err
			}
			if f.selects(e.Event) {
				latest = append(latest, e)
			}
			if f.Limit > 0 && len(latest) == f.Limit {
				slices.Reverse(latest)
				return latest, nil
			}
		}
	}
	slices.Reverse(latest)
	return latest, nil
}

// Event returns one event, and the hash before it.
func (r *Runner) Event(ctx context.Context, t Target, seq int64) (e AuditEvent, before string, err error) {
	state, err := r.auditOf(ctx, t)
	if err != nil {
		return e, "", err
	}
	var links []ports.Link
	if state != nil {
		defer r.closeState(state)
		if links, err = state.Links(ctx, seq-2, 2); err != nil {
			return e, "", explain("audit", err)
		}
	}
	at := slices.IndexFunc(links, func(l ports.Link) bool { return l.Seq == seq })
	if at < 0 {
		return e, "", &Error{Code: CodeUsage, Message: fmt.Sprintf("no event %d", seq), Hint: r.command("audit list")}
	}
	if at > 0 {
		before = links[at-1].Hash
	}
	e, err = r.eventIn(links[at])
	return e, before, err
}

// eventIn reads what a link holds. One that was changed may hold anything.
func (r *Runner) eventIn(l ports.Link) (AuditEvent, error) {
	e := AuditEvent{Link: l}
	if err := json.Unmarshal(l.Body, &e.Event); err != nil {
		return e, &Error{
			Code: CodeIO, Message: fmt.Sprintf("event %d of the audit cannot be read", l.Seq),
			Hint: r.command("audit verify") + "; " + r.command("audit export") + " has it as it is stored", Err: errors.Join(ports.ErrCorrupt, err),
		}
	}
	return e, nil
}
