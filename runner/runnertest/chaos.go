package runnertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// World is what a task works on in a trial of [Chaos]. Each trial has a fresh one,
// and all of them are the same.
type World[D any] struct {
	// Open opens the app over this world, again after every interruption. Required.
	Open runner.Open[D]

	// State returns all that a run may change and that matters, as it has been
	// committed: a value that reflect.DeepEqual compares. Optional: without it only
	// outputs, counts and audit events are compared.
	State func() any

	// Files are the files that the task finds, by name.
	Files map[string]string

	// Writes returns an app that calls write before each of its writes, so that it is
	// interrupted there too: write does not return from an interruption. Optional:
	// without it a batch is interrupted before its first write and after its last.
	Writes func(app D, write func()) D
}

// Trials says what [Chaos] runs.
type Trials struct {
	Task  string // required
	Input string // JSON of a run that writes. Required

	// Once says that the task is not meant to be run a second time over what it has
	// done, so that this is not tried.
	Once bool
}

// chaosBatch is how many items a batch has in a trial: the least with which some
// items are first, and others last.
const chaosBatch = 2

// maxSteps is how many interruptions are tried at most.
const maxSteps = 500

// Chaos proves that a task comes to the same end whatever interrupts it. It runs
// the task in a fresh world, in batches of two, and again in one for each place at
// which a process can die: before a batch, in it, before and after its commit, and
// before its outcome is on record. Each such run is then resumed to its end, which
// must be the end of the uninterrupted one, in what State returns, output, counts and
// the feature's own audit events. A one-shot is started anew where it has committed
// nothing.
//
// It is run in batches of other sizes as well, which finds a source that leaves
// items out where a page ends; a second time, which must change nothing; and where
// the input has a dryRun, dry, which must change nothing either.
//
// The world should hold five to nine items, and for a source with a cursor that is
// not the primary key, some with equal values of it. What is wrong fails the test with a
// message that says why.
func Chaos[D any](t testing.TB, featureFile string, register func(*runner.Registry[D]), world func() World[D], trials Trials) {
	t.Helper()
	c := &chaos[D]{t: t, fresh: world, trials: trials}
	c.kit = New(t, featureFile, register, c.open)
	control, steps := c.control()
	c.twoWorlds()
	if control.batched {
		c.otherSizes(control)
	}
	c.interruptions(control, steps)
	if !trials.Once {
		c.again(control)
	}
	if c.hasDryRun() {
		c.dry(control)
	}
}

// chaos is the trials of one task. One of them is at work at a time.
type chaos[D any] struct {
	t      testing.TB
	kit    *Kit
	trials Trials
	fresh  func() World[D]

	world World[D]      // of the trial at work
	state *memory.State // its runs, as they outlive its processes
	life  *life         // of its process
}

// begin makes a fresh world.
func (c *chaos[D]) begin() {
	c.world, c.state = c.fresh(), memory.NewState()
	c.kit.files = &memory.Files{}
	for name, text := range c.world.Files {
		c.kit.File(name, text)
	}
	c.process(never)
}

// process begins a process, as life says when it dies.
func (c *chaos[D]) process(dies int) {
	c.life = &life{dies: dies}
	c.kit.state = mortalState{c.state, c.life}
}

// open opens the world for the process at work.
func (c *chaos[D]) open(ctx context.Context, s runner.Session) (runner.Opened[D], error) {
	life, writes := c.life, c.world.Writes
	s.Audit = mortalRecorder{s.Audit, life}
	s.Files = mortalFiles{s.Files, life}
	opened, err := c.world.Open(ctx, s)
	if err != nil {
		return opened, err
	}
	within := func(app D) D {
		if writes == nil {
			return app
		}
		return writes(app, life.write)
	}
	opened.App = within(opened.App)
	if begin := opened.Begin; begin != nil {
		opened.Begin = func(ctx context.Context, o ports.TxOptions) (D, ports.Tx, error) {
			if err := life.begin(); err != nil {
				var none D
				return none, nil, err
			}
			app, tx, err := begin(ctx, o)
			if err != nil {
				return app, nil, err
			}
			return within(app), mortalTx{tx, life}, nil
		}
		opened.Checkpoints = mortalCheckpoints{opened.Checkpoints, life}
	}
	return opened, nil
}

// run starts the task. The limits are those of a trial: sizes of batches.
func (c *chaos[D]) run(size int, input string) (ports.Run, error) {
	limits := runner.Limits{BatchSize: size}
	req := runner.Request{Task: c.trials.Task, Input: []byte(input), Limits: limits}
	run, err := c.kit.Do(req)
	var refused *runner.Error
	if errors.As(err, &refused) && refused.Code == runner.CodeUsage && run.ID == "" { // a one-shot has no batches
		req.Limits = runner.Limits{}
		run, err = c.kit.Do(req)
	}
	return run, err
}

// ending is what a trial has come to.
type ending struct {
	state    any
	output   string
	progress string
	events   []string // the feature's own
	batched  bool
	anew     bool // interrupted, it is started anew, and tells what is left to do
	items    int64
}

func (c *chaos[D]) ending(run ports.Run) ending {
	p := run.Progress
	e := ending{
		state: c.look(), output: string(run.Output), batched: run.Limits.BatchSize > 0, anew: run.Delivery == ports.BestEffort, items: p.Processed,
		progress: fmt.Sprintf("%d processed, %d failed, %d changed", p.Processed, p.Failed, p.Changed),
	}
	for _, event := range c.kit.Audit() {
		if event.Entry > 0 {
			e.events = append(e.events, event.Action+" "+event.Resource+" "+string(event.Metadata))
		}
	}
	slices.Sort(e.events)
	return e
}

// look is the state of the world at work; nil where it has none to show.
func (c *chaos[D]) look() any {
	if c.world.State == nil {
		return nil
	}
	return c.world.State()
}

// hasDryRun reports whether the task's input has a dryRun.
func (c *chaos[D]) hasDryRun() bool {
	task, _ := c.kit.runner.Manifest().Task(c.trials.Task)
	var input struct{ Properties map[string]json.RawMessage }
	if err := json.Unmarshal(task.Input.JSON, &input); err != nil {
		return false
	}
	return slices.Contains(slices.Collect(maps.Keys(input.Properties)), "dryRun")
}

// dryInput is the input of a run that is dry.
func (c *chaos[D]) dryInput() string {
	var input map[string]json.RawMessage
	if err := json.Unmarshal([]byte(c.trials.Input), &input); err != nil {
		c.t.Fatalf("Input: %v", err)
	}
	input["dryRun"] = json.RawMessage("true")
	text, err := json.Marshal(input)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}
