package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/runner"
)

// onlineResult is what the addresses of an environment lead to.
type onlineResult struct {
	Environment string      `json:"environment"`
	Protected   bool        `json:"protected"`
	State       foundResult `json:"state"`
	Database    foundResult `json:"database"`
}

// foundResult is a state or a database as check --online has found it.
type foundResult struct {
	Address string       `json:"address"`         // without its password
	Name    string       `json:"name,omitempty"`  // the database's own
	Error   *errorResult `json:"error,omitempty"` // why no run could use it
}

// online looks what the environment at hand leads to.
func (c *call) online(ctx context.Context, r *runner.Runner, m module, expect string) (runner.Online, error) {
	target, err := c.target(m)
	if err != nil {
		return runner.Online{}, err
	}
	return r.With(runner.Options{State: c.state}).Online(ctx, runner.Request{Target: target, Expect: expect}), nil
}

func describeOnline(o runner.Online) *onlineResult {
	describe := func(p runner.Place) foundResult {
		found := foundResult{Address: p.Address, Name: p.Name}
		if p.Err != nil {
			found.Error = &errorResult{Code: string(p.Err.Code), Message: p.Err.Message, Hint: p.Err.Hint}
		}
		return found
	}
	return &onlineResult{o.Environment, o.Protected, describe(o.State), describe(o.Database)}
}

func (c *call) onlineText(o runner.Online) {
	protected := ""
	if o.Protected {
		protected = "  " + c.tty.Yellow("protected")
	}
	fmt.Fprintf(&c.out, "%s%s\n", c.tty.Bold(term.Escape(o.Environment)), protected)
	var rows []row
	for _, at := range []struct {
		what string
		runner.Place
	}{{"state", o.State}, {"database", o.Database}} {
		rows = append(rows, row{at.what, at.Address})
		switch {
		case at.Err != nil:
			rows = append(rows, row{"", at.Err.Message}, row{"", "hint: " + at.Err.Hint})
		default:
			rows = append(rows, row{"", cmp.Or(at.Name, "ok")})
		}
	}
	writeRows(&c.out, "  ", rows)
}

// toldOnline ends a command whose result has told what is wrong.
func toldOnline(o runner.Online) error {
	for _, err := range []*runner.Error{o.State.Err, o.Database.Err} {
		if err != nil {
			return &toldError{err.Code}
		}
	}
	return nil
}
