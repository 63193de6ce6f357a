package runner_test

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
)

// check is what start-up and check find in one feature file, as people see it.
func check(t *testing.T, tasks string, register func(*runner.Registry[struct{}])) string {
	t.Helper()
	m, found := manifest.Load(fstest.MapFS{
		"beignet.yaml": {Data: []byte("name: test\nfeatures: [tasks.yaml]\n")}, "tasks.yaml": {Data: []byte(tasks)},
	}, "beignet.yaml")
	if len(found) > 0 {
		t.Fatalf("the manifest itself:\n%s", found)
	}
	registry := runner.NewRegistry[struct{}]()
	register(registry)
	r, crossed := runner.New(m, runner.Bind(registry, func(context.Context, runner.Session) (runner.Opened[struct{}], error) {
		t.Error("a port was opened")
		return runner.Opened[struct{}]{}, nil
	}), runner.Options{})
	report := append(crossed, r.Check()...).Sorted().String()
	return strings.TrimSpace(regexp.MustCompile(`_test\.go:\d+`).ReplaceAllString(report, "_test.go:N"))
}

type closeInput struct {
	Before time.Time `json:"before"`
	Limit  int8      `json:"limit"`
	Note   *string   `json:"note"`
}

func closeStale(context.Context, struct{}, closeInput) (struct{}, error) { return struct{}{}, nil }

const closeTask = `feature: issues
tasks:
  - name: issues.close
    description: Close what is stale.
    handler: issues.close
    effect: write
    input:
      type: object
      required: [before]
      properties:
        before: { type: string, format: date-time }
        limit: { type: integer, minimum: 0, maximum: 100, default: 10 }
        note: { type: string }
`

func TestCrossCheck(t *testing.T) {
	t.Parallel()
	register := func(r *runner.Registry[struct{}]) { runner.Handle(r, "issues.close", closeStale) }
	for name, test := range map[string]struct {
		tasks    string
		register func(*runner.Registry[struct{}])
		want     string
	}{
		"all is well": {closeTask, register, ""},
		"bad-input 33: no such handler": {strings.Replace(closeTask, "handler: issues.close", "handler: issues.clsoe", 1), register, `
tasks.yaml:5:14: no handler issues.clsoe; did you mean issues.close?
  5 |     handler: issues.clsoe
    |              ^~~~~~~~~~~~`},
		"bad-input 34: a handler that no task names": {strings.Replace(closeTask, "handler: issues.close", "handler: other", 1), func(r *runner.Registry[struct{}]) {
			register(r)
			runner.Handle(r, "other", closeStale)
		}, `
tasks.yaml:1:10: no task of feature issues names the handler issues.close (crosscheck_test.go:N); add a task for it, or take its registration out
  1 | feature: issues
    |          ^~~~~~`},
		"bad-input 35: drift": {strings.Replace(closeTask, "maximum: 100", "maximum: 1000", 1), register, `
tasks.yaml:12:9: the schema lets numbers through that closeInput.Limit (int8) cannot hold; say minimum: -128 and maximum: 127, or use a wider type`},
		"bad-input 35: a property that the type lacks": {closeTask + "        force: { type: boolean, default: false }\n", register, `
tasks.yaml:14:9`},
		"dryRun that nothing rolls back": {
			strings.Replace(closeTask, "        note: { type: string }\n", "        dryRun: { type: boolean, default: true }\n", 1),
			func(r *runner.Registry[struct{}]) {
				runner.Handle(r, "issues.close", func(context.Context, struct{}, struct {
					Before time.Time `json:"before"`
					Limit  int8      `json:"limit"`
					DryRun bool      `json:"dryRun"`
				}) (struct{}, error) {
					return struct{}{}, nil
				})
			}, `
tasks.yaml:13:9: handler issues.close works outside a transaction and does not say that it honours dryRun`},
		"batches of a one-shot": {strings.Replace(closeTask, "    effect: write\n", "    effect: write\n    batch: { size: 10 }\n", 1), register, `
tasks.yaml:7:5: handler issues.close is a one-shot: batch has no meaning for it`},
		"a broken example": {closeTask + "    examples:\n      - input: { before: yesterday }\n", register, `
tasks.yaml:15:`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, want := check(t, test.tasks, test.register), strings.TrimSpace(test.want)
			if test.want == "" && got != "" || !strings.HasPrefix(got, want) {
				t.Errorf("found\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// A handler that takes the place of another is bad wiring: it panics, naming
// both places.
func TestADuplicateHandlerPanics(t *testing.T) {
	t.Parallel()
	wantPanic(t, "handler issues.close is registered twice: at crosscheck_test.go:", func() {
		r := runner.NewRegistry[struct{}]()
		runner.Handle(r, "issues.close", closeStale)
		runner.Handle(runner.Mount(r, func(struct{}) int { return 1 }), "issues.close", func(context.Context, int, closeInput) (struct{}, error) {
			return struct{}{}, nil
		})
	})
}

func TestAHandlersIDIsAName(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "Issues.close", "issues close"} {
		wantPanic(t, "an id is lower case letters", func() { runner.Handle(runner.NewRegistry[struct{}](), id, closeStale) })
	}
}

// A cursor or an output that a checkpoint would not bring back as it was is
// refused where it is registered.
func TestWhatWouldNotSurviveACheckpointPanics(t *testing.T) {
	t.Parallel()
	wantPanic(t, "handler a.b: cursor type runner_test.hidden would not survive the checkpoint's JSON: field at of runner_test.hidden is not exported", func() {
		registerCursor(func(row) hidden { return hidden{at: 1} })
	})
	wantPanic(t, "is a interface", func() { registerCursor(func(row) any { return 1 }) })
	wantPanic(t, "is left out of JSON", func() {
		registerCursor(func(row) struct {
			A int `json:"-"`
		} {
			return struct {
				A int `json:"-"`
			}{}
		})
	})
	wantPanic(t, "has keys of type float64", func() { registerCursor(func(row) map[float64]int { return nil }) })
	registerCursor(func(row) netip.Addr { return netip.Addr{} })
	registerCursor(func(row) time.Time { return time.Time{} })
	registerCursor(func(row) struct{ A, B int64 } { return struct{ A, B int64 }{} })
}

type hidden struct{ at int64 }

func registerCursor[C any](key func(row) C) {
	runner.HandleBatches(runner.NewRegistry[struct{}](), "a.b",
		func(context.Context, struct{}, struct{}, C, int) ([]row, error) { return nil, nil }, key,
		func(context.Context, struct{}, struct{}, *runner.Batch[row, doubleOutput]) error { return nil })
}

func wantPanic(t *testing.T, want string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
			t.Errorf("panicked with %q, want %q", got, want)
		}
	}()
	fn()
}
