package runner

import (
	"fmt"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// boundChanges gives a run's limits what the task and its environment allow it to
// change, the tighter of the two. A share means nothing for a task that does not count
// its items, which then must have a number too.
func (t *task) boundChanges(l *ports.Limits, rules manifest.Environment) error {
	most := manifest.Tighter(t.MaxChanges, rules.MaxChanges)
	if most == nil || !t.handler.tellsChanges() {
		return nil
	}
	l.MaxChanges = most.Count
	switch {
	case t.handler.counts():
		l.MaxChangeShare = most.Share
	case most.Share > 0 && most.Count == nil && t.Effect != manifest.EffectRead:
		return &Error{
			Code: CodeConfig, Message: "maxChanges of environment " + rules.Name + " is a share, and " + t.Name + " does not count its items",
			Hint: "give " + t.Name + " a maxChanges of its own, as a number",
		}
	}
	return nil
}

// tellsChanges reports whether the handler's verb has it report what it changes.
func (h *handler) tellsChanges() bool { return h.tx || h.batches != nil }

func (h *handler) counts() bool { return h.batches != nil && h.batches.opts().count != nil }

// mostChanges is how much a run of so many items may change; nil: any number.
func mostChanges(l ports.Limits, total *int64) *int64 {
	if l.AcceptChanges > 0 {
		return &l.AcceptChanges
	}
	most := l.MaxChanges
	if l.MaxChangeShare > 0 && total != nil {
		share := int64(l.MaxChangeShare * float64(*total))
		if most == nil || share < *most {
			most = &share
		}
	}
	return most
}

// tooMany refuses more changes than a run may make; nil: they are not.
func (x *execution) tooMany(changed int64, total *int64) *Error {
	most := mostChanges(x.run.Limits, total)
	if most == nil || changed <= *most {
		return nil
	}
	e := &Error{
		Code: CodeChanges, Message: fmt.Sprintf("%d changes are more than maxChanges allows, which is %d", changed, *most),
		Hint: "see by a dry run what it changes, and raise maxChanges",
	}
	if x.plan.task.handler.batches != nil && !x.run.DryRun {
		e.Hint = fmt.Sprintf("see what it changes; %s goes on up to N", x.command("runs resume "+x.run.ID+" --accept-changes N"))
	}
	return e
}

// tooManyChanges is tooMany for what a batch has come to, which is not committed yet. A
// dry run goes on, and says it in the end.
func (b *batchRun) tooManyChanges(changed int64) error {
	if b.x.run.DryRun {
		return nil
	}
	if refused := b.x.tooMany(changed, b.total); refused != nil {
		return refused
	}
	return nil
}

// wouldStop is how a dry run says that the run would be stopped; nil: it would not, as
// far as it was tried.
func (x *execution) wouldStop(changed int64, total *int64) *ports.Failure {
	refused := x.tooMany(changed, total)
	if refused == nil {
		return nil
	}
	return &ports.Failure{Code: string(refused.Code), Message: refused.Message, Hint: refused.Hint}
}

// checkChanges finds a bound of a task's changes that cannot be held: a share of items
// that nobody counts, by the task or by an environment that it writes in, or any of a
// handler that does not tell what it changes.
func (r *Runner) checkChanges(c *task) manifest.Diagnostics {
	var found manifest.Diagnostics
	report := func(at manifest.Position, code, message, hint string) {
		found = append(found, r.manifest.Diagnostic(at, code, message, hint))
	}
	h, most := c.handler, c.MaxChanges
	switch {
	case most != nil && !h.tellsChanges():
		report(c.MaxChangesAt, "changes-untold", fmt.Sprintf("handler %s works outside a transaction and does not tell what it changes: maxChanges has no meaning for it", h.id), "take maxChanges out")
	case most != nil && most.Share > 0 && !h.counts():
		report(c.MaxChangesAt, "not-counted", fmt.Sprintf("maxChanges is a share, and handler %s does not count its items", h.id), "write a number of changes")
	}
	if c.Effect == manifest.EffectRead || h.counts() || !h.tellsChanges() || most != nil && most.Count != nil {
		return found
	}
	for _, e := range r.manifest.Environments {
		if e.MaxChanges != nil && e.MaxChanges.Share > 0 && e.MaxChanges.Count == nil {
			report(e.MaxChangesAt, "not-counted", fmt.Sprintf("maxChanges of environment %s is a share, and the handler of %s does not count its items", e.Name, c.Name),
				"give "+c.Name+" a maxChanges of its own, as a number")
		}
	}
	return found
}
