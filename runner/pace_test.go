package runner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// paced is an app that goes over the numbers from 1 to its end.
type paced struct {
	end     int
	item    func(at int) time.Duration           // how long an item takes; nil: no time
	begin   func(o ports.TxOptions, n int) error // before the nth transaction; nil: nothing
	probe   func(query string) (float64, error)  // nil: there is none
	batches []int                                // items of each batch that was applied
	begun   int
	db      *memory.DB[int]
}

func (p *paced) open(_ context.Context, s runner.Session) (runner.Opened[*paced], error) {
	if p.db == nil {
		p.db = memory.NewDB(0, func(n int) int { return n })
	}
	opened := runner.Opened[*paced]{
		App: p, Checkpoints: p.db,
		Begin: func(ctx context.Context, o ports.TxOptions) (*paced, ports.Tx, error) {
			p.begun++
			if p.begin != nil {
				if err := p.begin(o, p.begun); err != nil {
					return nil, nil, err
				}
			}
			_, tx, err := p.db.Begin(ctx, o)
			return p, tx, err
		},
	}
	if p.probe != nil {
		opened.Probe = func(_ context.Context, query string) (float64, error) { return p.probe(query) }
	}
	return opened, nil
}

func (p *paced) register(r *runner.Registry[*paced]) {
	runner.HandleBatches(r, "paced.step",
		func(_ context.Context, p *paced, _ struct{}, after, limit int) (page []int, err error) {
			for at := after + 1; at <= p.end && len(page) < limit; at++ {
				page = append(page, at)
			}
			return page, nil
		},
		func(at int) int { return at },
		func(_ context.Context, p *paced, _ struct{}, b *runner.Batch[int, struct{}]) error {
			for _, at := range b.Items {
				if p.item != nil {
					time.Sleep(p.item(at))
				}
			}
			p.batches = append(p.batches, len(b.Items))
			return nil
		})
}

// do runs a task to its end on the clock of synctest, and says how long it took.
func (p *paced) do(t *testing.T, req runner.Request, state ports.State) (ports.Run, time.Duration, error) {
	t.Helper()
	began := time.Now()
	req.Actor, req.Client = "ann", "test"
	run, err := p.runner(t, state).Run(t.Context(), req)
	return run, time.Since(began), err
}

func (p *paced) runner(t *testing.T, state ports.State) *runner.Runner {
	t.Helper()
	registry := runner.NewRegistry[*paced]()
	p.register(registry)
	m, found := manifest.Load(os.DirFS("testdata"), "paced-module.yaml")
	if len(found) > 0 {
		t.Fatal(found)
	}
	r, found := runner.New(m, runner.Bind(registry, p.open), runner.Options{State: inMemory(state)})
	if len(found) > 0 {
		t.Fatal(found)
	}
	return r
}

func waitedFor(run ports.Run, why string) time.Duration {
	for _, w := range run.Waits {
		if w.Why == why {
			return w.Duration
		}
	}
	return 0
}

// A run is no faster than its rate, whatever the size of its batches: the manifest's, or
// the one that is asked for.
func TestRate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		task   string
		rate   *int64
		slow   time.Duration // an item
		takes  time.Duration
		waited time.Duration
	}{
		"the manifest's":     {"paced.rate", nil, 0, 8 * time.Second, 8 * time.Second}, // the last page is empty
		"a batch's own time": {"paced.rate", nil, 100 * time.Millisecond, 8 * time.Second, 4 * time.Second},
		"a slow batch":       {"paced.rate", nil, time.Second, 40 * time.Second, 0},
		"another":            {"paced.rate", new(int64(20)), 0, 2 * time.Second, 2 * time.Second},
		"lifted":             {"paced.rate", new(int64(0)), 0, 0, 0},
		"given":              {"paced.free", new(int64(40)), 0, time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &paced{end: 40, item: func(int) time.Duration { return test.slow }}
				run, took, err := p.do(t, runner.Request{Task: test.task, Limits: runner.Limits{Rate: test.rate}}, memory.NewState())
				if err != nil || run.Progress.Processed != 40 || took != test.takes || waitedFor(run, "rate") != test.waited || test.waited == 0 && len(run.Waits) > 0 {
					t.Errorf("%v: %d in %s, waited %v; want %s and %s", err, run.Progress.Processed, took, run.Waits, test.takes, test.waited)
				}
			})
		})
	}
}

