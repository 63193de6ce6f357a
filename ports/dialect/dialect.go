// Package dialect is what differs between SQL engines: a store is written once
// against ports.Querier and asks its [Dialect] for the rest. Beside it stands what the
// adapters of all engines do alike: read rows, and keep a run in one. No driver is
// imported; an error's class is read through the methods that drivers' errors
// have.
package dialect

import (
	"errors"
	"fmt"
)

// Dialect names an engine.
type Dialect string

// SQLite is SQLite 3.
const SQLite Dialect = "sqlite"

// Classify wraps a driver's error with the sentinel of package ports that says
// what it is. Other errors, nil among them, are returned as they are, and one
// that is classified already keeps its class.
func (d Dialect) Classify(err error) error {
	if err == nil {
		return nil
	}
	class := classifySQLite
	if d == Postgres {
		class = classifyPostgres
	}
	return as(class(err), err)
}

func as(class, err error) error {
	if class == nil || errors.Is(err, class) {
		return err
	}
	return fmt.Errorf("%w: %w", class, err)
}

// Refuses reports whether an error says that a read is no statement the engine can
// answer, whatever the database has in it: its syntax, a name or a right in it, or that it
// writes.
func (d Dialect) Refuses(err error) bool {
	if d == Postgres {
		var coded interface{ SQLState() string }
		return errors.As(err, &coded) && refusedState(coded.SQLState())
	}
	var coded interface{ Code() int }
	return errors.As(err, &coded) && (coded.Code() == sqliteError || coded.Code() == sqliteReadOnly)
}
