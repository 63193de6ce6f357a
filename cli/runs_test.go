package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
)

// runID is a UUIDv7 of some moment.
func runID(n int) string { return fmt.Sprintf("0192f5c3-7a1%d-7000-8000-00000000000%[1]d", n) }

// runRecord is a run that began some minutes ago, and ended, if it has, after a minute and
// a half.
func runRecord(n int, task string, status ports.Status, minutes int) ports.Run {
	total := int64(2503)
	run := ports.Run{
		ID: runID(n), Task: task, Environment: "local", Actor: "ann", Client: "demo-cli", Version: "1.2.3",
		Delivery: ports.ExactlyOnce, Input: json.RawMessage(`{"rows":2503}`), Limits: ports.Limits{BatchSize: 500},
		Status: status, Attempt: 1, Started: time.Now().Add(-time.Duration(minutes)*time.Minute - time.Second),
		Progress: ports.Progress{Batches: 2, Processed: 1000, Total: &total},
	}
	if status != ports.Running {
		ended := run.Started.Add(90 * time.Second)
		run.Ended = &ended
	}
	return run
}

// onRecord is a state with runs, of which some are at work They were put on record
// as they started.
func onRecord(t *testing.T, runs []ports.Run, atWork ...string) ports.State {
	t.Helper()
	state := memory.NewState()
	byStart := func(a, b ports.Run) int { return a.Started.Compare(b.Started) }
	for _, run := range slices.SortedStableFunc(slices.Values(runs), byStart) {
		if err := state.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range atWork {
		held, err := state.Lock(t.Context(), ports.Holder{Run: id, Task: "demo.fill", Actor: "a\u202enn", Since: time.Now()}, []string{"run:" + id})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = held.Release() })
	}
	return state
}

func history5(t *testing.T) ports.State {
	t.Helper()
	failed := runRecord(3, "demo.fill", ports.Failed, 60)
	failed.Progress.Failed, failed.Delivery = 3, ports.AtLeastOnce // which leaves nothing in a database
	failed.Failure = &ports.Failure{Code: "data-refused", Message: "row 7 \u202e is bad", Hint: "mend it"}
	dry := runRecord(4, "demo.fill", ports.Succeeded, 5000)
	dry.DryRun, dry.Progress = true, ports.Progress{}
	return onRecord(t, []ports.Run{
		runRecord(1, "demo.fill", ports.Running, 2), runRecord(2, "demo.fill", ports.Running, 30), failed, dry,
	}, runID(1))
}

// What people see of the runs on record, and the exit codes.
func TestRunsText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args string
		want ended
	}{
		{"list", "runs list", ended{0, "" +
			"run   task       status               started  took   items                    actor\n" +
			"RUN  demo.fill  running              AGO   2m1s   1,000 of 2,503           ann\n" +
			"RUN  demo.fill  interrupted          AGO         1,000 of 2,503           ann\n" +
			"RUN  demo.fill  failed               AGO   1m30s  1,000 of 2,503, 3 failed  ann\n" +
			"RUN  demo.fill  succeeded (dry run)  AGO  1m30s                           ann\n", ""}},
		{"wait for the dead", "runs wait " + runID(2), ended{1, "",
			"demo: demo.fill: the run was interrupted: its process has died\n  done before that and kept: 1,000 of 2,503 items\nhint: demo runs resume RUN\n"}},
		{"wait for the failed", "runs wait " + runID(3), ended{65, "",
			"demo: demo.fill: row 7 \\u202e is bad\n  done before that and kept: 997 of 2,503 items\nhint: mend it\nhint: demo runs resume RUN\n"}},
		{"wait no longer", "runs wait " + runID(1) + " --timeout 1ms", ended{124, "",
			"demo: demo.fill: the run goes on, and the time to wait for it is over\n  done before that and kept: 1,000 of 2,503 items\nhint: demo runs wait RUN\n"}},
		{"cancel at work", "runs cancel " + runID(1), ended{0, "asked run RUN to stop after its batch; demo runs wait RUN\n", ""}},
		{"cancel the dead", "runs cancel " + runID(2), ended{0, "cancelled run RUN, which was interrupted\nhint: demo runs resume RUN\n", ""}},
		{"bad-input 13", "runs cancel " + runID(4), ended{0, "run RUN has ended already: succeeded\n", ""}},
		{"prune nothing", "runs prune --older-than 90d", ended{0, "removed 0 runs\n", ""}},
		{"would prune", "runs prune --older-than 1m --dry-run", ended{0, "would remove 2 runs\nkept 2 runs: not ended\n", ""}},
		{"locks", "locks", ended{0, "lock                                      run                                   task       actor      process", ""}},
		{"unknown", "runs show 77", ended{64, "", "demo: no run 77\nhint: demo runs list\n"}},
		{"ambiguous", "runs show 0192f5c3-7a1", ended{64, "", "demo: 0192f5c3-7a1 begins the IDs of several runs: RUN of demo.fill, RUN of demo.fill, RUN of demo.fill, RUN of demo.fill\nhint: write more of it\n"}},
		{"another environment", "runs list --env production", ended{64, "", "demo: no environment production\nhint: name it under environments in embedded beignet.yaml\n"}},
		{"no name", "runs resume", ended{64, "", "demo: which run?\nhint: add its ID, the beginning of one, or last: demo runs resume ID\n"}},
		{"how old", "runs prune --older-than 0d", ended{64, "", "demo: --older-than: \"0d\" is not an age such as 12h, 90d or 2w\nhint: demo help\n"}},
	} {
		got := demo{args: strings.Fields(test.args), state: history5(t)}.run(t)
		if test.name == "list" {
			got.out, test.want.out = squeeze(got.out), squeeze(test.want.out)
		}
		if test.name == "locks" && got.exit == 0 && strings.HasPrefix(got.out, test.want.out) && strings.Contains(got.out, `a\u202enn`) {
			continue
		}
		if got != test.want {
			t.Errorf("%s: got %+v\nwant %+v", test.name, got, test.want)
		}
	}
}

