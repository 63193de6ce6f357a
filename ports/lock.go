package ports

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Locks excludes runs from one another by keys: two that share a key are never at
// work together. A lock is freed by its holder or by the death of the holder's process.
// A state on this machine is told of that by the kernel, and no clock has a say. One on
// a server has the holder renew its locks, which it lets go once that has not been done
// for a while by the server's own clock; and since a holder may then be alive and not
// know, what it commits is held to its fences.
type Locks interface {
	// Lock takes every key for one holder, or none, without waiting for any. Keys
	// are not empty, and one that is given twice counts once. A *[LockedError]
	// names the first key that another holds, and its holder.
	Lock(ctx context.Context, by Holder, keys []string) (Held, error)

	// Held returns the locks that are held now, by key. One whose process has died
	// is not among them. One of which no more than that is known any more, neither its
	// key nor its holder, is still seen under its key where that is among those that the
	// caller knows, and else under a name of the adapter's.
	Held(ctx context.Context, known ...string) ([]Lock, error)

	// Break frees a key that is held with a token, whoever holds it, and appends the
	// events, both or neither. The holder can commit nothing once
	// another has raised its fences.
	// ErrNotFound: it is not held. ErrStale: it is, with another token.
	// ErrUnsupported: the holder is alive, for the kernel would have freed it.
	Break(ctx context.Context, key string, token int64, events ...Event) error
}

// Held are locks in their holder's hands.
type Held interface {
	// Fences are the keys with their tokens, in the order of the keys.
	Fences() []Fence

	// Check reports whether the holder has them still. ErrStale: another may have
	// taken one over by now, as after its file was removed.
	Check(ctx context.Context) error

	// Surpass sets the tokens of keys above those that a database has stored of them, for
	// a holder that has all its locks still, which is looked at first. Tokens go back
	// where those of old are lost while the clock is behind them. ErrStale: a lock may be
	// another's by now, or a key is not among the holder's, and the tokens stay as they
	// are.
	Surpass(ctx context.Context, stored []Fence) error

	// Release frees them. What is left of a key that is among forget goes too: it
	// is for keys that nobody takes again, and its token starts anew. A second
	// Release does nothing.
	Release(forget ...string) error
}

// Lock is a key and who holds it. Its Token grows with every holder of the key.
type Lock struct {
	Key   string `json:"key"`
	Token int64  `json:"token"`
	Holder
}

// Holder is who holds a lock, as the holder says itself. Host and PID are filled
// in by Lock.
type Holder struct {
	Run   string    `json:"run"`
	Task  string    `json:"task"`
	Actor string    `json:"actor"`
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
}

// LockedError says that another holds a lock. It is an [ErrLocked].
type LockedError struct{ Lock Lock }

func (e *LockedError) Error() string {
	l := e.Lock
	var by []string
	if l.Run != "" {
		by = append(by, "run "+l.Run+" of "+l.Task)
	}
	if l.Actor != "" {
		by = append(by, "by "+l.Actor)
	}
	if l.PID != 0 {
		by = append(by, fmt.Sprintf("process %d on %s", l.PID, l.Host))
	}
	if !l.Since.IsZero() {
		by = append(by, "since "+l.Since.Format(time.RFC3339))
	}
	if len(by) == 0 {
		by = append(by, "by another process, which has not said its name yet")
	}
	return fmt.Sprintf("%s is locked: %s", l.Key, strings.Join(by, ", "))
}

func (e *LockedError) Unwrap() error { return ErrLocked }
