package runner

import "github.com/beignet-go/beignet/manifest"

// Gate refuses a request that may not run here whatever its input is, saying what
// would satisfy it. Start does so by itself; a front end that asks a person for the
// input does it first. A task that there is not is for Plan to refuse.
func (r *Runner) Gate(req Request) error {
	t, err := r.find(req.Task)
	if err != nil {
		return nil
	}
	if refused := gate(t, req); refused != nil {
		return refused
	}
	return nil
}

func gate(t *manifest.Task, req Request) *Error {
	switch {
	case t.Tenant == manifest.TenantRequired && req.Tenant == "":
		return &Error{Code: CodeGate, Message: t.Name + " needs a tenant", Hint: "add --tenant NAME"}
	case t.Tenant == manifest.TenantNone && req.Tenant != "":
		return &Error{Code: CodeGate, Message: t.Name + " takes no tenant", Hint: "leave --tenant out"}
	}
	return nil
}
