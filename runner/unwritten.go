package runner

import (
	"errors"
	"fmt"
	"slices"

	"github.com/beignet-go/beignet/ports"
)

// pretend is Create in a dry run: it refuses what Create would, and writes
// nothing.
func (f *runFiles) pretend(name string, overwrite bool) (ports.NewFile, error) {
	if name == "-" {
		return &unwritten{files: f, name: name}, nil
	}
	if f.wouldWrite(name) && !overwrite {
		return nil, taken(name)
	}
	switch file, err := f.inner.Open(name); {
	case err == nil && overwrite:
		file.Close()
	case err == nil:
		return nil, errors.Join(taken(name), file.Close())
	case !errors.Is(err, ports.ErrNotFound):
		return nil, &FileError{Name: name, Err: err, Writing: true}
	}
	return &unwritten{files: f, name: name}, nil
}

func taken(name string) error {
	return &FileError{Name: name, Err: fmt.Errorf("%s: %w", name, ports.ErrExists), Writing: true}
}

func (f *runFiles) wouldWrite(name string) bool {
	return slices.ContainsFunc(f.unwritten(), func(w ports.Written) bool { return w.Name == name })
}

// unwritten are the files that a dry run would have written, in the order in which
// they would have appeared, each as it would be in the end.
func (f *runFiles) unwritten() []ports.Written {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.would)
}

// unwritten counts what a dry run would have written.
type unwritten struct {
	files *runFiles
	name  string
	size  int64
	ended bool
}

var errFileEnded = errors.New("the file has been committed or aborted")

func (u *unwritten) Write(p []byte) (int, error) {
	if u.ended {
		return 0, errFileEnded
	}
	u.size += int64(len(p))
	return len(p), nil
}

func (u *unwritten) Commit() error {
	if u.ended {
		return errFileEnded
	}
	u.ended = true
	f := u.files
	f.mu.Lock()
	defer f.mu.Unlock()
	same := func(w ports.Written) bool { return w.Name == u.name && u.name != "-" }
	f.would = append(slices.DeleteFunc(f.would, same), ports.Written{Name: u.name, Size: u.size})
	return nil
}

func (u *unwritten) Abort() error {
	u.ended = true
	return nil
}
