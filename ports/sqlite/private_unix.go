//go:build unix

package sqlite

import (
	"errors"
	"io/fs"
	"os"

	"github.com/beignet-go/beignet/ports"
)

// private refuses a file or folder that others than its owner may read or write,
// and a mode above want is what is said to do about it. One that is not there is
// as private as can be.
func private(path string, want fs.FileMode) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fileError(err)
	case info.Mode().Perm()&0o066 != 0:
		return &ports.ExposedError{Path: path, Mode: info.Mode(), Want: want}
	}
	return nil
}
