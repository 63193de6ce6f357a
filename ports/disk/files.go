package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/beignet-go/beignet/ports"
)

// Options say where files are. The zero value opens and creates files in the
// working folder of the process and has no standard streams.
type Options struct {
	Dir string // what names are relative to. Optional: without it, the working folder

	In    io.Reader // standard input. Optional: without it or Spool, "-" cannot be opened
	Spool string    // the file that keeps a copy of In, one for each run. Its folder is made, 0700
	Out   io.Writer // standard output. Optional: without it, "-" cannot be created

	Until context.Context // whose end ends a wait for In, with its cause as the error. Optional: without it, In's own end does
}

// Files are the files of this machine. They are safe for concurrent use.
type Files struct {
	o     Options
	spool func() error // has all of In in the file Spool
}

var _ ports.Files = (*Files)(nil)

// New returns the files that o describes. It touches none of them.
func New(o Options) *Files {
	if o.Until == nil {
		o.Until = context.Background()
	}
	f := &Files{o: o}
	f.spool = sync.OnceValue(f.copyIn) // once: what of In is read is gone
	return f
}

// Open opens a regular file; or, for "-", all of standard input, which it waits
// for. Beside the errors of ports.Files it has the operating system's, such as
// fs.ErrPermission; for a copy that cannot be kept ErrFull or ErrIO; the cause of
// Until's end, where it came first; and ErrUnsupported, where there is no standard
// input.
func (f *Files) Open(name string) (ports.File, error) {
	path := f.path(name)
	if name == "-" {
		if err := f.spool(); err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		path = f.o.Spool
	}
	file, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, reading(err))
	}
	return file, nil
}

func (f *Files) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(f.o.Dir, name)
}

// file is an open file of the size that it had then.
type file struct {
	*os.File
	size int64
}

func (f file) Size() int64 { return f.size }

// open looks first, since to open a pipe is to wait for its writer.
func open(path string) (ports.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, ports.ErrNotRegular
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return file{f, info.Size()}, nil
}
