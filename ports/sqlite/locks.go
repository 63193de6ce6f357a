package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/beignet-go/beignet/ports"
)

// locks are kernel locks on files of a folder, which the death of their holder
// frees. The file gate is locked for the moment in which somebody takes, looks or
// forgets, so that one who looks never makes a taker fail.
type locks struct {
	folder   string
	patience time.Duration // how long others may be busy with the locks: they need a moment

	mu   sync.Mutex
	live map[*held]bool // what is held, so that the garbage collector closes none of its files
}

func newLocks(folder string) *locks {
	return &locks{folder: folder, patience: 10 * time.Second, live: map[*held]bool{}}
}

func (l *locks) Lock(ctx context.Context, by ports.Holder, keys []string) (ports.Held, error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	if slices.Contains(keys, "") {
		return nil, errors.New("lock: a key is empty")
	}
	if err := os.MkdirAll(l.folder, 0o700); err != nil {
		return nil, fmt.Errorf("lock: %w", fileError(err))
	}
	gate, err := l.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer gate.Unlock()
	by.Host, _ = os.Hostname()
	by.PID = os.Getpid()
	h := &held{locks: l, by: by}
	for _, key := range keys {
		if err := h.take(key); err != nil {
			return nil, errors.Join(err, h.giveUp())
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.live[h] = true
	return h, nil
}

// Held knows a lock by the file beside it, and one that has lost that by its name, where
// it is the name of a known key.
func (l *locks) Held(ctx context.Context, known ...string) ([]ports.Lock, error) {
	if _, err := os.Stat(l.folder); errors.Is(err, fs.ErrNotExist) {
		return nil, ctx.Err() // none was ever taken
	}
	gate, err := l.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer gate.Unlock()
	entries, err := os.ReadDir(l.folder)
	if err != nil {
		return nil, fmt.Errorf("list locks: %w", fileError(err))
	}
	keys := map[string]string{} // by name
	for _, key := range known {
		keys[fileOf(key)] = key
	}
	var all []ports.Lock
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".lock")
		if !ok {
			continue
		}
		f := l.named(name, cmp.Or(keys[name], name))
		free, err := f.TryLock()
		if err == nil && free {
			err = f.Unlock()
		}
		if err != nil {
			return nil, fmt.Errorf("list locks: %w", fileError(err))
		}
		if !free {
			all = append(all, f.lock())
		}
	}
	slices.SortFunc(all, func(a, b ports.Lock) int { return cmp.Compare(a.Key, b.Key) })
	return all, nil
}

// Break breaks none: what is held is held by a process that is alive.
func (l *locks) Break(ctx context.Context, key string, token int64, _ ...ports.Event) error {
	held, err := l.Held(ctx)
	if err != nil {
		return err
	}
	err = ports.ErrNotFound
	if i := slices.IndexFunc(held, func(lock ports.Lock) bool { return lock.Key == key }); i >= 0 {
		if err = ports.ErrUnsupported; held[i].Token != token {
			err = ports.ErrStale
		}
	}
	return fmt.Errorf("break lock %s: %w", key, err)
}

// enter takes the gate. It asks again and again, since a wait in the kernel could
// not be ended.
func (l *locks) enter(ctx context.Context) (*flock.Flock, error) {
	gate, end := flock.New(filepath.Join(l.folder, "gate")), time.Now().Add(l.patience)
	for {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("locks: %w", err)
		}
		switch ok, err := gate.TryLock(); {
		case err != nil:
			return nil, fmt.Errorf("locks: %w", fileError(err))
		case ok:
			return gate, nil
		case time.Now().After(end):
			return nil, fmt.Errorf("%s has been locked for %s: %w", gate.Path(), l.patience, ports.ErrBusy)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Millisecond + rand.N(2*time.Millisecond)):
		}
	}
}

// held are locks in this process's hands, by key.
type held struct {
	locks  *locks
	by     ports.Holder
	files  []lockFile
	fresh  []lockFile    // those that nobody had taken before
	fences []ports.Fence // of the files, in their order
}

