package runner_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// counted is a state that counts what is asked of it.
type counted struct {
	ports.State
	fails error // of Head

	mu    sync.Mutex
	calls map[string]int
	links int // that were handed out
}

func (c *counted) count(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[name]++
}

func (c *counted) Append(ctx context.Context, events ...ports.Event) error {
	c.count("append")
	return c.State.Append(ctx, events...)
}

func (c *counted) Start(ctx context.Context, run ports.Run, events ...ports.Event) error {
	c.count("start")
	return c.State.Start(ctx, run, events...)
}

func (c *counted) Update(ctx context.Context, run ports.Run, from ports.Mark, events ...ports.Event) error {
	c.count("update")
	return c.State.Update(ctx, run, from, events...)
}

func (c *counted) Begin(ctx context.Context) (ports.Tx, error) {
	c.count("begin")
	return c.State.Begin(ctx)
}

func (c *counted) Head(ctx context.Context) (ports.Link, error) {
	c.count("head")
	head, err := c.State.Head(ctx)
	if c.fails != nil {
		err = c.fails
	}
	return head, err
}

func (c *counted) Links(ctx context.Context, after int64, limit int) ([]ports.Link, error) {
	links, err := c.State.Links(ctx, after, limit)
	c.links += len(links)
	return links, err
}

func (c *counted) Close() error { return nil }

// Who asks for the head is told the one that covers the outcome, at the cost of one
// read and no commit. One that cannot be read changes nothing of the run.
func TestTheHeadIsToldOnceTheOutcomeIsOnRecord(t *testing.T) {
	t.Parallel()
	commits := map[bool]map[string]int{}
	for _, asked := range []bool{false, true} {
		app, state := newNumbers(5), &counted{State: memory.NewState(), calls: map[string]int{}}
		r := newRunner(t, app, runner.Options{State: inMemory(state)})
		var heads []ports.Link
		req := runner.Request{Task: "numbers.double", Actor: "a", Client: "c"}
		if asked {
			req.Audited = func(head ports.Link) { heads = append(heads, head) }
		}
		if _, err := r.Run(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if state.calls["head"] != len(heads) || asked != (len(heads) == 1) {
			t.Errorf("asked %v: %d heads told, %d read", asked, len(heads), state.calls["head"])
		}
		delete(state.calls, "head")
		commits[asked] = maps.Clone(state.calls)
		if head, err := state.State.Head(t.Context()); asked && (err != nil || heads[0].Hash != head.Hash || !strings.Contains(string(head.Body), "task.succeeded")) {
			t.Errorf("told %+v, and the head is %+v (%v)", heads, head, err)
		}
		state.fails = ports.ErrIO
		if run, err := r.Run(t.Context(), req); err != nil || run.Status != ports.Succeeded {
			t.Errorf("where the head cannot be read: %v, %s", err, run.Status)
		}
	}
	if !maps.Equal(commits[false], commits[true]) {
		t.Errorf("commits without it: %v, with it: %v", commits[false], commits[true])
	}
}

// The audit is read a page at a time, and no further than it has to be.
func TestAuditIsReadInPages(t *testing.T) {
	t.Parallel()
	const events = 1700
	state := &counted{State: memory.NewState(), calls: map[string]int{}}
	for i := range events {
		if err := state.State.Append(t.Context(), ports.Event{Action: fmt.Sprintf("a.%d", i%2), Run: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	r := newRunner(t, newNumbers(1), runner.Options{State: inMemory(state)})
	for l, err := range r.Links(t.Context(), runner.Target{}) {
		if err != nil || l.Seq != 1 {
			t.Fatalf("link %d, %v", l.Seq, err)
		}
		break
	}
	if state.links > 500 {
		t.Errorf("%d links were read for one", state.links)
	}
	seen := int64(0)
	for l, err := range r.Links(t.Context(), runner.Target{}) {
		if seen++; err != nil || l.Seq != seen {
			t.Fatalf("link %d after %d, %v", l.Seq, seen-1, err)
		}
	}
	v, err := r.Verify(t.Context(), runner.Target{}, "")
	if seen != events || err != nil || v.Events != events {
		t.Errorf("%d links, %d events verified, %v", seen, v.Events, err)
	}
	state.links = 0
	latest, err := r.Events(t.Context(), runner.Target{}, runner.EventFilter{Action: "a.1", Limit: 3})
	if err != nil || len(latest) != 3 || latest[0].Run != "1695" || latest[2].Run != "1699" || state.links > 500 {
		t.Errorf("latest %+v, %v, %d links read", latest, err, state.links)
	}
	all, err := r.Events(t.Context(), runner.Target{}, runner.EventFilter{Action: "a"})
	if err != nil || len(all) != events || all[0].Seq != 1 || all[events-1].Seq != events {
		t.Errorf("%d events, %v", len(all), err)
	}
}
