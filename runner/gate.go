package runner

import "github.com/beignet-go/beignet/manifest"

// gate refuses a plan that is sound and still may not run here, saying what
// would satisfy it.
func gate(p *Plan) *Error {
	switch tenant := p.request.Tenant; {
	case p.task.Tenant == manifest.TenantRequired && tenant == "":
		return &Error{Code: CodeGate, Message: p.Task + " needs a tenant", Hint: "add --tenant NAME"}
	case p.task.Tenant == manifest.TenantNone && tenant != "":
		return &Error{Code: CodeGate, Message: p.Task + " takes no tenant", Hint: "leave --tenant out"}
	}
	return nil
}
