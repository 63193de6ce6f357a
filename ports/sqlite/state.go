package sqlite

import (
	"context"
	"database/sql"
	"path/filepath"

	"github.com/beignet-go/beignet/ports"
)

// state keeps runs and audit in a DB, whose checkpoints are its own.
type state struct{ *DB }

var _ ports.State = state{}

// OpenState opens the state in a folder, and makes what is missing if create.
// ErrNotFound: there is no state, and none was to be made. The other errors are
// those of [Open].
func OpenState(ctx context.Context, folder string, create bool) (ports.State, error) {
	db, err := open(ctx, filepath.Join(folder, "state.db"), Options{Create: create}, stateSchema)
	if err != nil {
		return nil, err
	}
	return state{db}, nil
}

func (s state) Begin(ctx context.Context) (ports.Tx, error) {
	t, err := s.begin(ctx, ports.TxOptions{})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// write commits what change does, and the events after it.
func (s state) write(ctx context.Context, what string, events []ports.Event, change func(*sql.Tx) error) error {
	t, err := s.begin(ctx, ports.TxOptions{})
	if err != nil {
		return err
	}
	defer t.Rollback()
	err = t.change(what, func() error {
		if err := change(t.sql); err != nil {
			return err
		}
		return appendEvents(ctx, t.sql, events)
	})
	if err != nil {
		return err
	}
	return t.Commit()
}
