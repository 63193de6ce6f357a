package runner_test

import (
	"context"
	"errors"
	"testing"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// An app that cannot say which database it has opened is not taken for the expected one,
// nor one that says another; and then the handler does not run and nothing is on record.
func TestExpectedDatabase(t *testing.T) {
	t.Parallel()
	named := func(name string, err error) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return name, err }
	}
	for _, test := range []struct {
		what, environment, asked string
		name                     func(context.Context) (string, error)
		code                     runner.Code // "": it runs
	}{
		{"nothing is expected", "", "", nil, ""},
		{"it is the one", "", "orders", named("orders", nil), ""},
		{"it is the environment's", "orders", "", named("orders", nil), ""},
		{"it is another", "", "orders", named("test", nil), runner.CodeGate},
		{"it is not the environment's", "orders", "", named("test", nil), runner.CodeGate},
		{"two are expected", "orders", "test", named("test", nil), runner.CodeGate},
		{"it has no name", "", "orders", nil, runner.CodeConfig},
		{"it does not answer", "", "orders", named("", ports.ErrUnavailable), runner.CodeUnavailable},
	} {
		ran, app := false, newNumbers(1)
		app.hook.look = func(context.Context, deps) (any, error) { ran = true; return nil, nil }
		k := runnertest.New(t, "testdata/tasks.yaml", app.register, func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
			opened, err := app.open(ctx, s)
			opened.Name = test.name
			return opened, err
		})
		run, err := k.Do(runner.Request{Task: "numbers.look", Tenant: "acme", Expect: test.asked, Target: runner.Target{
			Rules: manifest.Environment{Expect: manifest.Expect{Database: test.environment}},
		}})
		if test.code == "" {
			if err != nil || !ran {
				t.Errorf("%s: ran %v, %v", test.what, ran, err)
			}
			continue
		}
		if e := failure(t, err); e.Code != test.code || ran || run.ID != "" {
			t.Errorf("%s: %s %s, ran %v as %q", test.what, e.Code, e.Message, ran, run.ID)
		}
	}
}

// A refused expectation is in the audit of the state that is there.
func TestExpectedDatabaseIsAudited(t *testing.T) {
	t.Parallel()
	app := newNumbers(3)
	name := "orders"
	k := runnertest.New(t, "testdata/tasks.yaml", app.register, func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
		opened, err := app.open(ctx, s)
		opened.Name = func(context.Context) (string, error) { return name, nil }
		return opened, err
	})
	req := runner.Request{Task: "numbers.double", Expect: "orders", Limits: runner.Limits{Items: 1, BatchSize: 1}}
	run, err := k.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	name = "test"
	if _, err := k.Do(req); failure(t, err).Code != runner.CodeGate {
		t.Error(err)
	}
	if _, err := k.Resume(run.ID, runner.Request{Expect: "orders"}); failure(t, err).Code != runner.CodeGate {
		t.Error(err)
	}
	k.WantAudit("task.started", "number.doubled", "task.stopped", "task.refused", "task.refused")
}

// A database that cannot be looked at is not the expected one, whatever keeps it from
// being opened, and whether a run starts, is resumed, or the database is to be made.
func TestExpectedDatabaseThatDoesNotOpen(t *testing.T) {
	t.Parallel()
	app := newNumbers(3)
	var away error
	r := runnerOf(t, "testdata/tasks.yaml", app.register, func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
		opened, err := app.open(ctx, s)
		opened.Name = func(context.Context) (string, error) { return "orders", nil }
		return opened, errors.Join(err, away)
	}, runner.Options{State: inMemory(memory.NewState())})
	req := runner.Request{Task: "numbers.double", Actor: "ann", Client: "test", Expect: "orders", Limits: runner.Limits{Items: 1, BatchSize: 1}}
	run, err := r.Run(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		away error
		code runner.Code
	}{
		{errors.New("tls: failed to verify certificate"), runner.CodeTask},
		{ports.ErrUnavailable, runner.CodeUnavailable},
	} {
		away = test.away
		_, started := r.Run(t.Context(), req)
		_, resumed := r.Resume(t.Context(), run.ID, runner.Request{Actor: "ann", Client: "test", Expect: "orders"})
		_, made := r.Init(t.Context(), req)
		for what, err := range map[string]error{"started": started, "resumed": resumed, "made": made} {
			if e := failure(t, err); e.Code != test.code || !errors.Is(err, away) {
				t.Errorf("%s: %s: %s", what, e.Code, e.Message)
			}
		}
	}
}
