package ports

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// What an adapter's error is, whatever its driver said. Adapters wrap them with
// %w and add what and where.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("exists already")
	ErrNotRegular  = errors.New("not a regular file")
	ErrStale       = errors.New("stale: another holder has taken over")
	ErrLocked      = errors.New("locked")
	ErrBusy        = errors.New("busy")              // try the transaction again
	ErrUnavailable = errors.New("unavailable")       // the database cannot be reached
	ErrTimeout     = errors.New("statement timeout") // fewer items may not meet it
	ErrFull        = errors.New("disk full")
	ErrIO          = errors.New("i/o error")
	ErrCorrupt     = errors.New("corrupt")
	ErrUnsupported = errors.New("not supported")
	ErrSchema      = errors.New("not as this program needs it") // a table, a column, a right of the database is missing
)

// StaleError says which fences a database has stored above those that were to be
// raised. It is an [ErrStale].
type StaleError struct{ Stored []Fence }

func (e *StaleError) Error() string {
	var above []string
	for _, f := range e.Stored {
		above = append(above, fmt.Sprintf("fence %s is at %d", f.Key, f.Token))
	}
	return strings.Join(above, ", ") + ": " + ErrStale.Error()
}

func (e *StaleError) Unwrap() error { return ErrStale }

// VanishedError says that a state or a database is gone, or empty, while what is
// beside it says that it was in use. It is never made anew on the way.
type VanishedError struct {
	What     string // such as "state" or "database"
	Path     string
	Evidence string // what says that it was there
}

func (e *VanishedError) Error() string {
	return fmt.Sprintf("the %s %s is gone or empty, but %s", e.What, e.Path, e.Evidence)
}

// ExposedError says that others can read or write what must be private.
type ExposedError struct {
	Path string
	Mode fs.FileMode // as it is
	Want fs.FileMode // what it may be at most
}

func (e *ExposedError) Error() string {
	return fmt.Sprintf("%s has mode %04o: others can read it", e.Path, e.Mode.Perm())
}

// Remedy is the command that makes it private.
func (e *ExposedError) Remedy() string { return fmt.Sprintf("chmod %o %s", e.Want, e.Path) }

// OtherDatabaseError says that an address leads to another database than the one that was
// expected there. Nothing was written to it.
type OtherDatabaseError struct {
	Have string // its own name
	Want string
}

func (e *OtherDatabaseError) Error() string {
	return fmt.Sprintf("the database is %s, and %s was expected", e.Have, e.Want)
}

// ReadOnlyError says that a write has failed, and that files which are written may not be
// written by their own owner.
type ReadOnlyError struct {
	Paths []string // at least one
	Err   error    // of the write
}

func (e *ReadOnlyError) Error() string {
	return fmt.Sprintf("%v; their mode forbids writing: %s", e.Err, strings.Join(e.Paths, " "))
}

func (e *ReadOnlyError) Unwrap() error { return e.Err }

// Remedy is the command that lets them be written.
func (e *ReadOnlyError) Remedy() string { return "chmod u+w " + strings.Join(e.Paths, " ") }

// KeyError says that a chain of the audit is keyed and no key was given, or that it
// is given another.
type KeyError struct{ Message string }

func (e *KeyError) Error() string { return e.Message }

// DeniedError says that a server is there and does not let this program in, or not do
// what it must: a password, a database, a permission that is wrong. The message names
// who was denied what, and never a password.
type DeniedError struct{ Message string }

func (e *DeniedError) Error() string { return e.Message }

// AddressError says that a database's address is none, or names one of a kind that
// cannot be used. The message never repeats a password, nor an address in which it
// could not be told where that stands.
type AddressError struct{ Message string }

func (e *AddressError) Error() string { return e.Message }

// VersionError says that a schema is not the one this binary was built for. It
// is never recreated on the way, and but for the state of an older version never upgraded.
type VersionError struct {
	What string // whose schema, such as "state" or "issues data"
	Have int64  // what was found
	Want int64  // what this binary needs
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has schema version %d, this binary needs %d", e.What, e.Have, e.Want)
}
