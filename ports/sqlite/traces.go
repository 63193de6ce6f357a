package sqlite

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/beignet-go/beignet/ports"
)

// traces looks beside a state's file for what only a state that was in use leaves,
// and returns what it found; "" where there is nothing. It is called before the
// file itself is looked at: of a state that another process is making, the locks
// come after the tables, and the log of writes after the file's first page.
func traces(path, locks string) (string, error) {
	switch taken, err := anyIn(locks); {
	case err != nil:
		return "", fileError(err)
	case taken:
		return "locks were taken in " + locks, nil
	}
	wal, err := size(path + "-wal")
	if err != nil || wal == 0 {
		return "", err
	}
	if file, err := size(path); err != nil || file > 0 {
		return "", err
	}
	return path + "-wal has what was written to it last", nil
}

func anyIn(folder string) (bool, error) {
	f, err := os.Open(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	names, err := f.Readdirnames(1)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return len(names) > 0, err
}

// size is that of a file; 0 where there is none.
func size(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fileError(err)
	}
	return info.Size(), nil
}

// fileError says what kind of error the file system's is.
func fileError(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w", ports.ErrFull, err)
	}
	return fmt.Errorf("%w: %w", ports.ErrIO, err)
}
