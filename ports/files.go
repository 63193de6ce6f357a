package ports

import "io"

// Files is how handlers reach files. A dry run's Files reads like any other and
// writes nothing. A file that may not be read keeps fs.ErrPermission; a write
// that fails reports ErrFull or ErrIO.
type Files interface {
	// Open opens a file for reading; "-" is standard input, which can be read
	// again like any other. ErrNotFound: no such file. ErrNotRegular: a folder,
	// pipe or device.
	Open(name string) (File, error)

	// Create opens a new file for writing; "-" is standard output. ErrExists:
	// the name is taken and overwrite is false.
	Create(name string, overwrite bool) (NewFile, error)
}

// File is an open file. Its Size is fixed when it is opened, in bytes.
type File interface {
	io.ReadSeekCloser
	io.ReaderAt
	Size() int64
}

// NewFile is a file that appears whole under its name at Commit, or never.
// Abort after Commit does nothing.
type NewFile interface {
	io.Writer
	Commit() error
	Abort() error
}