// squeeze makes one of the spaces that line columns up whose widths differ from
// run to run.
func squeeze(text string) string {
	for strings.Contains(text, "   ") {
		text = strings.ReplaceAll(text, "   ", "  ")
	}
	return text
}

// The rows of a list are the contract with programs.
func TestRunsListJSON(t *testing.T) {
	t.Parallel()
	got := demo{args: []string{"runs", "list", "--json", "--status", "interrupted"}, state: history5(t)}.run(t)
	want := `{"schemaVersion":1,"runs":[{"id":"RUN","task":"demo.fill","status":"interrupted","environment":"local","actor":"ann","dryRun":false,"started":"NOW","ended":null,"attempt":1,"processed":1000,"failed":0,"total":2503,"resumable":true}]}` + "\n"
	if got != (ended{0, want, ""}) {
		t.Errorf("got %+v\nwant %s", got, want)
	}
}

// A run that is waited for in vain is running, whatever its exit code is here.
func TestRunsWaitJSON(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		runID(1): `"run":"RUN","status":"running","exit":124,"retryable":false,"dryRun"`,
		runID(2): `"run":"RUN","status":"interrupted","exit":1,"retryable":false,"resume":"demo runs resume RUN","dryRun"`,
		runID(3): `"run":"RUN","status":"failed","exit":65,"retryable":false,"resume":"demo runs resume RUN","dryRun"`,
		runID(4): `"run":"RUN","status":"succeeded","exit":0,"dryRun":true`,
	} {
		got := demo{args: []string{"runs", "wait", id, "--timeout", "1ms", "--json"}, state: history5(t)}.run(t)
		if !strings.Contains(got.out, want) {
			t.Errorf("%+v, want %s", got, want)
		}
	}
}

// People are shown the latest runs and told of the others; programs are given all.
func TestListsEnd(t *testing.T) {
	t.Parallel()
	var runs []ports.Run
	for i := range 60 {
		run := runRecord(1, "demo.fill", ports.Succeeded, i)
		run.ID = fmt.Sprintf("run-%02d", i)
		runs = append(runs, run)
	}
	state := onRecord(t, runs)
	for _, test := range []struct {
		args  string
		lines int
		last  string
	}{
		{"runs list", 52, "hint: --limit N shows more than the latest 50"},
		{"runs list --limit 55", 56, "run-54  "},
		{"runs list --limit 60", 61, "run-59  "},
		{"runs list --since 29m", 30, "run-28  "},
	} {
		out := strings.Split(strings.TrimSuffix(demo{args: strings.Fields(test.args), state: state}.run(t).out, "\n"), "\n")
		if len(out) != test.lines || !strings.HasPrefix(out[len(out)-1], test.last) {
			t.Errorf("%s: %d lines, the last is %q", test.args, len(out), out[len(out)-1])
		}
	}
	var all runsListResult
	if err := json.Unmarshal([]byte(demo{args: []string{"runs", "list", "--json"}, state: state}.run(t).out), &all); err != nil || len(all.Runs) != 60 {
		t.Errorf("%d runs, %v", len(all.Runs), err)
	}
}

