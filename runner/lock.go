package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// runLock begins the key that every run holds beside its task's own: a run whose
// record says running, and whose lock nobody holds, was interrupted.
const runLock = "run:"

// lockNone is the lock of a task that shares what it works on with everybody.
const lockNone = "none"

// lockField is a place in a lock for a field of the input, such as {{source}} or
// {{range.from}}.
var lockField = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_.-]*)\s*\}\}`)

// lock is what the task works on, as templates over its input.
func (t *task) lock() []string {
	switch {
	case len(t.Lock) == 0 && t.Effect == manifest.EffectRead, slices.Equal(t.Lock, []string{lockNone}):
		return nil
	case len(t.Lock) == 0:
		return []string{t.Name}
	}
	return t.Lock
}

// checkLock finds a lock that could not be taken for every input: a field that the
// input may lack, or one that must not be shown.
func (r *Runner) checkLock(c *task) manifest.Diagnostics {
	var found manifest.Diagnostics
	report := func(code, message, hint string) {
		found = append(found, r.manifest.Diagnostic(c.LockAt, code, message, hint))
	}
	for _, key := range c.Lock {
		switch {
		case key == lockNone && len(c.Lock) > 1:
			report("bad-lock", "lock none stands beside others", "name what the task works on, or none alone")
		case key == lockNone && c.Effect != manifest.EffectRead:
			report("bad-lock", "lock none is for tasks that read: this one may be at work twice", "name what the task works on, or leave lock out for the task's name")
		case strings.HasPrefix(key, runLock):
			report("bad-lock", "lock "+key+" begins like the lock of a run", "choose another beginning")
		}
		for _, m := range lockField.FindAllStringSubmatch(key, -1) {
			if reason := c.lockable(m[1]); reason != "" {
				report("bad-lock-field", fmt.Sprintf("lock %s: %s %s", key, m[0], reason), r.command("task show "+c.Name))
			}
		}
		if rest := lockField.ReplaceAllString(key, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
			report("bad-lock-field", "lock "+key+": a field of the input is written {{name}}", r.command("task show "+c.Name))
		}
	}
	return found
}

// lockable says why a field of the input cannot be part of a lock; "" where it can.
func (t *task) lockable(name string) string {
	pointer := "/" + strings.ReplaceAll(name, ".", "/")
	for _, f := range t.input.Fields() {
		if f.Pointer != pointer {
			continue
		}
		switch {
		case f.Secret:
			return "is a secret"
		case f.Type != "string" && f.Type != "integer" && f.Type != "boolean":
			return "is " + f.Type + ", and must be a string, an integer or a boolean"
		case !f.Required && f.Default == nil:
			return "may be missing: require it, or give it a default"
		case strings.Contains(name, ".") && !t.alwaysThere(pointer[:strings.LastIndex(pointer, "/")]):
			return "may be missing with the object that it is in"
		}
		return ""
	}
	return "is no field of the input"
}

// alwaysThere reports whether every input has the object at a pointer.
func (t *task) alwaysThere(pointer string) bool {
	for pointer != "" {
		known := false
		for _, f := range t.input.Fields() {
			known = known || f.Pointer == pointer && (f.Required || f.Default != nil)
		}
		if !known {
			return false
		}
		pointer = pointer[:strings.LastIndex(pointer, "/")]
	}
	return true
}

// lockKeys are the keys that a run with this input takes, sorted. A dry run takes
// none: it may look on while another works.
func (t *task) lockKeys(input []byte, dryRun bool) ([]string, error) {
	if dryRun {
		return nil, nil
	}
	var keys []string
	for _, template := range t.lock() {
		var failed error
		key := lockField.ReplaceAllStringFunc(template, func(field string) string {
			value, err := lockValue(input, lockField.FindStringSubmatch(field)[1])
			failed = errors.Join(failed, err)
			return value
		})
		if failed != nil {
			return nil, fmt.Errorf("lock %s: %w", template, failed)
		}
		if key == "" || strings.HasPrefix(key, runLock) {
			return nil, InvalidInput("", fmt.Sprintf("makes the lock %q of %s, which is none of a task's: it is empty, or begins like the lock of a run", key, template))
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// lockValue is a field of the canonical input as a lock spells it.
func lockValue(input []byte, name string) (string, error) {
	value := jsontext.Value(input)
	for _, member := range strings.Split(name, ".") {
		var object map[string]jsontext.Value
		if err := restore(json.RawMessage(value), &object); err != nil {
			return "", err
		}
		value = object[member]
	}
	value = bytes.TrimSpace(value)
	if value.Kind() != '"' {
		return string(value), nil
	}
	text, err := jsontext.AppendUnquote(nil, value)
	return string(text), err
}

// lock takes the locks of the run's next attempt: those of its task, and its own. Their
// holder is whoever makes the attempt.
func (x *execution) lock(ctx context.Context, run string) error {
	return x.stages.time("lock", func() (err error) {
		holder := x.runner.holder(ports.Run{ID: run, Task: x.plan.Task}, x.plan.request)
		x.held, err = x.state.Lock(ctx, holder, append(slices.Clone(x.plan.LockKeys), runLock+run))
		var locked *ports.LockedError
		if errors.As(err, &locked) {
			return x.lockedBy(run, locked)
		}
		return explain("lock", err)
	})
}

// lockedBy refuses a run whose lock another holds, naming who.
func (x *execution) lockedBy(run string, locked *ports.LockedError) error {
	e := &Error{Code: CodeLocked, Message: locked.Error(), Hint: x.command("locks") + " lists who holds what; let it end", Err: locked}
	if by := locked.Lock.Run; by != "" {
		e.Hint = x.command("runs wait " + by)
	}
	if locked.Lock.Key == runLock+run {
		e.Message = "run " + run + " is at work already: " + locked.Error()
	}
	return e
}

// unlock frees the locks. That of the run goes without a trace: nobody takes it but
// to run it again. A handler that was abandoned may be at work still, and then only
// the end of the process frees them.
func (x *execution) unlock(ended error) {
	if x.held == nil || errors.Is(ended, errAbandoned) {
		return
	}
	if err := x.held.Release(runLock + x.run.ID); err != nil {
		x.runner.opts.Log.Warn("a lock is not freed before the process ends", "error", err)
	}
}

// fences are the tokens that this attempt of a run must still hold when a batch
// of it commits. An attempt that another has taken over is told by the rows. The
// run's own token is the attempt: its lock leaves no other behind.
func (x *execution) fences() []ports.Fence {
	fences := []ports.Fence{{Key: runLock + x.run.ID, Token: int64(x.run.Attempt)}}
	for _, f := range x.held.Fences() {
		if !x.isOwn(f) {
			fences = append(fences, f)
		}
	}
	return fences
}

// surpassing does what begins by raising the attempt's fences. Where the database has
// higher ones though the locks are held, the locks' tokens have gone back: their files
// are lost, and the clock, which jumped, is behind. They are set above, and it is done
// again, once an attempt. Above the run's own there is only another attempt.
func (x *execution) surpassing(ctx context.Context, do func() error) error {
	err := do()
	var stale *ports.StaleError
	if !errors.As(err, &stale) || x.above || slices.ContainsFunc(stale.Stored, x.isOwn) {
		return err
	}
	x.above = true
	if err := x.held.Surpass(ctx, stale.Stored); err != nil {
		return err
	}
	x.log.Warn("the locks had forgotten their tokens, and the clock is behind those of the database: they are held, and go on from there",
		"stored", stale.Stored)
	return do()
}

func (x *execution) isOwn(f ports.Fence) bool { return f.Key == runLock+x.run.ID }
