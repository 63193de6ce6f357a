package runner

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/beignet-go/beignet/internal/near"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
)

// Options are what a program gives its runner beside manifests and handlers.
type Options struct {
	// State opens the state of a target. With create false it makes nothing and
	// returns ports.ErrNotFound where there is none. Required to start runs.
	State func(ctx context.Context, t Target, create bool) (ports.State, error)

	// Files returns the files of one run, by its ID. A wait for what they read must
	// end with ctx, and report its cause: the run is told to end then. Nil: a run has
	// none.
	Files func(ctx context.Context, run string) ports.Files

	// Log takes the lines of runs and their handlers. Nil: they are dropped.
	Log *slog.Logger

	// Version is recorded with each run.
	Version string

	// Now is the clock. Nil: time.Now.
	Now func() time.Time

	// NewID makes run IDs. Nil: UUIDv7.
	NewID func() string

	// Poll is how often a run looks for an order that another process has left,
	// and after its locks. 0: every second.
	Poll time.Duration

	// Grace is how long a handler may go on after its context has ended before it
	// is abandoned. 0: ten seconds.
	Grace time.Duration
}

// Runner plans and starts the tasks of one manifest.
type Runner struct {
	manifest *manifest.Manifest
	handlers *Handlers
	proofs   *proofs
	opts     Options
}

// New crosses the manifest with the handlers: names and ids of every task, with a position for
// each finding. The Runner can list its tasks whatever was found, and should run
// none where anything was.
func New(m *manifest.Manifest, h *Handlers, opts Options) (*Runner, manifest.Diagnostics) {
	r := &Runner{manifest: m, handlers: h, proofs: &proofs{tasks: map[string]*task{}}}
	return r.With(opts), crossCheck(m, h)
}

// With returns a runner of the same tasks with other options.
func (r *Runner) With(opts Options) *Runner {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.NewID == nil {
		opts.NewID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if opts.Poll == 0 {
		opts.Poll = time.Second
	}
	if opts.Grace == 0 {
		opts.Grace = 10 * time.Second
	}
	return &Runner{manifest: r.manifest, handlers: r.handlers, proofs: r.proofs, opts: opts}
}

// Manifest is what the runner was made from.
func (r *Runner) Manifest() *manifest.Manifest { return r.manifest }

// command is a command of this program, for a hint.
func (r *Runner) command(args string) string { return r.manifest.Name + " " + args }

// find returns a task by name or alias, or refuses with the nearest name.
func (r *Runner) find(name string) (*manifest.Task, error) {
	if t, ok := r.manifest.Task(name); ok {
		return t, nil
	}
	var names []string
	for t := range r.manifest.Tasks() {
		names = append(names, t.Name)
		names = append(names, t.Aliases...)
	}
	e := &Error{Code: CodeUnknownTask, Message: "no task " + name, Hint: r.command("task list")}
	if best, ok := near.Best(name, names); ok {
		e.Message += "; did you mean " + best + "?"
	}
	return nil, e
}