// A pause is between two batches.
func TestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		run, took, err := (&paced{end: 20}).do(t, runner.Request{Task: "paced.pause"}, memory.NewState())
		if err != nil || took != 6*time.Second || waitedFor(run, "pause") != took {
			t.Errorf("%v: took %s, waited %v", err, took, run.Waits)
		}
	})
}

// Without the right answer of its probe a run waits, and with none for too long it stops
// and can be resumed. It is never asked more often than the manifest says.
func TestProbe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer func(at time.Duration) (float64, error) // at a time from the start
		takes  time.Duration
		asked  int
		done   int64
		why    string // of a run that was stopped
	}{
		"within":    {func(time.Duration) (float64, error) { return 10, nil }, 0, 1, 30, ""},
		"above":     {func(at time.Duration) (float64, error) { return 15 - at.Seconds(), nil }, 6 * time.Second, 4, 30, ""},
		"no answer": {func(at time.Duration) (float64, error) { return 0, until(at, 5*time.Second) }, 6 * time.Second, 4, 30, ""},
		"too long":  {func(time.Duration) (float64, error) { return 10.5, nil }, 60 * time.Second, 31, 0, "the probe has not let a batch through for 1m0s: 10.5 is above the limit of 10"},
		"never":     {func(time.Duration) (float64, error) { return 0, errors.New("no row") }, 60 * time.Second, 31, 0, "no answer: no row"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began, asked := time.Now(), 0
				p := &paced{end: 30, probe: func(query string) (float64, error) {
					if asked++; query != "SELECT lag" {
						return 0, fmt.Errorf("asked %s", query)
					}
					return test.answer(time.Since(began))
				}}
				run, took, err := p.do(t, runner.Request{Task: "paced.probe"}, memory.NewState())
				if took != test.takes || asked != test.asked || run.Progress.Processed != test.done || waitedFor(run, "probe") != took || run.Progress.Waiting != "" {
					t.Errorf("took %s, asked %d times, %+v, waited %v", took, asked, run.Progress, run.Waits)
				}
				if test.why == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if e := failure(t, err); e.Code != runner.CodeThrottled || !strings.Contains(e.Message, test.why) || run.Status != ports.Stopped || !strings.HasPrefix(e.Hint, "paced runs resume "+run.ID) {
					t.Errorf("%s: %s (%s), %s", e.Code, e.Message, e.Hint, run.Status)
				}
			})
		})
	}
}

// A query that the database refuses will not be answered by waiting: it ends the run at
// once, which can be resumed with another.
func TestARefusedProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refused, asked := fmt.Errorf("no such table: %w", ports.ErrSchema), 0
		p := &paced{end: 30, probe: func(string) (float64, error) {
			if asked++; asked == 1 {
				return 0, ports.ErrUnavailable
			}
			return 0, refused
		}}
		run, took, err := p.do(t, runner.Request{Task: "paced.probe"}, memory.NewState())
		if e := failure(t, err); e.Code != runner.CodeConfig || !strings.Contains(e.Message, "probe of paced.probe") || !strings.Contains(e.Message, "no such table") || !strings.Contains(e.Hint, "SELECT lag") || !errors.Is(e, refused) {
			t.Errorf("%s: %s (%s)", e.Code, e.Message, e.Hint)
		}
		if took != 2*time.Second || run.Status != ports.Failed || run.Progress.Waiting != "" {
			t.Errorf("%s after %s, %+v", run.Status, took, run.Progress)
		}
	})
}

func until(at, end time.Duration) error {
	if at < end {
		return ports.ErrUnavailable
	}
	return nil
}

// A probe that the app cannot ask is found before a batch.
func TestProbeOfNoApp(t *testing.T) {
	t.Parallel()
	run, _, err := (&paced{end: 1}).do(t, runner.Request{Task: "paced.probe"}, memory.NewState())
	if e := failure(t, err); e.Code != runner.CodeConfig || !strings.Contains(e.Message, "paced.probe has a probe") || run.Progress.Batches > 0 {
		t.Errorf("%s: %s", e.Code, e.Message)
	}
}

// A stop ends a wait, whatever it is for, and what was done is kept.
func TestAStopEndsAWait(t *testing.T) {
	t.Parallel()
	for _, task := range []string{"paced.rate", "paced.pause", "paced.probe"} {
		t.Run(task, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stop, asked := make(chan runner.Code), 0
				p := &paced{end: 100, item: func(at int) time.Duration { return time.Second }, probe: func(string) (float64, error) {
					if asked++; asked > 1 {
						return 11, nil
					}
					return 0, nil
				}}
				if task == "paced.rate" {
					p.item = nil
				}
				time.AfterFunc(10500*time.Millisecond, func() { close(stop) })
				run, took, err := p.do(t, runner.Request{Task: task, Stop: stop}, memory.NewState())
				if e := failure(t, err); e.Code != runner.CodeStopped || run.Status != ports.Stopped || took != 10500*time.Millisecond || run.Progress.Processed == 0 {
					t.Errorf("%s: %s after %s, %+v", e.Code, e.Message, took, run.Progress)
				}
			})
		})
	}
}

