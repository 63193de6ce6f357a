package memory

import (
	"context"

	"github.com/beignet-go/beignet/ports"
)

// state keeps its records as the rows of a DB, whose checkpoints are its own.
type state struct{ *DB[records] }

var _ ports.State = state{}

// NewState returns an empty state. Its Close does nothing: what it holds can be
// read for as long as it is referred to.
func NewState() ports.State {
	return state{NewDB(records{}, records.clone)}
}

func (s state) Begin(ctx context.Context) (ports.Tx, error) {
	_, tx, err := s.DB.Begin(ctx, ports.TxOptions{})
	return tx, err
}

func (s state) Close() error { return nil }

// write commits what change does to the records, and the events after it.
func (s state) write(ctx context.Context, events []ports.Event, change func(*records) error) error {
	r, tx, err := s.DB.Begin(ctx, ports.TxOptions{})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := change(r); err != nil {
		return err
	}
	if err := r.append(events); err != nil {
		return err
	}
	return tx.Commit()
}

// read is for reading alone: what it returns is shared.
func (s state) read(ctx context.Context) (records, error) {
	return s.committed.Load().rows, ctx.Err()
}

type records struct {
	runs   map[string]record // by ID
	links  []ports.Link      // in order
	copies map[copied]bool   // the journal entries that links has copies of
}

// clone shares the links: one transaction at a time adds to them, and only
// after those that others can see.
func (r records) clone() records {
	return records{cloneMap(r.runs), r.links, cloneMap(r.copies)}
}
