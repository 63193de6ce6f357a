package runner_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// failing returns err the first n times.
func failing(n int, err error) func() error {
	return func() error {
		if n--; n >= 0 {
			return err
		}
		return nil
	}
}

// The clock of these tests is synctest's: waits take no time.

// An error that passes is waited out wherever in a batch it comes up: it fails no
// item, ends no run, and leaves each row written once. It is logged once.
func TestTransientErrorsAreWaitedOut(t *testing.T) {
	t.Parallel()
	for name, reach := range map[string]func(h *hooks, err func() error){
		"count": func(h *hooks, err func() error) { h.count = func(context.Context) error { return err() } },
		"begin": func(h *hooks, err func() error) { h.begin = err },
		"apply": func(h *hooks, err func() error) { h.apply = func(context.Context, []int64) error { return err() } },
		"commit": func(h *hooks, err func() error) {
			h.commit = func(commit func() error) error {
				if err := err(); err != nil {
					return err
				}
				return commit()
			}
		},
	} {
		for _, kind := range []error{ports.ErrBusy, ports.ErrUnavailable} {
			t.Run(name+" "+kind.Error(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					app, began := newNumbers(10), time.Now()
					k := kit(t, app)
					reach(&app.hook, failing(5, fmt.Errorf("driver: %w", kind)))
					run, err := k.Do(runner.Request{Task: "numbers.double-some"})
					if err != nil || run.Progress.Processed != 10 || run.Progress.Failed != 0 || !slices.Equal(app.db.Read(), doubled(10)) {
						t.Errorf("%v: %+v, rows %v", err, run.Progress, app.db.Read())
					}
					if n := strings.Count(k.Log(), "trying again"); n != 1 || !strings.Contains(k.Log(), "level=WARN") {
						t.Errorf("%d lines: %s", n, k.Log())
					}
					if waited := time.Since(began); waited < 500*time.Millisecond || waited > 10*time.Second {
						t.Errorf("waited %s", waited)
					}
				})
			})
		}
	}
}

// What does not pass fails the run in the end, with a code that says to try again,
// and the run can go on.
func TestPatienceIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app, began := newNumbers(10), time.Now()
		k := kit(t, app)
		n := 0
		app.hook.begin = func() error {
			if n++; n > 1 {
				return fmt.Errorf("driver: %w", ports.ErrUnavailable)
			}
			return nil
		}
		run, err := k.Do(runner.Request{Task: "numbers.double"})
		if e := failure(t, err); e.Code != runner.CodeUnavailable || run.Status != ports.Failed || run.Progress.Processed != 4 {
			t.Errorf("%s: %s; %s after %d", e.Code, e.Message, run.Status, run.Progress.Processed)
		}
		if waited := time.Since(began); waited < 20*time.Second || waited > 31*time.Second || n < 6 || n > 30 {
			t.Errorf("waited %s over %d tries", waited, n)
		}
		app.hook.begin = nil
		if run, err = k.Resume(run.ID, runner.Request{}); err != nil || !slices.Equal(app.db.Read(), doubled(10)) {
			t.Errorf("resumed: %v, rows %v", err, app.db.Read())
		}
	})
}

// Patience begins with the first error: a batch that has taken long is tried again
// like any other.
func TestALongBatchIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app, busy := newNumbers(4), failing(1, ports.ErrBusy)
		app.hook.apply = func(context.Context, []int64) error {
			time.Sleep(5 * time.Minute)
			return busy()
		}
		if _, err := kit(t, app).Do(runner.Request{Task: "numbers.double"}); err != nil {
			t.Error(err)
		}
	})
}

