package ports

import (
	"context"
	"time"
)

// State is beignet's own memory: runs, their audit, and the checkpoints of
// those runs whose effect lies outside a transaction. What a call reports as
// done is durable.
//
// Every method reports a full disk as [ErrFull], failed I/O as [ErrIO], a
// broken file as [ErrCorrupt] and a state that is busy or away as [ErrBusy] or
// [ErrUnavailable].
type State interface {
	Runs
	Audit
	Locks
	Checkpoints

	// Begin opens a transaction over the state's own checkpoint tables.
	Begin(ctx context.Context) (Tx, error)

	// Environment returns the name of the environment whose runs the state keeps; "":
	// none has claimed it yet.
	Environment(ctx context.Context) (string, error)

	// Claim makes the state that of an environment for good, and appends the events,
	// both or neither. ErrExists: it is another's. An environment may claim its own
	// again.
	Claim(ctx context.Context, environment string, events ...Event) error

	Close() error
}

// Runs keeps the records of runs.
type Runs interface {
	// Start stores a new run, as the latest, and appends the events, both or neither. ErrExists:
	// a run of that ID is on record.
	Start(ctx context.Context, run Run, events ...Event) error

	// Update stores run where the record still stands at from, and appends the
	// events, both or neither. The order on record is left as it is, but a new attempt
	// begins without the order that run holds: one that was left meanwhile is for the
	// new attempt. ErrStale: the record has moved on. ErrNotFound: there is none.
	Update(ctx context.Context, run Run, from Mark, events ...Event) error

	// Order leaves an order for the process that is at the run, over the one that is left
	// (see [Order.Over]), and appends the events, both or neither. ErrStale: the run is not running on record.
	// ErrNotFound: there is none.
	Order(ctx context.Context, id string, order Order, events ...Event) error

	// Ordered returns the order that was left for a run; zero where none was. It
	// costs little: a run asks about once a second. ErrNotFound: there is no such
	// run.
	Ordered(ctx context.Context, id string) (Order, error)

	// Run returns one record. ErrNotFound: there is none.
	Run(ctx context.Context, id string) (Run, error)

	// List returns records without their Log, the latest put on record first: a clock
	// that jumps changes nothing of the order.
	List(ctx context.Context, filter RunFilter) ([]Run, error)

	// Used returns the first run that is known to have committed something in a database
	// of that name (see [Run.Database] and [Run.Committed]). It is put on record by the
	// Start or Update that first says so, with it or not at all, and is never removed: it
	// outlives the run's record, since it is what tells a database that is lost from one
	// that was never made. ErrNotFound: no run is known to have.
	Used(ctx context.Context, database string) (Use, error)

	// Delete removes a run's record and the checkpoint, the journal and the fence
	// run:ID that the state has of it, and appends the events, all or none.
	// ErrNotFound: there is none.
	Delete(ctx context.Context, id string, events ...Event) error
}

// RunFilter selects runs. Its zero value selects all.
type RunFilter struct {
	Prefix string // of the ID
	Task   string
	Status Status
	Since  time.Time // started at or after
	Before time.Time // started before
	Actor  string
	Limit  int // 0: no limit
}

// Use says who first committed something in a database.
type Use struct {
	Run   string
	Since time.Time // that run's start
}