func TestRunsShow(t *testing.T) {
	t.Parallel()
	run := runRecord(1, "demo.fill", ports.Failed, 60)
	run.Reason, run.Tenant, run.Database, run.Attempt = "ticket \x1b7", "acme", "data.db", 2
	run.Parent, run.Root, run.Supersedes = runID(2), runID(3), runID(4)
	run.Inputs = []ports.InputFile{{Name: "a.csv", Size: 1204, SHA256: strings.Repeat("ab", 32)}}
	run.Stages = []ports.Stage{{Name: "open", Duration: 3141 * time.Microsecond}, {Name: "handler", Duration: 90 * time.Second}}
	run.Output = json.RawMessage(`{"filled":1000}`)
	run.Failure = &ports.Failure{Code: "task-failed", Message: "nobody\nhome", Hint: "call again"}
	run.Log = []string{"level=INFO msg=one", "level=WARN msg=\u202etwo"}
	run.Limits = ports.Limits{BatchSize: 500, Skip: true, MaxShare: 0.05, Timeout: 30 * time.Minute}
	state := onRecord(t, []ports.Run{run})
	got := demo{args: []string{"runs", "show", "last"}, state: state}.run(t)
	want := `RUN  demo.fill  failed
  started      NOW, AGO
  ended        NOW, AGO, after 1m30s
  attempt      2
  actor        ann
  client       demo-cli 1.2.3
  reason       ticket \x1b7
  environment  local
  tenant       acme
  database     data.db
  delivery     exactly-once
  retries      RUN
  instead of   RUN
  limits       500 items a batch, 5% may fail, 30m at most
  root         RUN
  file         a.csv, 1,204 bytes, sha256 abababababab
input
  rows  2,503
progress
  items    1,000 of 2,503
  batches  2
stages
  open 3.1ms, handler 1m30s
output
  filled  1,000
error
  task-failed  nobody\nhome
  hint         call again
log
  level=INFO msg=one
  level=WARN msg=\u202etwo
hint: demo runs resume RUN
`
	if got != (ended{0, want, ""}) {
		t.Errorf("got %s\nwant %s", got.out+got.err, want)
	}
	got = demo{args: []string{"runs", "show", run.ID[:13], "--json"}, state: state}.run(t)
	for _, member := range []string{
		`"resumable":true,"batches":2,"changed":0,"client":"demo-cli","tenant":"acme"`, `"files":[{"name":"a.csv","size":1204,"sha256":"HASH"}]`,
		`"limits":{"batchSize":500,"skip":true,"maxShare":0.05,"timeoutMs":1800000}`, `"log":["level=INFO msg=one",`,
		`"error":{"code":"task-failed","message":"nobody\nhome","hint":"call again"}`, `"resume":"demo runs resume RUN"`,
	} {
		if !strings.Contains(got.out, member) {
			t.Errorf("no %s in %s", member, got.out)
		}
	}
}

// A run goes on where it stopped, for the tenant that it was for, and each of its
// ends says how.
func TestResume(t *testing.T) {
	t.Parallel()
	files := map[string]string{"demo.yaml": strings.Replace(demoFiles["demo.yaml"], "    timeout: 30m\n", "    tenant: required\n", 1)}
	d := demo{files: files, state: memory.NewState(), db: demoRows(), env: map[string]string{"XDG_STATE_HOME": t.TempDir()}}
	d.args = []string{"task", "run", "demo.fill", "--tenant", "acme", "--limit", "10", "--log-level", "error", "--on-error", "skip", "--max-failures", "9", "--input", `{"rows":12,"dryRun":false}`}
	if got, want := d.run(t), (ended{0, "demo.fill  stopped by --limit  TIME\n  filled  9\n1 of 10 items failed and was left out\nhint: demo runs resume RUN\n", ""}); got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	d.args = []string{"runs", "resume", "last", "--limit", "1", "--json"}
	if got := d.run(t); got.exit != 0 || !strings.Contains(got.out, `"status":"stopped","exit":0,"resume":"demo runs resume RUN",`) || !strings.Contains(got.out, `"processed":11`) {
		t.Errorf("%+v", got)
	}
	d.args = []string{"runs", "resume", "last"}
	if got, want := d.run(t), (ended{0, "demo.fill  TIME\n  filled  11\n1 of 12 items failed and was left out\n", "audit head HASH\n"}); got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := d.run(t); got.exit != 65 || !strings.Contains(got.err, "has succeeded") {
		t.Errorf("%+v", got)
	}
}