// Patience is for one size of a batch: each half of one whose statements take longer than
// all of it is tried, and the last size as long as any other.
func TestAHalfIsTriedAnew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fits  int   // the largest batch whose statements do not time out
		tried []int // sizes, as far as the first batch that fits
	}{
		"one item fits": {1, []int{8, 4, 2, 1}},
		"nothing fits":  {0, []int{8, 4, 2, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				app := newNumbers(8)
				var tried []int
				app.hook.apply = func(_ context.Context, items []int64) error {
					tried = append(tried, len(items))
					if len(items) <= test.fits {
						return nil
					}
					time.Sleep(40 * time.Second)
					return ports.ErrTimeout
				}
				_, err := kit(t, app).Do(runner.Request{Task: "numbers.double", Limits: runner.Limits{BatchSize: 8}})
				if test.fits > 0 && (err != nil || !slices.Equal(app.db.Read(), doubled(8))) {
					t.Errorf("%v, rows %v", err, app.db.Read())
				}
				if test.fits == 0 && (failure(t, err).Code != runner.CodeUnavailable || len(tried) > len(test.tried)) {
					t.Errorf("%v, tried %v", err, tried)
				}
				if n := len(test.tried); !slices.Equal(tried[:min(n, len(tried))], test.tried) {
					t.Errorf("tried %v, want %v first", tried, test.tried)
				}
			})
		})
	}
}

// A stop, an end of the time and an end from outside are not waited past.
func TestWaitingEndsWithTheRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		req    runner.Request
		code   runner.Code
		status ports.Status
	}{
		"a stop":    {runner.Request{Task: "numbers.double"}, runner.CodeStopped, ports.Stopped},
		"a timeout": {runner.Request{Task: "numbers.double", Limits: runner.Limits{Timeout: time.Second}}, runner.CodeTimeout, ports.TimedOut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				app, began := newNumbers(10), time.Now()
				k := kit(t, app)
				stop := make(chan runner.Code)
				if test.code == runner.CodeStopped {
					test.req.Stop = stop
					time.AfterFunc(time.Second, func() { close(stop) })
				}
				app.hook.begin = func() error { return ports.ErrBusy }
				run, err := k.Do(test.req)
				if e := failure(t, err); e.Code != test.code || run.Status != test.status {
					t.Errorf("%s: %s; %s", e.Code, e.Message, run.Status)
				}
				if waited := time.Since(began); waited > 2*time.Second {
					t.Errorf("ended after %s", waited)
				}
			})
		})
	}
}

// away are checkpoints that cannot be read while err says so.
type away struct {
	ports.Checkpoints
	err func() error
}

func (a away) Checkpoint(ctx context.Context, run string) (ports.Checkpoint, error) {
	if err := a.err(); err != nil {
		return ports.Checkpoint{}, err
	}
	return a.Checkpoints.Checkpoint(ctx, run)
}

// A commit whose reply was lost with the connection is not tried again before it is
// known whether it has happened; and where that stays unknown the run ends, to be
// settled when it is resumed.
func TestALostReplyIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, unread := range map[string]int{"known in the end": 4, "never known": 1000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				app := newNumbers(10)
				down := failing(unread, ports.ErrUnavailable)
				k := runnertest.New(t, "testdata/tasks.yaml", app.register, func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
					o, err := app.open(ctx, s)
					o.Checkpoints = away{o.Checkpoints, func() error { return down() }}
					return o, err
				})
				n := 0
				app.hook.commit = func(commit func() error) error {
					err := commit()
					if n++; n == 2 {
						return errors.Join(err, ports.ErrUnavailable)
					}
					return err
				}
				run, err := k.Do(runner.Request{Task: "numbers.double"})
				if unread == 1000 {
					if e := failure(t, err); e.Code != runner.CodeUnavailable || run.Progress.Processed != 4 || !slices.Equal(app.db.Read(), append(doubled(8), 9, 10)) {
						t.Errorf("%s: %s after %d, rows %v", e.Code, e.Message, run.Progress.Processed, app.db.Read())
					}
					down = failing(0, nil)
					run, err = k.Resume(run.ID, runner.Request{})
				}
				if err != nil || run.Progress.Processed != 10 || !slices.Equal(app.db.Read(), doubled(10)) {
					t.Errorf("%v: %+v, rows %v", err, run.Progress, app.db.Read())
				}
			})
		})
	}
}