// take adds a key, while the gate is held.
func (h *held) take(key string) error {
	f := h.locks.file(key)
	ok, err := f.TryLock()
	if err != nil {
		return fmt.Errorf("lock %s: %w", key, fileError(err))
	}
	before := f.lock()
	if !ok {
		return &ports.LockedError{Lock: before}
	}
	h.files = append(h.files, f)
	if before.Token == 0 {
		h.fresh = append(h.fresh, f)
	}
	now := ports.Lock{Key: key, Token: next(before.Token, time.Now()), Holder: h.by}
	h.fences = append(h.fences, ports.Fence{Key: key, Token: now.Token})
	if err := f.write(now); err != nil {
		return fmt.Errorf("lock %s: %w", key, fileError(err))
	}
	return nil
}

// next is the token after one. Within a state the one before rules, so that a clock
// which jumps back does no harm. The clock keeps tokens growing where the state has
// forgotten: its folder was deleted, or the power went, while a database keeps the
// fences of old. Where the clock is behind those, [held.Surpass] makes up for it.
func next(before int64, now time.Time) int64 { return max(before+1, now.UnixMicro()) }

func (h *held) Fences() []ports.Fence {
	h.locks.mu.Lock()
	defer h.locks.mu.Unlock()
	return slices.Clone(h.fences)
}

// Surpass looks at the locks again once the gate is held, so that nobody takes over one
// of them before its new token is written. The gate may be lost like they.
func (h *held) Surpass(ctx context.Context, stored []ports.Fence) error {
	if err := h.Check(ctx); err != nil {
		return err
	}
	gate, err := h.locks.enter(ctx)
	if err != nil {
		return err
	}
	defer gate.Unlock()
	if err := h.Check(ctx); err != nil {
		return err
	}
	raised := h.Fences()
	for _, s := range stored {
		i := slices.IndexFunc(raised, func(f ports.Fence) bool { return f.Key == s.Key })
		if i < 0 {
			return fmt.Errorf("lock %s is not held: %w", s.Key, ports.ErrStale)
		}
		raised[i].Token = max(raised[i].Token, s.Token+1)
	}
	for i, f := range h.files {
		if err := f.write(ports.Lock{Key: f.key, Token: raised[i].Token, Holder: h.by}); err != nil {
			return fmt.Errorf("lock %s: %w", f.key, fileError(err))
		}
	}
	h.locks.mu.Lock()
	defer h.locks.mu.Unlock()
	h.fences = raised
	return nil
}

func (h *held) Check(ctx context.Context) error {
	for _, f := range h.files {
		if err := f.check(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// free unlocks every file. One that cannot be unlocked is freed with the process.
func (h *held) free() error {
	h.locks.mu.Lock()
	defer h.locks.mu.Unlock()
	delete(h.locks.live, h)
	var failed error
	for _, f := range h.files {
		failed = errors.Join(failed, f.Unlock())
	}
	return failed
}

// giveUp frees what was taken before a key that could not be, while the gate is held,
// and leaves no file of a key that was taken for the first time: no fence has its token.
func (h *held) giveUp() error {
	failed := h.free()
	for _, f := range h.fresh {
		failed = errors.Join(failed, f.remove())
	}
	return failed
}

// Release leaves the files of a lock that was lost alone: another may hold them now,
// and nobody takes them while the gate is held.
func (h *held) Release(forget ...string) error {
	forgets := func(f lockFile) bool { return f.Locked() && slices.Contains(forget, f.key) }
	if !slices.ContainsFunc(h.files, forgets) {
		return fileError(h.free())
	}
	gate, err := h.locks.enter(context.Background())
	if err != nil {
		return errors.Join(err, fileError(h.free()))
	}
	defer gate.Unlock()
	var gone []lockFile
	for _, f := range h.files {
		if forgets(f) && f.check() == nil {
			gone = append(gone, f)
		}
	}
	failed := h.free() // first, since Windows removes no file that is open
	for _, f := range gone {
		failed = errors.Join(failed, f.remove())
	}
	return fileError(failed)
}
