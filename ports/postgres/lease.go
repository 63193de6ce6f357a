package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// lease says how long a lock outlives the last word of its holder, by the server's
// clock, and how often he gives it.
type lease struct{ ttl, every time.Duration }

// usual lets a renewal fail four times before the lock is lost.
var usual = lease{ttl: 10 * time.Second, every: 2 * time.Second}

// held are locks in this process's hands, which it renews until it releases them.
type held struct {
	state state
	keys  []string // sorted
	pool  *sql.DB  // of the renewals alone, so that they wait for nothing that this process does; nil: there are none

	stop context.CancelFunc
	done chan struct{} // closed once nothing is renewed any more

	turn sync.Mutex // of who changes the rows by their tokens

	mu     sync.Mutex
	tokens []int64   // of the keys
	until  time.Time // the server keeps them at least until then: by the clock that no one sets
	gone   string    // why they are not held any more; "": they may be
}

// hold keeps locks that were asked for at an instant.
func (s state) hold(fences []ports.Fence, asked time.Time) *held {
	ctx, stop := context.WithCancel(context.Background())
	h := &held{state: s, stop: stop, done: make(chan struct{}), until: asked.Add(s.lease.ttl)}
	h.keys, h.tokens = columns(fences)
	if len(h.keys) == 0 { // nothing is renewed, and Release has nothing to close
		stop()
		close(h.done)
		return h
	}
	h.pool = sql.OpenDB(s.connector) // connects when it is first asked
	h.pool.SetMaxOpenConns(1)
	go h.keep(ctx)
	return h
}

// keep renews until ctx ends. A renewal that fails is tried again soon, and one that
// hangs is given up: both may come of a connection that is gone.
func (h *held) keep(ctx context.Context) {
	defer close(h.done)
	wait := h.state.lease.every
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = h.state.lease.every
		if err := h.renew(ctx); err != nil {
			wait /= 8
		}
	}
}

// ours are the rows of the keys $1 that still have their tokens $2, locked in their
// order, so that two who lock the same do not wait for each other.
const ours = `WITH ours AS (
	SELECT l.key FROM beignet_lock l JOIN unnest($1::text[], $2::bigint[]) AS h(key, token) ON l.key = h.key AND l.token = h.token
	ORDER BY l.key FOR UPDATE OF l
)`

// renew has the server keep what is still this holder's. What has run out stays lost,
// though nobody may have taken it yet: others may have seen that it was free.
func (h *held) renew(ctx context.Context) error {
	h.turn.Lock()
	defer h.turn.Unlock()
	ctx, cancel := context.WithTimeout(ctx, h.state.lease.every)
	defer cancel()
	asked := time.Now()
	r, err := h.pool.ExecContext(ctx, ours+` UPDATE beignet_lock l SET expires = clock_timestamp() + $3::bigint * interval '1 microsecond'
		FROM ours WHERE l.key = ours.key AND l.expires > clock_timestamp()`, h.keys, h.current(), h.state.lease.ttl.Microseconds())
	if err != nil {
		return err
	}
	n, err := r.RowsAffected()
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if n < int64(len(h.keys)) {
		h.lose("another may have them")
		return nil
	}
	h.until = asked.Add(h.state.lease.ttl)
	return nil
}

// lose notes why the locks are not held any more, while mu is held. The first reason
// stays.
func (h *held) lose(why string) {
	if h.gone == "" {
		h.gone = why
	}
}

// current are the tokens of the keys.
func (h *held) current() []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.tokens)
}

func (h *held) Fences() []ports.Fence {
	var fences []ports.Fence
	for i, token := range h.current() {
		fences = append(fences, ports.Fence{Key: h.keys[i], Token: token})
	}
	return fences
}