// A batch with a target grows and shrinks to take as long, by no more than double or
// half at a time.
func TestTarget(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  int
		item func(at int) time.Duration
		want []int
	}{
		"grows":     {150, func(int) time.Duration { return 25 * time.Millisecond }, []int{10, 20, 40, 40, 40}},
		"to a most": {200, func(int) time.Duration { return time.Millisecond }, []int{10, 20, 40, 60, 60, 10}},
		"shrinks":   {40, func(int) time.Duration { return 400 * time.Millisecond }, []int{10, 5, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1}},
		"both": {60, func(at int) time.Duration {
			if at <= 20 {
				return 500 * time.Millisecond
			}
			return 50 * time.Millisecond
		}, []int{10, 5, 2, 2, 2, 3, 6, 12, 18}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := &paced{end: test.end, item: test.item}
				if _, _, err := p.do(t, runner.Request{Task: "paced.target"}, memory.NewState()); err != nil || !slices.Equal(p.batches, test.want) {
					t.Errorf("%v: batches of %v, want %v", err, p.batches, test.want)
				}
			})
		})
	}
}

// Every transaction is bounded by what the manifest says, and one that meets a bound is
// tried again with half its items, until it does not: no item is at fault.
func TestBoundsOfATransaction(t *testing.T) {
	t.Parallel()
	for task, want := range map[string]ports.TxOptions{
		"paced.free":    {LockTimeout: 5 * time.Second, IdleTimeout: 30 * time.Second},
		"paced.target":  {LockTimeout: 5 * time.Second, StatementTimeout: 10 * time.Second, IdleTimeout: 30 * time.Second},
		"paced.bounded": {LockTimeout: 2 * time.Second, StatementTimeout: 7 * time.Second, IdleTimeout: 50 * time.Second},
	} {
		var got []ports.TxOptions
		p := &paced{end: 3, begin: func(o ports.TxOptions, _ int) error { got = append(got, o); return nil }}
		if _, _, err := p.do(t, runner.Request{Task: task}, memory.NewState()); err != nil || len(got) != 2 || got[0] != want || got[1] != want {
			t.Errorf("%s: %v, %+v, want %+v", task, err, got, want)
		}
	}
	for _, bound := range []error{ports.ErrBusy, ports.ErrTimeout} {
		synctest.Test(t, func(t *testing.T) {
			p := &paced{end: 20, begin: func(_ ports.TxOptions, n int) error {
				if n == 2 || n == 3 {
					return fmt.Errorf("driver: %w", bound)
				}
				return nil
			}}
			run, _, err := p.do(t, runner.Request{Task: "paced.bounded"}, memory.NewState())
			if err != nil || run.Progress.Failed > 0 || !slices.Equal(p.batches, []int{8, 2, 4, 6}) || waitedFor(run, "database") == 0 {
				t.Errorf("%v: %v, batches of %v, waited %v", bound, err, p.batches, run.Waits)
			}
			if log := strings.Join(run.Log, "\n"); !strings.Contains(log, "the batch is halved") || !strings.Contains(log, "items=4") || !strings.Contains(log, "items=2") {
				t.Errorf("%v: the log says nothing of it: %s", bound, log)
			}
		})
	}
}

