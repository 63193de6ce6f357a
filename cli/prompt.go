package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/internal/term"
	"github.com/beignet-go/beignet/runner"
)

// plan decides about the run that is asked for. At a terminal it asks for what is
// missing, and then for a last look; anywhere else what is missing is refused.
func (c *call) plan(ctx context.Context, r *runner.Runner, f *runFlags, req runner.Request) (*runner.Plan, error) {
	if err := r.Gate(req); err != nil {
		r.AuditRefusal(ctx, req, err)
		return nil, err
	}
	p, err := r.Plan(req)
	missing := f.task.input.missing(err)
	switch {
	case len(missing) > 0 && c.interactive(f):
		return c.ask(ctx, r, f, req, missing)
	case len(missing) > 0 && f.input == nil:
		return nil, c.needs(f.task.Name, missing)
	case err != nil:
		r.AuditRefusal(ctx, req, err)
		return nil, err
	case p.Unconfirmed() && c.interactive(f):
		return c.confirm(ctx, r, f, req, p)
	}
	return p, nil
}

// allowed refuses a plan by the gates that its input has a say in.
func (c *call) allowed(ctx context.Context, r *runner.Runner, req runner.Request, p *runner.Plan) error {
	err := p.Refused()
	if err != nil {
		r.AuditRefusal(ctx, req, err)
	}
	return err
}

// interactive reports whether there is a person to ask.
func (c *call) interactive(f *runFlags) bool {
	return !f.noInput && !c.env.ci && !c.env.dumb && c.err.Interactive && term.IsTerminal(c.std.In)
}

// needs refuses an input that lacks properties, with the flags to give.
func (c *call) needs(task string, missing []*property) error {
	names, flags := make([]string, len(missing)), make([]string, len(missing))
	for i, p := range missing {
		names[i], flags[i] = fieldName(p.Pointer), strings.TrimSpace(p.flag()+" "+p.placeholder())
		if p.flag() == "" {
			flags[i] = p.spec()
		}
	}
	return usageError(task+" needs "+strings.Join(names, ", "), "add "+strings.Join(flags, " ")+"; "+c.name+" task show "+task)
}

// missing are the properties that a refusal says are missing, if that is all that it
// says: of a missing object, those that it must have.
func (in *inputFlags) missing(err error) []*property {
	var refused *runner.Error
	if !errors.As(err, &refused) || refused.Code != runner.CodeInput {
		return nil
	}
	gone := map[string]bool{}
	for _, v := range refused.Violations {
		if v.Keyword != "required" {
			return nil
		}
		gone[v.Pointer] = true
	}
	var missing []*property
	for i := range in.properties { // in the manifest's order
		if p := &in.properties[i]; gone[p.Pointer] {
			missing = append(missing, in.required(p)...)
			delete(gone, p.Pointer)
		}
	}
	if len(gone) > 0 {
		return nil
	}
	return missing
}

// required is a property, or those that it cannot be without.
func (in *inputFlags) required(of *property) []*property {
	var inner []*property
	for i := range in.properties {
		p := &in.properties[i]
		if p.Required && len(p.path) == len(of.path)+1 && slices.Equal(p.path[:len(of.path)], of.path) {
			inner = append(inner, in.required(p)...)
		}
	}
	if len(inner) == 0 || of.takes == takesFile {
		return []*property{of}
	}
	return inner
}

// asking is a conversation that completes one request.
type asking struct {
	*call
	lines *term.Lines
	input *inputFlags
	text  []byte // of --input, with what flags and variables give
}

// notStarted is a person's no: at the last look, or Ctrl-C at any prompt.
func notStarted(code runner.Code, why string) error {
	return &runner.Error{Code: code, Message: "not started: " + why, Hint: "nothing was written"}
}

