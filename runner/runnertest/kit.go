// Package runnertest runs an app's handlers in its own tests, through the whole
// pipeline and over real adapters in memory.
//
// Start with [New], which crosses one feature file with the handlers that a
// Register function adds, and [Run], which runs a task and returns its typed
// output. The input is JSON text, for a struct would write its zero values
// over the defaults. [Chaos] interrupts a task wherever it can be, and proves that
// it comes to the same end.
package runnertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// Kit is a runner over one feature file, with its state, its files and its log
// in memory.
type Kit struct {
	t      testing.TB
	runner *runner.Runner
	state  ports.State
	files  *memory.Files
	log    lines
	last   ports.Run
}

// New returns a kit for the tasks of one feature file. It fails the test where
// start-up or check would: at a manifest's mistake, a task without a handler, drift,
// or a broken example.
func New[D any](t testing.TB, featureFile string, register func(*runner.Registry[D]), open runner.Open[D]) *Kit {
	t.Helper()
	text, err := os.ReadFile(featureFile)
	if err != nil {
		t.Fatal(err)
	}
	module, problems := manifest.Load(fstest.MapFS{
		"beignet.yaml": {Data: []byte("name: runnertest\nfeatures: [tasks.yaml]\n")},
		"tasks.yaml":   {Data: text},
	}, "beignet.yaml")
	registry := runner.NewRegistry[D]()
	register(registry)
	k := &Kit{t: t, state: memory.NewState(), files: &memory.Files{}}
	r, crossed := runner.New(module, runner.Bind(registry, open), runner.Options{
		State: func(context.Context, runner.Target, bool) (ports.State, error) { return k.state, nil },
		Files: func(context.Context, string) ports.Files { return k.files },
		Log:   slog.New(slog.NewTextHandler(&k.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	problems = append(problems, crossed...)
	if len(problems) == 0 {
		problems = r.Check()
	}
	if len(problems) > 0 {
		t.Fatalf("%s:\n%s", featureFile, problems)
	}
	k.runner = r
	return k
}

// Run runs a task to its end and returns its output. It fails the test where
// the run does not succeed.
func Run[Out any](k *Kit, task, input string) Out {
	k.t.Helper()
	run, err := k.Do(runner.Request{Task: task, Input: []byte(input)})
	if err != nil {
		k.t.Fatalf("%s: %v", task, describe(err))
	}
	var out Out
	if err := json.Unmarshal(run.Output, &out); err != nil {
		k.t.Fatalf("output of %s: %v", task, err)
	}
	return out
}

// Fails runs a task that must be refused or fail, and returns why.
func (k *Kit) Fails(task, input string) *runner.Error {
	k.t.Helper()
	_, err := k.Do(runner.Request{Task: task, Input: []byte(input)})
	var failure *runner.Error
	if !errors.As(err, &failure) {
		k.t.Fatalf("%s did not fail: %v", task, err)
	}
	return failure
}

// Do runs any request. Its Actor and Client are filled in where they are empty.
func (k *Kit) Do(req runner.Request) (ports.Run, error) {
	run, err := k.runner.Run(k.t.Context(), identified(req))
	k.last = run
	return run, err
}

// Resume takes a run of this kit on after its last committed batch.
func (k *Kit) Resume(id string, req runner.Request) (ports.Run, error) {
	run, err := k.runner.Resume(k.t.Context(), id, identified(req))
	k.last = run
	return run, err
}

func identified(req runner.Request) runner.Request {
	if req.Actor == "" {
		req.Actor = "tester"
	}
	if req.Client == "" {
		req.Client = "runnertest"
	}
	return req
}

// Last is the record of the latest run; zero where it was refused.
func (k *Kit) Last() ports.Run { return k.last }

// Recorded is what is on record of a run.
func (k *Kit) Recorded(id string) ports.Run {
	k.t.Helper()
	run, err := k.state.Run(k.t.Context(), id)
	if err != nil {
		k.t.Fatalf("run %s: %v", id, err)
	}
	return run
}

// Audit returns every audit event, in order.
func (k *Kit) Audit() []ports.Event {
	k.t.Helper()
	links, err := k.state.Links(k.t.Context(), 0, 1<<20)
	if err != nil {
		k.t.Fatal(err)
	}
	events := make([]ports.Event, len(links))
	for i, link := range links {
		if err := json.Unmarshal(link.Body, &events[i]); err != nil {
			k.t.Fatal(err)
		}
	}
	return events
}

// WantAudit fails the test where the audit does not hold events of exactly
// these actions, in this order.
func (k *Kit) WantAudit(actions ...string) {
	k.t.Helper()
	var got []string
	for _, e := range k.Audit() {
		got = append(got, e.Action)
	}
	if !slices.Equal(got, actions) {
		k.t.Errorf("audit has %q, want %q", got, actions)
	}
}

// Log is what handlers and runner have logged, as text lines.
func (k *Kit) Log() string { return k.log.String() }

// File puts a file where handlers find it under its name; "-" is standard input.
func (k *Kit) File(name, text string) { k.files.Put(name, text) }

// Written returns what a handler has written under a name; "-" is standard
// output.
func (k *Kit) Written(name string) (text string, ok bool) { return k.files.Get(name) }

func describe(err error) string {
	var failure *runner.Error
	if !errors.As(err, &failure) {
		return err.Error()
	}
	text := string(failure.Code) + ": " + failure.Message
	for _, v := range failure.Violations {
		text += "\n  " + v.Pointer + " " + v.Message
	}
	return text
}

// lines is a log that may be read while it is written.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
