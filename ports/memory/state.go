package memory

import (
	"context"

	"github.com/beignet-go/beignet/ports"
)

// State is a ports.State in the process. It keeps its records as the rows of a
// DB, whose checkpoints are its own.
type State struct {
	db    *DB[records]
	locks *locks
	key   ports.AuditKey
}

var _ ports.State = (*State)(nil)

// NewState returns an empty state whose audit has no key. Its Close does nothing:
// what it holds can be read for as long as it is referred to.
func NewState() *State {
	return &State{db: NewDB(records{}, records.clone), locks: newLocks()}
}

// WithKey returns the same state as one that was opened with a key: all is shared,
// and what is appended through it is hashed with the key.
func (s *State) WithKey(key ports.AuditKey) *State {
	return &State{db: s.db, locks: s.locks, key: key}
}

// Begin is the method of ports.State.
func (s *State) Begin(ctx context.Context) (ports.Tx, error) {
	_, tx, err := s.db.Begin(ctx, ports.TxOptions{})
	return tx, err
}

// Checkpoint is the method of ports.Checkpoints.
func (s *State) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	return s.db.Checkpoint(ctx, run)
}

// Journal is the method of ports.Checkpoints.
func (s *State) Journal(ctx context.Context, run, kind string, after int64, limit int) ([]ports.Entry, error) {
	return s.db.Journal(ctx, run, kind, after, limit)
}

// Forget is the method of ports.Checkpoints.
func (s *State) Forget(ctx context.Context, run string) error { return s.db.Forget(ctx, run) }

// Close does nothing.
func (s *State) Close() error { return nil }

// write commits what change does to the records, and the events after it.
func (s *State) write(ctx context.Context, events []ports.Event, change func(*version[records]) error) error {
	tx, err := s.db.begin(ctx, ports.TxOptions{})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := change(tx.next); err != nil {
		return err
	}
	if err := tx.next.rows.append(s.key, events); err != nil {
		return err
	}
	return tx.Commit()
}

// read is for reading alone: what it returns is shared.
func (s *State) read(ctx context.Context) (records, error) {
	return s.db.committed.Load().rows, ctx.Err()
}

type records struct {
	runs   map[string]record    // by ID
	seq    int64                // of the latest
	used   map[string]ports.Use // by database
	links  []ports.Link         // in order
	copies map[copied]bool      // the journal entries that links has copies of

	environment string // whose state it is; "": nobody's yet
}

// clone shares the links: one transaction at a time adds to them, and only
// after those that others can see.
func (r records) clone() records {
	return records{cloneMap(r.runs), r.seq, cloneMap(r.used), r.links, cloneMap(r.copies), r.environment}
}