func (c *call) ask(ctx context.Context, r *runner.Runner, f *runFlags, req runner.Request, missing []*property) (*runner.Plan, error) {
	defer c.waited(time.Now())
	lines, err := term.NewLines(c.std.In, c.err)
	if err != nil {
		return nil, fmt.Errorf("prompt: %w", err)
	}
	a := asking{c, lines, &inputFlags{properties: f.task.input.properties}, req.Input}
	c.err.print(fmt.Sprintf("%s needs %s; Ctrl-C ends this, and nothing is written\n", c.err.Bold(term.Escape(f.task.Name)), plural(len(missing), "more field")))
	var p *runner.Plan
	for len(missing) > 0 {
		if err := a.property(missing[0]); err != nil {
			return nil, err
		}
		if req.Input, err = a.input.merge(a.text); err != nil {
			return nil, err
		}
		p, err = r.Plan(req)
		if refused := violation(err, missing[0]); refused != "" {
			c.err.print("  " + c.err.Yellow(term.Escape(refused)) + "\n")
			a.input.entries = slices.DeleteFunc(a.input.entries, func(e entry) bool { return e.property == missing[0] })
			continue
		}
		if missing = missing[1:]; len(missing) == 0 {
			missing = f.task.input.missing(err) // what only the answers have made necessary
		}
	}
	if err != nil {
		r.AuditRefusal(ctx, req, err)
		return nil, err
	}
	if !p.Unconfirmed() {
		if err := c.allowed(ctx, r, req, p); err != nil {
			return nil, err
		}
	}
	return a.lastLook(ctx, r, p, f, req)
}

// confirm asks for nothing but the confirmation of a plan.
func (c *call) confirm(ctx context.Context, r *runner.Runner, f *runFlags, req runner.Request, p *runner.Plan) (*runner.Plan, error) {
	defer c.waited(time.Now())
	lines, err := term.NewLines(c.std.In, c.err)
	if err != nil {
		return nil, fmt.Errorf("prompt: %w", err)
	}
	a := asking{call: c, lines: lines, input: &inputFlags{properties: f.task.input.properties}}
	return a.lastLook(ctx, r, p, f, req)
}

// waited leaves out of a run's time what a person took.
func (c *call) waited(from time.Time) { c.began = c.began.Add(time.Since(from)) }

// violation is what a refusal says of a property, or of what is inside it.
func violation(err error, p *property) string {
	var refused *runner.Error
	if !errors.As(err, &refused) {
		return ""
	}
	for _, v := range refused.Violations {
		if v.Pointer == p.Pointer || strings.HasPrefix(v.Pointer, p.Pointer+"/") {
			return v.Message
		}
	}
	return ""
}

// property asks for one property until there is an answer that can be one.
func (a *asking) property(p *property) error {
	name := fieldName(p.Pointer)
	if p.Description != "" {
		a.err.print(a.err.Dim(term.Escape(p.Description)) + "\n")
	}
	words := p.words()
	for i, word := range words {
		a.err.print(fmt.Sprintf("  %d  %s\n", i+1, term.Escape(word)))
	}
	switch {
	case p.takes == takesSwitch:
		words, name = []string{"yes", "no"}, name+" (yes or no)"
	case p.takes == takesList:
		name += " (one a line, an empty line ends)"
	case p.takes == takesFile:
		name += " (not shown)"
	case p.takes == takesJSON:
		name += " (JSON)"
	}
	for {
		text, err := a.line(name+": ", words, p.takes == takesFile)
		if err != nil {
			return err
		}
		if p.takes == takesList && text == "" && a.input.has(p) {
			return nil
		}
		value, err := p.answer(text)
		if err != nil {
			a.err.print("  " + a.err.Yellow(err.Error()) + "\n")
			continue
		}
		if err := a.input.give(p, name, value); err != nil || p.takes != takesList {
			return err
		}
	}
}

func (a *asking) line(prompt string, words []string, secret bool) (line string, err error) {
	if secret {
		line, err = a.lines.Secret(prompt)
	} else {
		line, err = a.lines.Line(prompt, words)
	}
	if errors.Is(err, term.ErrEnded) {
		io.WriteString(a.err, "\n")
		return "", notStarted(codeInterrupted, "ended at a prompt")
	}
	return line, err
}

// answer makes JSON of an answer: of a choice, its number or its text.
func (p *property) answer(text string) (jsontext.Value, error) {
	if text == "" {
		return nil, wantError("something")
	}
	for _, v := range p.Enum {
		if text == unquoted(v) {
			return v, nil
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(p.Enum) {
		return p.Enum[n-1], nil
	}
	if p.takes == takesSwitch {
		switch strings.ToLower(text) {
		case "y", "yes", "true":
			return jsontext.Value("true"), nil
		case "n", "no", "false":
			return jsontext.Value("false"), nil
		}
		return nil, wantError("yes or no")
	}
	return p.parse(text)
}
