package runner

import (
	"context"
	"log/slog"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// Session is what the runner lends an app for one run. Log, audit and files
// reach handlers through it alone, so that each line and event says whose run it
// was, and a dry run writes nothing.
type Session struct {
	Run         string // the run's ID
	Task        string
	Actor       string
	Client      string
	Tenant      string // "" where none was given
	Reason      string
	Trace       string // the traceparent to be sent with requests to others; "": none
	Environment string
	Database    string // where the environment's database is: a path or a URL; "": the embedded default
	Create      bool   // whether a database that is missing may be made; else open returns ports.ErrNotFound
	Expect      string // the name that the database must have, before anything is made in it; "": any
	DryRun      bool

	Log   *slog.Logger   // has the run's attributes already
	Audit ports.Recorder // commits with the batch
	Files ports.Files    // in a dry run, records instead of writing
	Now   func() time.Time
}

// Open opens an app for one run: for a new one after "started" is on record, for one
// that is resumed before its next attempt is, so that what is refused leaves no
// trace. It is also opened to look at what a run has left, with DryRun and without
// Create, and then no handler runs.
type Open[A any] func(context.Context, Session) (Opened[A], error)

// Opened is an open app.
type Opened[A any] struct {
	// App speaks to the database outside any transaction. Required.
	App A

	// Begin opens a transaction and returns an app all of whose stores speak
	// through it. Without it a program can have only Handle and External tasks.
	Begin func(context.Context, ports.TxOptions) (A, ports.Tx, error)

	// Checkpoints reads what Begin's transactions have committed. Required with
	// Begin.
	Checkpoints ports.Checkpoints

	// Probe answers a query with the one number that it reads, within a few seconds.
	// Optional: without it no task can have a probe in its throttle.
	Probe func(ctx context.Context, query string) (float64, error)

	// Name asks the database what it is called. Without it no database can be expected.
	Name func(context.Context) (string, error)

	// Close ends what Open opened. Optional.
	Close func(context.Context) error
}
