package runner_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

type secretInput struct {
	DryRun bool    `json:"dryRun"`
	Bad    []int64 `json:"bad"`
	Token  string  `json:"token"`
}

// written is all that is on record of a run: its record, the audit and its journal.
func written(t *testing.T, state ports.State, app *numbers, run string) string {
	t.Helper()
	record, err := state.Run(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	links, err := state.Links(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	journal, err := app.db.Journal(t.Context(), run, ports.EntryRejected, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%+v %+v", record, record.Failure)
	for _, l := range links {
		text += "\n" + string(l.Body)
	}
	for _, e := range journal {
		text += "\n" + string(e.Body)
	}
	return text
}

// What a handler says of a secret of its input is not put on record, however it says
// it.
func TestSecretsStayOffTheRecord(t *testing.T) {
	t.Parallel()
	const asJSON, asText = `hunter2\"&\\\nmore`, "hunter2\"&\\\nmore"
	for name, test := range map[string]struct {
		says func(d deps, in secretInput, b *runner.Batch[row, doubleOutput]) error
		skip bool
		want string // what is on record instead
	}{
		"a log's message": {func(d deps, in secretInput, _ *runner.Batch[row, doubleOutput]) error {
			d.s.Log.Info("calling with " + in.Token)
			return nil
		}, false, "calling with ***"},
		"a log's values": {func(d deps, in secretInput, _ *runner.Batch[row, doubleOutput]) error {
			d.s.Log.With("token", in.Token).Warn("calling", "error", fmt.Errorf("bad token %q", in.Token))
			return nil
		}, false, `bad token \"***\"`},
		"an error": {func(_ deps, in secretInput, _ *runner.Batch[row, doubleOutput]) error {
			return errors.New("bad token " + in.Token)
		}, false, "bad token ***"},
		"an error and its hint": {func(_ deps, in secretInput, _ *runner.Batch[row, doubleOutput]) error {
			return &runner.DataError{Message: "bad token " + in.Token, Hint: "change " + in.Token}
		}, false, "change ***"},
		"a panic": {func(_ deps, in secretInput, _ *runner.Batch[row, doubleOutput]) error {
			panic("bad token " + in.Token)
		}, false, "bad token ***"},
		"a rejection": {func(_ deps, in secretInput, b *runner.Batch[row, doubleOutput]) error {
			b.Reject(0, "refused by "+in.Token)
			return nil
		}, false, "refused by ***"},
		"rejections that are skipped": {func(_ deps, in secretInput, b *runner.Batch[row, doubleOutput]) error {
			b.Reject(0, "refused by "+in.Token)
			return nil
		}, true, `"reason":"refused by ***"`},
		"errors that are skipped": {func(_ deps, in secretInput, _ *runner.Batch[row, doubleOutput]) error {
			return errors.New("bad token " + in.Token)
		}, true, `"reason":"bad token ***"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app, state := newNumbers(2), memory.NewState()
			r := runnerOf(t, "testdata/secret.yaml", func(r *runner.Registry[deps]) {
				runner.HandleBatches(r, "sec.ret", page, func(i row) int64 { return i.At },
					func(_ context.Context, d deps, in secretInput, b *runner.Batch[row, doubleOutput]) error {
						if in.Token != asText {
							t.Errorf("the handler was given %q", in.Token)
						}
						return test.says(d, in, b)
					})
			}, app.open, runner.Options{State: inMemory(state)})
			req := runner.Request{Task: "sec.ret", Input: []byte(`{"token":"` + asJSON + `"}`), Actor: "a", Client: "c"}
			if test.skip {
				req.Limits = runner.Limits{OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: 2}}
			}
			run, _ := r.Run(t.Context(), req)
			text := written(t, state, app, run.ID)
			if strings.Contains(text, "hunter2") || !strings.Contains(text, test.want) {
				t.Errorf("%s: want %q in it, and no secret", text, test.want)
			}
		})
	}
}

// What a run waits for may be said in the words of the app's database.
func TestSecretsStayOutOfProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const token = "hunter2-and-more"
		app, state := newNumbers(2), memory.NewState()
		open := func(ctx context.Context, s runner.Session) (runner.Opened[deps], error) {
			opened, err := app.open(ctx, s)
			opened.Probe = func(context.Context, string) (float64, error) { return 0, errors.New("bad " + token) }
			return opened, err
		}
		r := runnerOf(t, "testdata/secretprobe.yaml", func(r *runner.Registry[deps]) {
			runner.HandleBatches(r, "sec.ret", page, func(i row) int64 { return i.At },
				func(context.Context, deps, secretInput, *runner.Batch[row, doubleOutput]) error { return nil })
		}, open, runner.Options{State: inMemory(state)})
		var waiting []string
		run, err := r.Run(t.Context(), runner.Request{
			Task: "sec.ret", Input: []byte(`{"token":"` + token + `"}`), Actor: "a", Client: "c",
			Observe: func(_ string, p ports.Progress) { waiting = append(waiting, p.Waiting) },
		})
		if err == nil || len(waiting) == 0 || waiting[0] != "probe: no answer: bad ***" {
			t.Errorf("%v, waiting for %q", err, waiting)
		}
		for cause := err; cause != nil; cause = errors.Unwrap(cause) {
			if strings.Contains(cause.Error(), token) {
				t.Errorf("%T: %v", cause, cause)
			}
		}
		if text := written(t, state, app, run.ID); strings.Contains(text, token) {
			t.Error(text)
		}
	})
}
