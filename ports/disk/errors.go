package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/beignet-go/beignet/ports"
)

// reading is what kind of error opening a file has met.
func reading(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ports.ErrNotFound
	}
	return bare(err)
}

// writing is what kind of error making or writing a file has met.
func writing(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return ports.ErrNotFound
	case errors.Is(err, fs.ErrExist):
		return ports.ErrExists
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", ports.ErrFull, bare(err))
	default:
		return fmt.Errorf("%w: %w", ports.ErrIO, bare(err))
	}
}

// bare leaves out the operation and the path, which the caller has named in the
// user's own words.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
