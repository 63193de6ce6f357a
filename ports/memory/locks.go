package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// locks are who holds which key, and the last token of every key that was ever
// taken.
type locks struct {
	mu     sync.Mutex
	held   map[string]*held // by key
	tokens map[string]int64 // by key
}

func newLocks() *locks {
	return &locks{held: map[string]*held{}, tokens: map[string]int64{}}
}

// Lock is the method of ports.Locks.
func (s *State) Lock(ctx context.Context, by ports.Holder, keys []string) (ports.Held, error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if slices.Contains(keys, "") {
		return nil, errors.New("lock: a key is empty")
	}
	by.Host, _ = os.Hostname()
	by.PID = os.Getpid()
	return s.locks.take(by, keys)
}

func (l *locks) take(by ports.Holder, keys []string) (ports.Held, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		if h, taken := l.held[key]; taken {
			return nil, &ports.LockedError{Lock: h.lock(key)}
		}
	}
	h := &held{locks: l, by: by}
	for _, key := range keys {
		// The clock keeps tokens growing for a database that outlives its state.
		l.tokens[key] = max(l.tokens[key]+1, time.Now().UnixMicro())
		l.held[key] = h
		h.fences = append(h.fences, ports.Fence{Key: key, Token: l.tokens[key]})
	}
	return h, nil
}

// Held is the method of ports.Locks.
func (s *State) Held(ctx context.Context, _ ...string) ([]ports.Lock, error) {
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	var all []ports.Lock
	for key, h := range s.locks.held {
		all = append(all, h.lock(key))
	}
	slices.SortFunc(all, func(a, b ports.Lock) int { return cmp.Compare(a.Key, b.Key) })
	return all, ctx.Err()
}

// Break is the method of ports.Locks.
func (s *State) Break(ctx context.Context, key string, token int64, events ...ports.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	switch h, taken := s.locks.held[key]; {
	case !taken:
		return fmt.Errorf("break lock %s: %w", key, ports.ErrNotFound)
	case h.lock(key).Token != token:
		return fmt.Errorf("break lock %s: %w", key, ports.ErrStale)
	}
	if err := s.Append(ctx, events...); err != nil {
		return err
	}
	delete(s.locks.held, key)
	return nil
}

// Kill frees every lock that a run holds, as the death of its process would: from
// then on the run looks interrupted, and its holder's Check fails.
func (s *State) Kill(run string) {
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	for key, h := range s.locks.held {
		if h.by.Run == run {
			delete(s.locks.held, key)
		}
	}
}

// held are locks for as long as the map of its locks says so.
type held struct {
	locks  *locks
	by     ports.Holder
	fences []ports.Fence // by key
}

func (h *held) lock(key string) ports.Lock {
	return ports.Lock{Key: key, Token: h.locks.tokens[key], Holder: h.by}
}

func (h *held) Fences() []ports.Fence {
	h.locks.mu.Lock()
	defer h.locks.mu.Unlock()
	return slices.Clone(h.fences)
}

func (h *held) Check(ctx context.Context) error {
	h.locks.mu.Lock()
	defer h.locks.mu.Unlock()
	return h.check(ctx)
}

func (h *held) Surpass(ctx context.Context, stored []ports.Fence) error {
	h.locks.mu.Lock()
	defer h.locks.mu.Unlock()
	if err := h.check(ctx); err != nil {
		return err
	}
	raised := slices.Clone(h.fences)
	for _, s := range stored {
		i := slices.IndexFunc(raised, func(f ports.Fence) bool { return f.Key == s.Key })
		if i < 0 {
			return fmt.Errorf("lock %s is not held: %w", s.Key, ports.ErrStale)
		}
		raised[i].Token = max(raised[i].Token, s.Token+1)
	}
	h.fences = raised
	for _, f := range raised {
		h.locks.tokens[f.Key] = f.Token
	}
	return nil
}

// check is Check, while the locks are the caller's.
func (h *held) check(ctx context.Context) error {
	for _, f := range h.fences {
		if h.locks.held[f.Key] != h {
			return fmt.Errorf("lock %s: %w", f.Key, ports.ErrStale)
		}
	}
	return ctx.Err()
}

func (h *held) Release(forget ...string) error {
	h.locks.mu.Lock()
	defer h.locks.mu.Unlock()
	for _, f := range h.fences {
		if h.locks.held[f.Key] != h {
			continue
		}
		delete(h.locks.held, f.Key)
		if slices.Contains(forget, f.Key) {
			delete(h.locks.tokens, f.Key)
		}
	}
	return nil
}
