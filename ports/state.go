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
	Checkpoints

	// Begin opens a transaction over the state's own checkpoint tables.
	Begin(ctx context.Context) (Tx, error)

	Close() error
}

// Runs keeps the records of runs.
type Runs interface {
	// Start stores a new run and appends the events, both or neither. ErrExists:
	// a run of that ID is on record.
	Start(ctx context.Context, run Run, events ...Event) error

	// Update stores run where the record still stands at from, and appends the
	// events, both or neither. ErrStale: the record has moved on. ErrNotFound:
	// there is none.
	Update(ctx context.Context, run Run, from Mark, events ...Event) error

	// Run returns one record. ErrNotFound: there is none.
	Run(ctx context.Context, id string) (Run, error)

	// List returns records, the latest start first.
	List(ctx context.Context, filter RunFilter) ([]Run, error)
}

// RunFilter selects runs. Its zero value selects all.
type RunFilter struct {
	Task   string
	Status Status
	Since  time.Time // started at or after
	Actor  string
	Limit  int // 0: no limit
}
