package scaffold

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// BusyError is a module that somebody else writes at the same time. To try again
// may help.
type BusyError struct{ Message, Hint string }

func (e *BusyError) Error() string { return e.Message }

// lockFile is in the module's folder while one writes, and keeps another one from
// it: a file that is found unchanged then stays so until it is replaced.
const lockFile = ".make.lock"

// Write makes every change in the folder, or none: where one fails, those before it
// are taken back. A file that is not as the plan found it, or another Write in the
// same folder, is such a failure, a [*BusyError].
func Write(root *os.Root, changes []Change) (err error) {
	if len(changes) == 0 {
		return nil
	}
	if err := writeNew(root, lockFile, nil); errors.Is(err, fs.ErrExist) {
		return &BusyError{lockFile + " is there: another make writes here, or one was interrupted", "try again; if no other is at work, remove " + lockFile}
	} else if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Remove(lockFile)) }()
	var undo []func() error
	defer func() {
		for i := len(undo) - 1; err != nil && i >= 0; i-- {
			if failed := undo[i](); failed != nil {
				err = errors.Join(err, fmt.Errorf("not taken back: %w", failed))
			}
		}
	}()
	for _, c := range changes {
		if c.Before == nil {
			made, err := makeFolders(root, path.Dir(c.Path))
			for _, dir := range made {
				undo = append(undo, func() error { return root.Remove(dir) })
			}
			if err != nil {
				return err
			}
			if err := writeNew(root, c.Path, c.After); err != nil {
				return err
			}
			undo = append(undo, func() error { return root.Remove(c.Path) })
			continue
		}
		if err := replace(root, c.Path, c.Before, c.After); err != nil {
			return err
		}
		undo = append(undo, func() error { return replace(root, c.Path, c.After, c.Before) })
	}
	return nil
}

// makeFolders makes a folder and those above it, and returns the ones it has made.
func makeFolders(root *os.Root, dir string) (made []string, err error) {
	if _, err := root.Stat(dir); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if made, err = makeFolders(root, path.Dir(dir)); err != nil {
		return made, err
	}
	if err := root.Mkdir(dir, 0o755); err != nil {
		return made, err
	}
	return append(made, dir), nil
}

// writeNew writes a file that must not be there, whole or not at all.
func writeNew(root *os.Root, name string, text []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, root.Remove(name))
	}
	return nil
}

// replace puts a new text in place of the one that a file must have.
func replace(root *os.Root, name string, before, after []byte) error {
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	now, err := root.ReadFile(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, before) {
		return &BusyError{name + " has changed meanwhile", "make it again"}
	}
	beside := path.Join(path.Dir(name), "."+path.Base(name)+"."+rand.Text()+".new") // an interrupted write leaves one
	if err := writeNew(root, beside, after); err != nil {
		return err
	}
	err = root.Chmod(beside, info.Mode().Perm())
	if err == nil {
		err = root.Rename(beside, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(beside))
	}
	return nil
}
