package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/beignet-go/beignet/internal/near"
	"github.com/beignet-go/beignet/ports"
)

// Locks returns the locks that are held, by key. Where there is no state there are
// none.
func (r *Runner) Locks(ctx context.Context, t Target) ([]ports.Lock, error) {
	var held []ports.Lock
	err := r.inState(ctx, t, func(state ports.State) (err error) {
		held, err = state.Held(ctx)
		return err
	})
	if errors.Is(err, ports.ErrNotFound) {
		return nil, nil
	}
	return held, explain("locks", err)
}

// BreakLock frees a key whose holder has it for good, such as a process that hangs, and
// returns the lock as it was. Whoever had it can commit nothing once another run has done its
// first batch under it. It is refused unless the key is repeated as confirmed. Of the request, the target
// and who asks count; a protected environment has to be named, and wants a reason.
func (r *Runner) BreakLock(ctx context.Context, req Request, key, confirmed string) (ports.Lock, error) {
	var broken ports.Lock
	if err := r.keeping(ctx, req, named, reasoned); err != nil {
		return broken, err
	}
	err := r.inState(ctx, req.Target, func(state ports.State) error {
		held, err := state.Held(ctx)
		if err != nil {
			return err
		}
		if broken, err = heldAs(held, key); err != nil {
			return err
		}
		run := ports.Run{ID: broken.Run, Task: broken.Task, Environment: req.Target.Environment}
		event := r.eventBy(req, run, "lock.broken")
		event.Resource = key
		event.Metadata = mustMarshal(map[string]any{"token": broken.Token, "actor": broken.Actor, "host": broken.Host, "pid": broken.PID})
		if confirmed != key {
			event.Action = "lock.refused"
			return errors.Join(r.unconfirmed(broken), state.Append(ctx, event))
		}
		err = state.Break(ctx, key, broken.Token, event)
		if errors.Is(err, ports.ErrUnsupported) {
			return &Error{
				Code: CodeConfig, Message: (&ports.LockedError{Lock: broken}).Error() + "; that process is alive, and only its end frees the lock",
				Hint: fmt.Sprintf("%s, or end process %d on %s", r.command("runs cancel "+broken.Run), broken.PID, broken.Host), Err: err,
			}
		}
		return err
	})
	if errors.Is(err, ports.ErrNotFound) {
		err = &Error{Code: CodeUsage, Message: key + " is not locked", Hint: r.command("locks"), Err: err}
	}
	return broken, explain("locks", err)
}

// heldAs finds a key among those that are held, or refuses with the nearest.
func heldAs(held []ports.Lock, key string) (ports.Lock, error) {
	i := slices.IndexFunc(held, func(l ports.Lock) bool { return l.Key == key })
	if i >= 0 {
		return held[i], nil
	}
	keys := make([]string, len(held))
	for i, l := range held {
		keys[i] = l.Key
	}
	if best, ok := near.Best(key, keys); ok {
		return ports.Lock{}, &Error{Code: CodeUsage, Message: key + " is not locked; did you mean " + best + "?", Hint: "give the lock's whole name"}
	}
	return ports.Lock{}, ports.ErrNotFound
}

func (r *Runner) unconfirmed(l ports.Lock) error {
	return &Error{
		Code: CodeGate, Message: (&ports.LockedError{Lock: l}).Error() + "; once it is broken, that run commits nothing after another's first batch",
		Hint: "to break it, repeat its name: " + r.command("locks break "+l.Key+" --confirm "+l.Key),
	}
}