// Another process changes rate and batch size of a run at work, and what it said is
// audited, is on record with the run, and holds when the run is resumed.
func TestTune(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state, stop := memory.NewState(), make(chan runner.Code)
		p := &paced{end: 100, item: func(int) time.Duration { return 100 * time.Millisecond }}
		r := p.runner(t, state)
		req := runner.Request{Actor: "bob", Client: "test", Reason: "lag"}
		var id string
		go func() {
			time.Sleep(1500 * time.Millisecond)
			runs, err := r.History(t.Context(), runner.Target{}, ports.RunFilter{})
			if err != nil || len(runs) != 1 {
				t.Errorf("%d runs, %v", len(runs), err)
				return
			}
			id = runs[0].ID
			if s, err := r.Tune(t.Context(), id, req, runner.Tuning{BatchSize: 2}); err != nil || s.Order == nil || s.Order.BatchSize != 2 {
				t.Errorf("tune: %v, %+v", err, s.Order)
			}
			time.Sleep(4 * time.Second)
			if _, err := r.Tune(t.Context(), id, req, runner.Tuning{Rate: new(int64(1))}); err != nil {
				t.Errorf("tune: %v", err)
			}
			time.Sleep(6 * time.Second)
			close(stop)
		}()
		run, _, err := p.do(t, runner.Request{Task: "paced.free", Stop: stop}, state)
		if e := failure(t, err); e.Code != runner.CodeStopped {
			t.Fatal(err)
		}
		if i := slices.Index(p.batches, 2); i < 1 || i > 6 || p.batches[0] != 4 || p.batches[len(p.batches)-1] != 2 {
			t.Errorf("batches of %v, want some of 4 and then of 2", p.batches)
		}
		if run.Limits.Rate != 1 || run.Limits.BatchSize != 2 || waitedFor(run, "rate") < 3*time.Second {
			t.Errorf("%+v, waited %v", run.Limits, run.Waits)
		}
		before := len(p.batches)
		resumed, err := r.Resume(t.Context(), run.ID, runner.Request{Actor: "ann", Client: "test", Limits: runner.Limits{Items: 4}})
		if err != nil || resumed.Limits.Rate != 1 || !slices.Equal(p.batches[before:], []int{2, 2}) || waitedFor(resumed, "rate") <= waitedFor(run, "rate") {
			t.Errorf("resumed: %v, %+v, batches of %v, waited %v", err, resumed.Limits, p.batches[before:], resumed.Waits)
		}
		_, err = r.Tune(t.Context(), run.ID, req, runner.Tuning{BatchSize: 3})
		if e := failure(t, err); e.Code != runner.CodeNotResumable || !strings.Contains(e.Message, "nobody is at it") {
			t.Errorf("a run that has ended: %v", err)
		}
		links, err := state.Links(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var tuned []string
		for _, l := range links {
			if body := string(l.Body); strings.Contains(body, `"run.tuned"`) {
				tuned = append(tuned, body)
			}
		}
		if len(tuned) != 2 || !strings.Contains(tuned[0], `"batchSize":2`) || !strings.Contains(tuned[1], `"rate":1`) || !strings.Contains(tuned[1], `"actor":"bob"`) {
			t.Errorf("the audit has %s", tuned)
		}
	})
}

// What another process has said of a run's pace holds when it is resumed, also where the
// run has ended before it came to it.
func TestAnUnheededTuningHolds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tuned   runner.Tuning
		resumed runner.Limits
		rate    int64
		size    int
	}{
		"both":              {runner.Tuning{Rate: new(int64(7)), BatchSize: 2}, runner.Limits{}, 7, 2},
		"the size":          {runner.Tuning{BatchSize: 2}, runner.Limits{}, 5, 2},
		"the rate is none":  {runner.Tuning{Rate: new(int64(0))}, runner.Limits{}, 0, 10},
		"who resumes comes": {runner.Tuning{Rate: new(int64(7)), BatchSize: 2}, runner.Limits{Rate: new(int64(9)), BatchSize: 4}, 9, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				state, stop, p := memory.NewState(), make(chan runner.Code, 1), &paced{end: 40}
				r := p.runner(t, state)
				who := runner.Request{Actor: "bob", Client: "test"}
				p.item = func(at int) time.Duration {
					if at == 15 {
						runs, err := r.History(t.Context(), runner.Target{}, ports.RunFilter{})
						if err != nil || len(runs) != 1 {
							t.Errorf("%d runs, %v", len(runs), err)
							return 0
						}
						if _, err := r.Tune(t.Context(), runs[0].ID, who, test.tuned); err != nil {
							t.Error(err)
						}
						stop <- runner.CodeStopped
						return 5 * time.Second
					}
					return 0
				}
				run, _, err := p.do(t, runner.Request{Task: "paced.free", Stop: stop, Limits: runner.Limits{Rate: new(int64(5)), BatchSize: 10}}, state)
				if e := failure(t, err); e.Code != runner.CodeStopped || run.Limits.BatchSize != 10 {
					t.Fatalf("%v, %+v", err, run.Limits)
				}
				p.item, p.batches = nil, nil
				who.Limits = test.resumed
				run, err = r.Resume(t.Context(), run.ID, who)
				if err != nil || p.batches[0] != test.size || run.Limits.BatchSize != test.size || run.Limits.Rate != test.rate {
					t.Errorf("%v: batches of %v, %+v", err, p.batches, run.Limits)
				}
			})
		})
	}
}

