package cli

import (
	"context"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/schema"
)

// lastLook says what is about to happen, and asks whether it may: by yes, or where a
// plan wants to be confirmed by the name of its task, which Start compares.
func (a *asking) lastLook(ctx context.Context, r *runner.Runner, p *runner.Plan, f *runFlags, req runner.Request) (*runner.Plan, error) {
	does := map[manifest.Effect]string{
		manifest.EffectRead: "reads", manifest.EffectWrite: "writes", manifest.EffectDestructive: a.err.Red("destroys"),
	}[f.task.Effect]
	if p.DryRun {
		does = "dry run"
	}
	parts := []string{p.Task, term.Escape(p.Environment), does}
	if much := a.howMuch(ctx, r, p); much != "" {
		parts = append(parts, much)
	}
	for _, name := range a.files(p, schema.FileWrite) {
		parts = append(parts, "to "+term.Escape(name))
	}
	a.lines.Discard() // a paste answers the questions that it was for, and no other
	look := strings.Join(parts, " · ")
	if p.Unconfirmed() {
		name, err := a.line(look+" · type "+p.Task+" to proceed: ", nil, false)
		if err != nil {
			return nil, err
		}
		if req.Confirm = strings.TrimSpace(name); req.Confirm == "" {
			return nil, notStarted(runner.CodeGate, "the task was not confirmed")
		}
		return r.Plan(req)
	}
	text, err := a.line(look+" · proceed? (yes or no): ", []string{"yes", "no"}, false)
	if err != nil {
		return nil, err
	}
	if answer := strings.ToLower(text); answer != "y" && answer != "yes" {
		return nil, notStarted(runner.CodeGate, "the last look was declined")
	}
	return p, nil
}

// howMuch is how many items a task goes over, and of which file; "": it is not
// known, or would use up standard input.
func (a *asking) howMuch(ctx context.Context, r *runner.Runner, p *runner.Plan) string {
	unit, of := "item", ""
	for _, name := range a.files(p, schema.FileRead) {
		if name == "-" {
			return ""
		}
		unit, of = "row", " of "+term.Escape(name)
	}
	n, known, err := r.Count(ctx, p)
	if err != nil || !known {
		return "" // what is wrong is told by the run
	}
	return plural(n, unit) + of
}

// files are those that a plan's input names for a use.
func (a *asking) files(p *runner.Plan, use schema.FileUse) []string {
	var names []string
	for _, prop := range a.input.properties {
		if value := at(p.Redacted, prop.path); prop.File == use && value != nil {
			names = append(names, unquoted(jsontext.Value(value)))
		}
	}
	return names
}