// A secret is not given again where others can read it.
func TestResumeShowsNoSecret(t *testing.T) {
	t.Parallel()
	run := runRecord(1, "demo.connect", ports.Failed, 1)
	run.Limits = ports.Limits{} // of a one-shot
	state := onRecord(t, []ports.Run{run})
	got := demo{args: []string{"runs", "resume", "last", "--input", `{"host":"db1","password":"s3cret"}`}, state: state}.run(t)
	want := "demo: --input, at /password: a secret is not given on the command line, where others can see it\nhint: put it into a file and write --input @FILE\n"
	if got != (ended{64, "", want}) {
		t.Errorf("got %+v\nwant %s", got, want)
	}
	in := `{"host":"db1","password":"s3cret"}`
	got = demo{args: []string{"runs", "resume", "last", "--input", "-"}, in: in, state: state}.run(t)
	if got.exit != 65 || !strings.Contains(got.err, "is a one-shot") {
		t.Errorf("from a pipe: %+v", got)
	}
}

// What is shown of an ID tells it from the others.
func TestShortest(t *testing.T) {
	t.Parallel()
	ids := []string{"0192f5c3-7a1b-7000-8000-000000000001", "0192f5c3-7a1b-7000-9000-000000000001", "0192f5c4-0000-7000-8000-000000000001", "short"}
	want := []string{"0192f5c3-7a1b-7000-8", "0192f5c3-7a1b-7000-9", "0192f5c4-0000", "short"}
	if got := shortest(ids); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAges(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "2w": 14 * day, "36h": 36 * time.Hour, "1h30m": 90 * time.Minute, "0d": 0, "-1d": 0, "1.5d": 0, "999999d": 0, "d": 0, "": 0, "1": 0, "1dd": 0, "9999999h": 0,
	} {
		if got, ok := parseAge(text); ok != (want > 0) || ok && got != want {
			t.Errorf("%q is %s, %t", text, got, ok)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "just now", -time.Hour: "just now", 59 * time.Second: "59s ago", 90 * time.Second: "1m ago", 47 * time.Hour: "47h ago", 90 * day: "90d ago",
	} {
		if got := ago(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}

// Completion names the runs that a command is for, and makes no state.
func TestCompleteRuns(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ line, want string }{
		{"runs|show|", "RUN\tdemo.fill, running, AGO\nRUN\tdemo.fill, interrupted, AGO\nRUN\tdemo.fill, failed, AGO\nRUN\tdemo.fill, succeeded, AGO\n"},
		{"runs|resume|", "RUN\tdemo.fill, interrupted, AGO\nRUN\tdemo.fill, failed, AGO\n"},
		{"runs|cancel|", "RUN\tdemo.fill, running, AGO\nRUN\tdemo.fill, interrupted, AGO\n"},
		{"runs|wait|0192", "RUN\tdemo.fill, running, AGO\n"},
		{"runs|wait|0193", ""},
		{"runs|list|--status|s", "succeeded\nstopped\n"},
	} {
		got := demo{args: append([]string{"__complete"}, strings.Split(test.line, "|")...), state: history5(t)}.run(t)
		if got != (ended{0, test.want, ""}) {
			t.Errorf("%s: %+v, want %q", test.line, got, test.want)
		}
	}
	if got := (demo{args: []string{"__complete", "runs", "show", ""}, state: away{memory.NewState()}}).run(t); got != (ended{}) {
		t.Errorf("a broken state: %+v", got)
	}
}

// away is a state that does not answer.
type away struct{ ports.State }

func (away) List(context.Context, ports.RunFilter) ([]ports.Run, error) { return nil, ports.ErrCorrupt }
