package disk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/beignet-go/beignet/ports"
)

// Create opens a new file, which is written under a name of its own in the same
// folder until Commit; or, for "-", standard output, which is written at once. A
// file that is overwritten passes on its mode. Beside the errors of ports.Files
// it has ErrNotFound, there is no such folder; ErrNotRegular, the name is a
// folder's, pipe's or device's; ErrFull and ErrIO, as have Write and Commit; and
// ErrUnsupported, where there is no standard output.
func (f *Files) Create(name string, overwrite bool) (ports.NewFile, error) {
	if name == "-" {
		return newStdout(f.o.Out)
	}
	n, err := create(f.path(name), 0o666, overwrite)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return named{n, name}, nil
}

// named says in the user's own words which file an error is of.
type named struct {
	ports.NewFile
	name string
}

func (n named) Write(p []byte) (int, error) {
	k, err := n.NewFile.Write(p)
	return k, n.say(err)
}

func (n named) Commit() error { return n.say(n.NewFile.Commit()) }
func (n named) Abort() error  { return n.say(n.NewFile.Abort()) }

func (n named) say(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", n.name, err)
}

type newFile struct {
	file      *os.File // under a name of its own
	path      string
	overwrite bool
	failed    error // of a Write: what was to be whole is not
	ended     bool
}

var errEnded = errors.New("the file has been committed or aborted")

func create(path string, mode fs.FileMode, overwrite bool) (*newFile, error) {
	path = target(path)
	info, err := os.Stat(path)
	taken := err == nil
	switch {
	case !taken && !errors.Is(err, fs.ErrNotExist):
		return nil, writing(err)
	case taken && !info.Mode().IsRegular():
		return nil, ports.ErrNotRegular
	case taken && !overwrite:
		return nil, ports.ErrExists
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(path), ".beignet-"+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, writing(err)
	}
	n := &newFile{file: f, path: path, overwrite: overwrite}
	if taken {
		if err := f.Chmod(info.Mode().Perm()); err != nil {
			return nil, errors.Join(writing(err), n.Abort())
		}
	}
	return n, nil
}

// target follows links, so that the file which they lead to is written and no
// link is replaced. The last may lead to a file that is still to be made.
func target(path string) string {
	for range 40 { // as many as Linux follows
		to, err := os.Readlink(path)
		if err != nil {
			break // no link
		}
		if !filepath.IsAbs(to) { // as it stands: before a .. may be another link
			to = filepath.Dir(path) + string(filepath.Separator) + to
		}
		path = to
	}
	return path
}

func (n *newFile) Write(p []byte) (int, error) {
	k, err := n.file.Write(p)
	if err != nil {
		n.failed = err
	}
	return k, writing(err)
}

// Commit syncs before it publishes, so that a power cut leaves no half file
// under the name either.
func (n *newFile) Commit() error {
	if n.ended {
		return errEnded
	}
	n.ended = true
	err := errors.Join(n.failed, n.file.Sync(), n.file.Close())
	if err == nil {
		err = n.publish()
	}
	_ = os.Remove(n.file.Name()) // it is not there where it was renamed
	return writing(err)
}

func (n *newFile) Abort() error {
	if n.ended {
		return nil
	}
	n.ended = true
	return writing(errors.Join(n.file.Close(), os.Remove(n.file.Name())))
}

func (n *newFile) publish() error {
	var err error
	if n.overwrite {
		err = os.Rename(n.file.Name(), n.path)
	} else if err = os.Link(n.file.Name(), n.path); err != nil && !errors.Is(err, fs.ErrExist) {
		err = claim(n.file.Name(), n.path)
	}
	if err == nil {
		syncFolder(filepath.Dir(n.path))
	}
	return err
}

// claim renames without replacing a file, where the file system has no hard
// links: an empty file of its own holds the name until the rename.
func claim(own, path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Close(), os.Rename(own, path)); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// syncFolder makes the name as durable as the file. It is no error that a folder
// cannot be read or its file system cannot do so.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
