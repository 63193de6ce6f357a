package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"path/filepath"

	"github.com/beignet-go/beignet/ports"
)

// state keeps runs and audit in a DB, whose checkpoints are its own, and locks in
// files beside it.
type state struct {
	*DB
	*locks
	key ports.AuditKey
}

var _ ports.State = state{}

// StateOptions say how to open a state.
type StateOptions struct {
	// Create makes the folder and the state where there is none. Optional: without
	// it what is missing is ErrNotFound, and nothing is made.
	Create bool

	// ReadOnly leaves a state of an earlier version as it is: a [ports.VersionError].
	ReadOnly bool

	// AuditKey is the key of the audit. Optional: without it a chain that has no key
	// goes on without one, and one that has is a [ports.KeyError].
	AuditKey ports.AuditKey
}

// OpenState opens the state in a folder, and upgrades one that an earlier version
// of this program made. ErrNotFound: there is no state, and none was to be made. A
// [ports.VanishedError] says that there was one, which is never made anew; a
// [ports.ExposedError] that others can read or write it. The other errors are those
// of [Open].
func OpenState(ctx context.Context, folder string, o StateOptions) (ports.State, error) {
	path := filepath.Join(folder, "state.db")
	locks := newLocks(filepath.Join(folder, "locks"))
	if err := cmp.Or(private(folder, 0o700), private(path, 0o600), private(path+"-wal", 0o600)); err != nil {
		return nil, err
	}
	db, err := openUsed(ctx, path, locks.folder, Options{Create: o.Create, readOnly: o.ReadOnly})
	if err != nil {
		return nil, err
	}
	return state{db, locks, o.AuditKey}, nil
}

// openUsed makes no state where something says that there was one. It then does not
// open an empty file either: SQLite would take the log beside it away.
func openUsed(ctx context.Context, path, locks string, o Options) (*DB, error) {
	evidence, err := traces(path, locks)
	if err != nil {
		return nil, err
	}
	if evidence == "" {
		return open(ctx, path, o, stateSchema)
	}
	bytes, err := size(path)
	if err != nil {
		return nil, err
	}
	vanished := &ports.VanishedError{What: "state", Path: path, Evidence: evidence}
	if bytes == 0 {
		return nil, vanished
	}
	db, err := open(ctx, path, Options{readOnly: o.readOnly}, stateSchema)
	if errors.Is(err, ports.ErrNotFound) {
		return nil, vanished
	}
	return db, err
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
		return appendEvents(ctx, t.sql, s.key, events)
	})
	if err != nil {
		return err
	}
	return t.Commit()
}
