package runner

import (
	"fmt"
	"sync"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/schema"
)

// task is a manifest's task with its handler and its schemas compiled: what
// start-up proves for the task at hand, and check for all of them.
type task struct {
	manifest.Task
	handler *handler
	show    string // the command that shows it, for a hint
	input   *schema.Schema
	output  *schema.Schema // nil: none is given
	dryRun  bool           // the input has a boolean dryRun
}

// compile proves one task: its schemas and their defaults, that they agree with
// the handler's types, and its examples.
func (r *Runner) compile(t *manifest.Task) (*task, manifest.Diagnostics) {
	c := &task{Task: *t, handler: r.handlers.byID[t.Handler], show: r.command("task show " + t.Name)}
	var found manifest.Diagnostics
	report := func(s manifest.Schema, problems []schema.Problem) {
		for _, p := range problems {
			found = append(found, r.manifest.Diagnostic(s.At(p.Pointer), p.Code, p.Message, p.Hint))
		}
	}
	var problems []schema.Problem
	c.input, problems = schema.CompileInput(t.Input.JSON)
	report(t.Input, problems)
	if len(t.Output.JSON) > 0 {
		c.output, problems = schema.Compile(t.Output.JSON)
		report(t.Output, problems)
	}
	if c.handler == nil || len(found) > 0 {
		return c, found
	}
	report(t.Input, drift(schema.Diff(c.input.Shape(), schema.ShapeOf(c.handler.input))))
	found = append(found, r.findDryRun(c)...)
	found = append(found, r.checkLock(c)...)
	found = append(found, r.checkChanges(c)...)
	if found = append(found, r.checkFit(c)...); len(found) == 0 {
		found = r.checkExamples(c)
	}
	return c, found
}

// proofs are the tasks that have been proved, by name: a front end describes a task
// and then plans it, and neither manifest nor handlers change meanwhile.
type proofs struct {
	mu    sync.Mutex
	tasks map[string]*task
}

// prove compiles the task at hand, and refuses it where anything was found.
func (r *Runner) prove(t *manifest.Task) (*task, error) {
	r.proofs.mu.Lock()
	defer r.proofs.mu.Unlock()
	if proved, ok := r.proofs.tasks[t.Name]; ok {
		return proved, nil
	}
	c, found := r.compile(t)
	if len(found) > 0 {
		return nil, &Error{Code: CodeConfig, Message: "task " + t.Name + " cannot run", Diagnostics: found, Hint: r.command("check")}
	}
	r.proofs.tasks[t.Name] = c
	return c, nil
}

// Check proves every task. It is what a test and check run; a start proves only
// the task at hand.
func (r *Runner) Check() manifest.Diagnostics {
	var found manifest.Diagnostics
	for t := range r.manifest.Tasks() {
		_, problems := r.compile(t)
		found = append(found, problems...)
	}
	return found.Sorted()
}

func drift(differences []schema.Difference) []schema.Problem {
	problems := make([]schema.Problem, len(differences))
	for i, d := range differences {
		problems[i] = schema.Problem{Pointer: d.Pointer, Code: "drift", Message: d.Message, Hint: d.Hint}
	}
	return problems
}

// checkFit finds what a task asks for and its handler's verb cannot give.
func (r *Runner) checkFit(c *task) manifest.Diagnostics {
	var found manifest.Diagnostics
	h := c.handler
	if c.dryRun && !h.dryRun && !h.needsTx() {
		found = append(found, r.manifest.Diagnostic(c.Input.At("/properties/dryRun"), "dry-run-unsupported",
			fmt.Sprintf("handler %s works outside a transaction and does not say that it honours dryRun", h.id),
			"take dryRun out of the input, or register the handler with .DryRun()"))
	}
	for _, only := range []struct {
		key   string
		given bool
		at    manifest.Position
	}{
		{"batch", c.Batch != manifest.Batch{}, c.BatchAt},
		{"throttle", c.Throttle != manifest.Throttle{}, c.ThrottleAt},
	} {
		if h.batches == nil && only.given {
			found = append(found, r.manifest.Diagnostic(only.at, "not-batched",
				fmt.Sprintf("handler %s is a one-shot: %s has no meaning for it", h.id, only.key), "take "+only.key+" out"))
		}
	}
	if h.batches == nil && c.OnError == manifest.OnErrorSkip {
		found = append(found, r.manifest.Diagnostic(c.OnErrorAt, "not-batched",
			fmt.Sprintf("handler %s is a one-shot: it has no items to skip", h.id), "take onError and maxFailures out"))
	}
	return found
}

// checkExamples finds examples that the task's own schema refuses.
func (r *Runner) checkExamples(c *task) manifest.Diagnostics {
	var found manifest.Diagnostics
	for _, e := range c.Examples {
		if _, err := c.resolve(e.Input); err != nil {
			message := err.Error()
			if len(err.Violations) > 0 {
				message = err.Violations[0].Pointer + " " + err.Violations[0].Message
			}
			found = append(found, r.manifest.Diagnostic(e.At, "bad-example", "example refused: "+message, ""))
		}
	}
	return found
}

// findDryRun finds the input's dryRun. By convention it is a boolean and nothing
// else: of any other type, true might not mean what it says.
func (r *Runner) findDryRun(c *task) manifest.Diagnostics {
	for _, f := range c.input.Fields() {
		if f.Pointer != "/dryRun" {
			continue
		}
		if c.dryRun = f.Type == "boolean"; !c.dryRun {
			return manifest.Diagnostics{r.manifest.Diagnostic(c.Input.At("/properties/dryRun"), "dry-run-type",
				"dryRun must be a boolean, for the runner goes by it", "say type: boolean")}
		}
	}
	return nil
}

// delivery is what the handler's verb guarantees.
func (h *handler) delivery() ports.Delivery {
	switch {
	case h.external:
		return ports.AtLeastOnce
	case h.needsTx():
		return ports.ExactlyOnce
	default:
		return ports.BestEffort
	}
}

// needsTx reports whether the handler's verb works inside a transaction.
func (h *handler) needsTx() bool { return h.tx || h.batches != nil && !h.external }
