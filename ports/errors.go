package ports

import (
	"errors"
	"fmt"
)

// What an adapter's error is, whatever its driver said. Adapters wrap them with
// %w and add what and where.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("exists already")
	ErrNotRegular  = errors.New("not a regular file")
	ErrStale       = errors.New("stale: another holder has taken over")
	ErrBusy        = errors.New("busy")        // try the transaction again
	ErrUnavailable = errors.New("unavailable") // the database cannot be reached
	ErrFull        = errors.New("disk full")
	ErrIO          = errors.New("i/o error")
	ErrCorrupt     = errors.New("corrupt")
	ErrUnsupported = errors.New("not supported")
)

// VersionError says that a schema is not the one this binary was built for. It
// is never upgraded or recreated on the way.
type VersionError struct {
	What string // whose schema, such as "state" or "issues data"
	Have int64  // what was found
	Want int64  // what this binary needs
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has schema version %d, this binary needs %d", e.What, e.Have, e.Want)
}
