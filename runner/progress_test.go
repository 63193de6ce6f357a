package runner_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// clock is a clock that a test turns.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Progress and the feature's audit events reach the record about once a second,
// between batches: they follow the checkpoint and never lead it.
func TestProgressIsRecordedAboutOnceASecond(t *testing.T) {
	t.Parallel()
	app, state, c := newNumbers(24), memory.NewState(), &clock{now: time.Unix(1, 0)}
	var recorded, committed []int64
	var copied []int
	app.hook.apply = func(ctx context.Context, items []int64) error {
		runs, err := state.List(ctx, ports.RunFilter{})
		if err != nil {
			return err
		}
		links, err := state.Links(ctx, 0, 100)
		recorded, committed = append(recorded, runs[0].Progress.Processed), append(committed, items[0]-1)
		copied = append(copied, len(links)-1)
		c.advance(400 * time.Millisecond)
		return err
	}
	r := newRunner(t, app, runner.Options{
		State: func(context.Context, runner.Target, bool) (ports.State, error) { return state, nil },
		Now:   c.Now,
	})
	var observed []int64
	_, err := r.Run(t.Context(), runner.Request{
		Task: "numbers.double", Actor: "a", Client: "c",
		Observe: func(_ string, p ports.Progress) { observed = append(observed, p.Processed) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int64{0, 0, 0, 12, 12, 12}; !slices.Equal(recorded, want) {
		t.Errorf("on record at each batch's start: %v, want %v of %v committed", recorded, want, committed)
	}
	if want := []int{0, 0, 0, 12, 12, 12}; !slices.Equal(copied, want) {
		t.Errorf("events in the audit at each batch's start: %v, want %v", copied, want)
	}
	if want := []int64{4, 8, 12, 16, 20, 24}; !slices.Equal(observed, want) {
		t.Errorf("observed %v, want %v", observed, want)
	}
}

// asked notes after which entries the events of a journal were asked for.
type asked struct {
	ports.Checkpoints
	after *[]int64
}

func (a asked) Journal(ctx context.Context, run, kind string, after int64, limit int) ([]ports.Entry, error) {
	if kind == ports.EntryAudit {
		*a.after = append(*a.after, after)
	}
	return a.Checkpoints.Journal(ctx, run, kind, after, limit)
}

// A journal of skipped items is looked through for events once, not anew each second.
func TestEventsAreLookedForOnce(t *testing.T) {
	t.Parallel()
	app, c := newNumbers(12), &clock{now: time.Unix(1, 0)}
	var after []int64
	register := eachItem(func(_ context.Context, _ deps, b *runner.Batch[row, doubleOutput]) error {
		c.advance(time.Second)
		for i := range b.Items {
			b.Reject(i, "bad")
		}
		return nil
	})
	open := func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
		opened, err := app.open(ctx, s)
		opened.Checkpoints = asked{opened.Checkpoints, &after}
		return opened, err
	}
	r := runnerOf(t, "testdata/uncounted.yaml", register, open, runner.Options{State: inMemory(memory.NewState()), Now: c.Now})
	limits := skip(12)
	limits.BatchSize = 4
	if _, err := r.Run(t.Context(), runner.Request{Task: "uncounted.double", Actor: "a", Client: "c", Limits: limits}); err != nil {
		t.Fatal(err)
	}
	if want := []int64{0, 4, 8, 12}; !slices.Equal(after, want) {
		t.Errorf("events were asked for after entries %v, want %v", after, want)
	}
}

// With ReadAhead the next page is being read while this one is applied, and
// a failed batch throws it away.
func TestReadAhead(t *testing.T) {
	t.Parallel()
	app := newNumbers(10)
	var mu sync.Mutex
	read := map[int64]chan struct{}{}
	reading := func(after int64) chan struct{} {
		mu.Lock()
		defer mu.Unlock()
		if read[after] == nil {
			read[after] = make(chan struct{})
		}
		return read[after]
	}
	app.hook.apply = func(_ context.Context, items []int64) error {
		if len(items) == 4 && items[3] != 10 {
			select {
			case <-reading(items[3]):
			case <-time.After(10 * time.Second):
				t.Errorf("the page after %d was not read while the one before was applied", items[3])
			}
		}
		return nil
	}
	register := func(r *runner.Registry[deps]) {
		runner.HandleBatches(r, "uncounted.double",
			func(ctx context.Context, d deps, in doubleInput, after int64, limit int) ([]row, error) {
				defer func() {
					defer func() { _ = recover() }() // a page may be read twice
					close(reading(after))
				}()
				return page(ctx, d, in, after, limit)
			}, func(i row) int64 { return i.At }, double).ReadAhead()
	}
	k := runnertest.New(t, "testdata/uncounted.yaml", register, app.open)
	runnertest.Run[doubleOutput](k, "uncounted.double", `{}`)
	if want := doubled(10); !slices.Equal(app.db.Read(), want) {
		t.Errorf("rows %v, want %v", app.db.Read(), want)
	}

	run, err := k.Do(runner.Request{Task: "uncounted.double", Input: []byte(`{"bad":[6]}`)})
	if failure(t, err).Code != runner.CodeData || run.Progress.Processed != 5 {
		t.Errorf("%v after %d", err, run.Progress.Processed)
	}
}