// Surpass sets the tokens in the transaction that proves the locks: their rows stay
// locked until it ends.
func (h *held) Surpass(ctx context.Context, stored []ports.Fence) error {
	if err := h.Check(ctx); err != nil {
		return err
	}
	h.turn.Lock()
	defer h.turn.Unlock()
	before := h.current()
	raised := slices.Clone(before)
	for _, f := range stored {
		i := slices.Index(h.keys, f.Key)
		if i < 0 {
			return fmt.Errorf("lock %s is not held: %w", f.Key, ports.ErrStale)
		}
		raised[i] = max(raised[i], f.Token+1)
	}
	err := h.state.write(ctx, h.what("surpass the fences of"), nil, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, ours+` UPDATE beignet_lock l SET token = n.token
			FROM ours, unnest($1::text[], $3::bigint[]) AS n(key, token)
			WHERE l.key = ours.key AND l.key = n.key AND l.expires > clock_timestamp()`, h.keys, before, raised)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n < int64(len(h.keys)) {
			return errors.Join(err, ports.ErrStale)
		}
		return nil
	})
	if err == nil {
		h.mu.Lock()
		h.tokens = raised
		h.mu.Unlock()
	}
	return err
}

// Check asks the server. One that does not answer is no loss before the locks may have
// run out.
func (h *held) Check(ctx context.Context) error {
	if len(h.keys) == 0 {
		return ctx.Err()
	}
	until, err := h.standing()
	if err != nil {
		return err
	}
	bounded, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	all, err := h.all(bounded)
	if err == nil && !all {
		err = h.confirm(bounded)
	}
	if _, gone := h.standing(); gone != nil {
		return gone
	}
	return h.state.fail(ctx, h.what("check"), lost(ctx, err))
}

// all reports whether the server has every lock as this holder's.
func (h *held) all(ctx context.Context) (bool, error) {
	var n int
	err := h.state.sql.QueryRowContext(ctx, `SELECT count(*) FROM beignet_lock l
		JOIN unnest($1::text[], $2::bigint[]) AS h(key, token) ON l.key = h.key AND l.token = h.token
		WHERE l.expires > clock_timestamp()`, h.keys, h.current()).Scan(&n)
	return n == len(h.keys), err
}

// confirm looks again while no token is being set, and notes a loss.
func (h *held) confirm(ctx context.Context) error {
	h.turn.Lock()
	defer h.turn.Unlock()
	all, err := h.all(ctx)
	if err == nil && !all {
		h.mu.Lock()
		h.lose("another may have them")
		h.mu.Unlock()
	}
	return err
}

// standing returns until when the locks are held at least, or why they are not.
func (h *held) standing() (time.Time, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	gone := h.gone
	if gone == "" && !time.Now().Before(h.until) {
		gone = fmt.Sprintf("not renewed for %s, for the server did not answer or this process did not run", h.state.lease.ttl)
	}
	if gone == "" {
		return h.until, nil
	}
	return h.until, fmt.Errorf("%s: %s: %s: %w", h.state.name, h.what("check"), gone, ports.ErrStale)
}

func (h *held) what(what string) string { return fmt.Sprintf("%s locks %q", what, h.keys) }

// Release leaves the rows of a lock that was lost alone: another may have it now. Where
// the server does not answer, the locks run out by themselves.
func (h *held) Release(forget ...string) error {
	h.mu.Lock()
	again := h.gone == released
	h.gone = released
	h.mu.Unlock()
	if again || len(h.keys) == 0 {
		return nil
	}
	h.stop()
	<-h.done
	ctx, cancel := context.WithTimeout(context.Background(), h.state.lease.ttl)
	defer cancel()
	if forget == nil {
		forget = []string{}
	}
	_, err := h.state.sql.ExecContext(ctx, ours+`, forgotten AS (
			DELETE FROM beignet_lock l USING ours WHERE l.key = ours.key AND l.key = ANY ($3::text[])
		)
		UPDATE beignet_lock l SET expires = NULL FROM ours WHERE l.key = ours.key AND l.key <> ALL ($3::text[])`, h.keys, h.current(), forget)
	err = h.state.fail(context.Background(), h.what("release"), lost(context.Background(), err))
	return errors.Join(err, h.pool.Close())
}

const released = "released"