// What a run waits for is seen once it takes more than a second, by who looks on and on
// record, with how long it has been by then; and no more once the next batch is at work.
func TestALongWaitIsSeen(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		task   string
		limits runner.Limits
		seen   string // "": nothing
		after  []time.Duration
	}{
		"rate":         {"paced.free", runner.Limits{Rate: new(int64(4)), BatchSize: 14}, "rate", []time.Duration{1, 2, 3, 4, 5, 6}},
		"pause":        {"paced.pause", runner.Limits{BatchSize: 15}, "pause", []time.Duration{1, 2, 4, 5}},
		"a short wait": {"paced.free", runner.Limits{Rate: new(int64(16)), BatchSize: 15}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				state, p, began := memory.NewState(), &paced{end: 30}, time.Now()
				onRecord := func() ports.Run {
					runs, err := state.List(t.Context(), ports.RunFilter{})
					if err != nil || len(runs) != 1 {
						t.Fatalf("%d runs, %v", len(runs), err)
					}
					return runs[0]
				}
				p.item = func(at int) time.Duration {
					if waiting := onRecord().Progress.Waiting; waiting != "" {
						t.Errorf("item %d is at work, and the run waits for the %s", at, waiting)
					}
					return 0
				}
				if test.seen != "" {
					time.AfterFunc(2500*time.Millisecond, func() {
						if run := onRecord(); run.Progress.Waiting != test.seen || waitedFor(run, test.seen) != 2*time.Second {
							t.Errorf("on record: %q, %v", run.Progress.Waiting, run.Waits)
						}
					})
				}
				var after []time.Duration
				run, _, err := p.do(t, runner.Request{Task: test.task, Limits: test.limits, Observe: func(_ string, at ports.Progress) {
					if at.Waiting != "" && at.Waiting == test.seen {
						after = append(after, time.Since(began)/time.Second)
					} else if at.Waiting != "" {
						t.Errorf("waiting for the %s", at.Waiting)
					}
				}}, state)
				if err != nil || run.Progress.Waiting != "" || !slices.Equal(after, test.after) {
					t.Errorf("%v: seen after %d, want %d", err, after, test.after)
				}
			})
		})
	}
}

// A pace below nothing is refused, as by the flags, and leaves nothing on record.
func TestAPaceBelowNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state, p := memory.NewState(), &paced{end: 4}
		r := p.runner(t, state)
		run, _, err := p.do(t, runner.Request{Task: "paced.free", Limits: runner.Limits{Rate: new(int64(-1))}}, state)
		if e := failure(t, err); e.Code != runner.CodeUsage || run.ID != "" {
			t.Errorf("run: %s: %s", e.Code, e.Message)
		}
		p.item = func(int) time.Duration {
			runs, err := state.List(t.Context(), ports.RunFilter{})
			if err != nil || len(runs) != 1 {
				t.Fatalf("%d runs, %v", len(runs), err)
			}
			for _, to := range []runner.Tuning{{Rate: new(int64(-1))}, {BatchSize: -1}} {
				if s, err := r.Tune(t.Context(), runs[0].ID, runner.Request{Actor: "bob", Client: "test"}, to); failure(t, err).Code != runner.CodeUsage || s.Order != nil {
					t.Errorf("tune: %v, %+v", err, s.Order)
				}
			}
			return 0
		}
		if _, _, err := p.do(t, runner.Request{Task: "paced.free"}, state); err != nil {
			t.Error(err)
		}
	})
}

// The size that another process asks for is the most, also where a target would have
// larger batches.
func TestTuneABatchWithATarget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := memory.NewState()
		p := &paced{end: 300, item: func(int) time.Duration { return 25 * time.Millisecond }}
		r := p.runner(t, state)
		go func() {
			time.Sleep(1500 * time.Millisecond)
			runs, err := r.History(t.Context(), runner.Target{}, ports.RunFilter{})
			if err == nil {
				_, err = r.Tune(t.Context(), runs[0].ID, runner.Request{Actor: "bob", Client: "test"}, runner.Tuning{BatchSize: 5})
			}
			if err != nil {
				t.Error(err)
			}
		}()
		if _, _, err := p.do(t, runner.Request{Task: "paced.target"}, state); err != nil {
			t.Fatal(err)
		}
		i := slices.Index(p.batches, 5)
		if i < 3 || slices.Max(p.batches[i:]) > 5 {
			t.Errorf("batches of %v, want none above 5 once it is asked for", p.batches)
		}
	})
}