// A checkpoint that cannot be read for a while is waited for: before an attempt is on
// record, as where a frozen holder's batch is still open, and at its start.
func TestACheckpointIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, reads := range map[string]int{"before it is on record": 0, "at its start": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				app, read, down := newNumbers(10), 0, failing(0, nil)
				k := runnertest.New(t, "testdata/tasks.yaml", app.register, func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
					o, err := app.open(ctx, s)
					o.Checkpoints = away{o.Checkpoints, func() error {
						if read++; read <= reads {
							return nil
						}
						return down()
					}}
					return o, err
				})
				run, err := k.Do(runner.Request{Task: "numbers.double", Limits: runner.Limits{Items: 4}})
				if err != nil {
					t.Fatal(err)
				}
				read, down = 0, failing(4, fmt.Errorf("checkpoint: %w", ports.ErrBusy))
				began := time.Now()
				run, err = k.Resume(run.ID, runner.Request{})
				if err != nil || run.Attempt != 2 || !slices.Equal(app.db.Read(), doubled(10)) {
					t.Errorf("%v: attempt %d, rows %v", err, run.Attempt, app.db.Read())
				}
				if took := time.Since(began); took < 500*time.Millisecond || waitedFor(run, "database") != took {
					t.Errorf("took %s, waited %v", took, run.Waits)
				}
			})
		})
	}
}

// A one-shot in a transaction is tried again for the transaction's sake: not for an
// error of its own, and not once it has made a file.
func TestWhenAOneShotIsTriedAgain(t *testing.T) {
	t.Parallel()
	lost := func(err func() error) func(func() error) error {
		return func(commit func() error) error {
			if err := err(); err != nil {
				return err
			}
			return commit()
		}
	}
	for name, test := range map[string]struct {
		begin  int
		commit int
		own    int
		file   bool
		calls  int
		again  bool
	}{
		"begin is busy":                 {begin: 3, calls: 1, again: true},
		"the commit is in conflict":     {commit: 3, calls: 4, again: true},
		"the handler says so":           {own: 1, calls: 1},
		"a file was made":               {commit: 1, file: true, calls: 1},
		"a file is made in a clear run": {begin: 2, file: true, calls: 1, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				app, calls := newNumbers(1), 0
				app.hook.begin = failing(test.begin, ports.ErrBusy)
				app.hook.commit = lost(failing(test.commit, ports.ErrBusy))
				own := failing(test.own, ports.ErrBusy)
				k := runnertest.New(t, "testdata/once.yaml", func(r *runner.Registry[deps]) {
					runner.HandleTx(r, "once.add", func(_ context.Context, d deps, _ struct{}, c *runner.Changes) (addOutput, error) {
						calls++
						*d.rows = append(*d.rows, 7)
						d.s.Audit.Record("number.added", "7", nil)
						if test.file {
							f, err := d.s.Files.Create("out.txt", true)
							if err != nil {
								return addOutput{}, err
							}
							if err := f.Commit(); err != nil {
								return addOutput{}, err
							}
						}
						return addOutput{Count: 7}, own()
					})
				}, app.open)
				run, err := k.Do(runner.Request{Task: "once.add"})
				if calls != test.calls || test.again != (err == nil) {
					t.Errorf("called %d times, want %d: %v", calls, test.calls, err)
				}
				if err != nil {
					if failure(t, err).Code != runner.CodeUnavailable || len(app.db.Read()) != 1 {
						t.Errorf("%v, rows %v", err, app.db.Read())
					}
					return
				}
				if !slices.Equal(app.db.Read(), []int64{1, 7}) || run.Status != ports.Succeeded {
					t.Errorf("rows %v, %s", app.db.Read(), run.Status)
				}
				k.WantAudit("task.started", "number.added", "task.succeeded")
			})
		})
	}
}
