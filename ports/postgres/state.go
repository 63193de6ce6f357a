package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// state keeps runs, audit and locks in a DB, whose checkpoints are its own.
type state struct {
	*DB
	key   ports.AuditKey
	lease lease
}

var _ ports.State = state{}

// StateOptions say how to open a state.
type StateOptions struct {
	// Create makes the state's tables where they are not there, be it in a database
	// that has an app's own. The database itself is never made. Optional: without it
	// what is missing is ErrNotFound, and nothing is made.
	Create bool

	// ReadOnly leaves a state of an earlier version as it is: a [ports.VersionError].
	ReadOnly bool

	// AuditKey is the key of the audit. Optional: without it a chain that has no key
	// goes on without one, and one that has is a [ports.KeyError].
	AuditKey ports.AuditKey

	lease lease // zero: usual
}

// OpenState opens the state in a database, by its URL, and upgrades one that an
// earlier version of this program made. It may be the database that an app has its
// rows in: the checkpoints of both are then one. The errors are those of [Open].
func OpenState(ctx context.Context, address string, o StateOptions) (ports.State, error) {
	db, err := open(ctx, address, Options{Create: o.Create, Adopt: true, readOnly: o.ReadOnly}, dataSchema(), stateSchema())
	if err != nil {
		return nil, err
	}
	return state{db, o.AuditKey, cmp.Or(o.lease, usual)}, nil
}

// crowd is how long others may be busy with the same record, the audit's end or a
// lock: they need a moment.
const crowd = 5 * time.Second

// brief bounds a transaction of the state's own. Who stops in the middle of one keeps
// nobody from renewing a lock in time.
func (s state) brief() ports.TxOptions {
	return ports.TxOptions{LockTimeout: crowd, IdleTimeout: s.lease.ttl / 2}
}

func (s state) Begin(ctx context.Context) (ports.Tx, error) {
	t, err := s.begin(ctx, s.brief())
	if err != nil {
		return nil, err
	}
	return t, nil
}

// write commits what change does, and the events after it.
func (s state) write(ctx context.Context, what string, events []ports.Event, change func(*sql.Tx) error) error {
	t, err := s.begin(ctx, s.brief())
	if err != nil {
		return err
	}
	defer t.Rollback()
	err = t.change(ctx, what, func() error {
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
