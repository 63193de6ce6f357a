package sqlite

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/beignet-go/beignet/ports"
)

// lockFile is a key's two files: NAME.lock, on which the kernel keeps the lock,
// and NAME.json, which says who took it last. They are two because Windows lets
// nobody read bytes that another has locked.
//
// The flock must stay reachable for as long as the lock is held: its file is
// closed, and the lock with it, once the garbage collector finds it.
type lockFile struct {
	key  string // the name, where only that is known
	path string // without an ending
	*flock.Flock
}

func (l *locks) file(key string) lockFile { return l.named(fileOf(key), key) }

// fileOf is what a key's files are called, since a key may hold any character.
func fileOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

func (l *locks) named(name, key string) lockFile {
	path := filepath.Join(l.folder, name)
	return lockFile{key: key, path: path, Flock: flock.New(path + ".lock")}
}

// lock is what the file beside says. One that was never written whole, or cannot
// be read any more, says nothing: its token is 0.
func (f lockFile) lock() ports.Lock {
	var l ports.Lock
	text, err := os.ReadFile(f.path + ".json")
	if err != nil || json.Unmarshal(text, &l) != nil {
		l = ports.Lock{}
	}
	if l.Key == "" {
		l.Key = f.key
	}
	return l
}

// write replaces what the file beside says. It is not synced: after a loss of power
// the token may be an older one, and the clock that [next] looks at makes up for it.
func (f lockFile) write(l ports.Lock) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	temp := f.path + ".tmp"
	if err := os.WriteFile(temp, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, f.path+".json")
}

// check reports whether the file that is held is still the one that others find.
func (f lockFile) check() error {
	if !f.Locked() {
		return fmt.Errorf("lock %s: %w", f.key, ports.ErrStale)
	}
	held, err := f.Stat()
	if err != nil {
		return fmt.Errorf("lock %s: %w", f.key, fileError(err))
	}
	found, err := os.Stat(f.Path())
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !os.SameFile(held, found):
		return fmt.Errorf("lock %s: its file is not there any more: %w", f.key, ports.ErrStale)
	case err != nil:
		return fmt.Errorf("lock %s: %w", f.key, fileError(err))
	}
	return nil
}

// remove takes both files away, once the lock is free and while the gate is held.
func (f lockFile) remove() error {
	var failed error
	for _, ending := range []string{".json", ".tmp", ".lock"} {
		if err := os.Remove(f.path + ending); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
