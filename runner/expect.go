package runner

import (
	"cmp"
	"context"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// expected is the name that a request's database must have; "": any will do.
func (r *Runner) expected(req Request) string {
	return cmp.Or(req.Expect, r.rules(req.Target).Expect.Database)
}

// meets looks at the database before a run is started or taken on, as a dry run would,
// and refuses one that is not the expected. One that is not there yet has no name: it is
// asked again once it has been made.
func (x *execution) meets(ctx context.Context) error {
	if x.runner.expected(x.plan.request) == "" {
		return nil
	}
	opened, err := x.runner.openToRead(ctx, x.plan.request, x.plan.run())
	if errors.Is(err, ports.ErrNotFound) {
		return nil
	}
	if err == nil {
		defer opened.close(ctx)
		err = x.runner.isExpected(ctx, x.plan.request, opened.app)
	}
	if err == nil {
		return nil
	}
	refused := x.plan.secrets.error(asError(err)) // before x is equipped
	x.runner.AuditRefusal(ctx, x.plan.request, refused)
	return refused
}

// isExpected refuses an open app over another database than the expected one. It is the
// database that says its name.
func (r *Runner) isExpected(ctx context.Context, req Request, opened app) error {
	want := r.expected(req)
	if want == "" {
		return nil
	}
	if opened.Name == nil {
		return &Error{
			Code: CodeConfig, Message: "the database " + want + " is expected, and the app does not say which it has opened",
			Hint: "set Name of Opened",
		}
	}
	have, err := opened.Name(ctx)
	if err != nil {
		return explain("the database's name", err)
	}
	if have != want {
		return &ports.OtherDatabaseError{Have: have, Want: want}
	}
	return nil
}
