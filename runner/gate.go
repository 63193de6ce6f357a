package runner

import (
	"strings"

	"context"

	"github.com/beignet-go/beignet/manifest"
)

// Gate refuses a request that may not run here whatever its input is, saying what
// would satisfy it. Start does so by itself; a front end that asks a person for the
// input does it first. A task that there is not is for Plan to refuse.
func (r *Runner) Gate(req Request) error {
	t, err := r.find(req.Task)
	if err != nil {
		return nil
	}
	if refused := placed(t, req, r.rules(req.Target)); refused != nil {
		return refused
	}
	return nil
}

// Refused says why a plan may not start, and what would satisfy that; nil: it may.
// Start does the same by itself.
func (p *Plan) Refused() error {
	if refused := p.gate(); refused != nil {
		return refused
	}
	return nil
}

// Unconfirmed reports whether a plan may start but for its confirmation: the name of its
// task, typed by whoever starts it.
func (p *Plan) Unconfirmed() bool {
	confirmed := *p
	confirmed.request.Confirm = p.Task
	return p.request.Confirm == "" && p.gate() != nil && confirmed.gate() == nil
}

// gate is every gate that a plan has to pass.
func (p *Plan) gate() *Error {
	if refused := placed(&p.task.Task, p.request, p.rules); refused != nil {
		return refused
	}
	return p.licensed()
}

// placed are the gates that no input has a say in: where a run is, and for whom.
func placed(t *manifest.Task, req Request, rules manifest.Environment) *Error {
	if refused := named(req, rules); refused != nil {
		return refused
	}
	if want := rules.Expect.Database; want != "" && req.Expect != "" && req.Expect != want {
		return &Error{
			Code: CodeGate, Message: "environment " + rules.Name + " has the database " + want + ", and " + req.Expect + " is expected",
			Hint: "add --env with the environment of " + req.Expect + ", or leave --expect-database out",
		}
	}
	none := t.Tenant == manifest.TenantNone
	switch {
	case none && req.Tenant != "":
		return &Error{Code: CodeGate, Message: t.Name + " takes no tenant", Hint: "leave --tenant out"}
	case rules.Tenant == manifest.TenantNone && req.Tenant != "":
		return &Error{Code: CodeGate, Message: "environment " + rules.Name + " takes no tenant", Hint: "leave --tenant out"}
	case t.Tenant == manifest.TenantRequired && req.Tenant == "":
		return &Error{Code: CodeGate, Message: t.Name + " needs a tenant", Hint: "add --tenant NAME"}
	case rules.Tenant == manifest.TenantRequired && req.Tenant == "" && !none:
		return &Error{Code: CodeGate, Message: "environment " + rules.Name + " needs a tenant", Hint: "add --tenant NAME"}
	}
	return nil
}

// named is the gate that keeps a variable, set once and forgotten, from choosing a
// protected environment.
func named(req Request, rules manifest.Environment) *Error {
	if !rules.Protected || req.Named {
		return nil
	}
	return &Error{
		Code: CodeGate, Message: "environment " + rules.Name + " is protected: it is named on the command line, and not by a variable",
		Hint: "add --env " + rules.Name,
	}
}

// reasoned is the gate that wants to know why.
func reasoned(req Request, rules manifest.Environment) *Error {
	if !rules.Protected || strings.TrimSpace(req.Reason) != "" {
		return nil
	}
	return &Error{Code: CodeGate, Message: "environment " + rules.Name + " is protected: it wants a reason", Hint: "add --reason TEXT"}
}

// licensed are the gates of what writes. A dry run passes them.
func (p *Plan) licensed() *Error {
	if p.DryRun {
		return nil
	}
	if refused := reasoned(p.request, p.rules); refused != nil {
		return refused
	}
	confirm := p.request.Confirm
	switch {
	case confirm != "" && confirm != p.Task:
		return &Error{Code: CodeGate, Message: "the confirmation is not the task's name: " + p.Task + " was not confirmed", Hint: "add --confirm " + p.Task}
	case confirm == "" && p.rules.Protected && p.task.Effect == manifest.EffectDestructive:
		return &Error{
			Code: CodeGate, Message: p.Task + " destroys, and environment " + p.rules.Name + " is protected: it wants to be confirmed by its name",
			Hint: "add --confirm " + p.Task,
		}
	}
	return nil
}

// keeping are the gates of what is done to the records of runs.
func (r *Runner) keeping(ctx context.Context, req Request, gates ...func(Request, manifest.Environment) *Error) error {
	for _, gate := range gates {
		if refused := gate(req, r.rules(req.Target)); refused != nil {
			r.AuditRefusal(ctx, req, refused)
			return refused
		}
	}
	return nil
}

// known refuses an environment that nobody has named: neither this runner's manifest nor,
// by its rules, the front end.
func (r *Runner) known(t Target) error {
	_, named := manifest.FindEnvironment(r.manifest.Environments, t.Environment)
	if t.Environment == "" || named || t.Rules.Name == t.Environment {
		return nil
	}
	return &Error{Code: CodeUsage, Message: "no environment " + t.Environment, Hint: "name it under environments in " + r.manifest.File}
}

// rules are what a target's environment asks of a run: what the target says, and what
// this runner's own manifest adds.
func (r *Runner) rules(t Target) manifest.Environment {
	rules := t.Rules
	if rules.Name = t.Environment; rules.Name == "" {
		rules.Name = manifest.Local
	}
	own, _ := manifest.FindEnvironment(r.manifest.Environments, rules.Name)
	return rules.With(own)
}
