package cli

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// What people see of a run, refused or ended, and its exit code.
func TestRunText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		want ended
	}{
		{"output", []string{"demo.greet", "--input", `{"name":"Ann"}`}, ended{0, "demo.greet  TIME\n  greeting  hello Ann\n  letters   3\n", ""}},
		{"alias", []string{"demo.hello", "--input", `{"name":"Ann"}`}, ended{0, "demo.greet  TIME\n  greeting  hello Ann\n  letters   3\n", ""}},
		{"dry run", []string{"demo.fill"}, ended{0, "demo.fill  dry run: nothing written  TIME\nwould have:\n  filled  11\n1 of 12 items failed and was left out\n", ""}},
		{"preview", []string{"demo.fill", "--input", `{"rows":30652}`},
			ended{0, "demo.fill  dry run: nothing written  TIME\nwould have, in the first 20 of 6,131 batches:\n  filled  86\n" +
				"14 of 100 items failed and were left out\nhint: --preview all does all 30,652\n", ""}},
		{"preview all", []string{"demo.fill", "--preview", "all", "--input", `{"rows":140}`},
			ended{0, "demo.fill  dry run: nothing written  TIME\nwould have:\n  filled  120\n20 of 140 items failed and were left out\n", ""}},
		{"limit", []string{"demo.fill", "--limit", "3", "--input", `{"dryRun":false}`}, ended{0, "demo.fill  stopped by --limit  TIME\n  filled  3\nhint: demo runs resume RUN\n", ""}},
		{"limit of a dry run", []string{"demo.fill", "--limit", "3"},
			ended{0, "demo.fill  dry run: nothing written  TIME\nwould have, in the first 3 items (--limit):\n  filled  3\n", ""}},
		{"bad-input 41", []string{"demo.fill", "--input", `{"dryrun":false}`},
			ended{65, "", "demo: input refused for demo.fill\n  /dryrun  unknown field; did you mean dryRun?\nhint: demo task show demo.fill\n"}},
		{"bad-input 49", []string{"demo.fill", "--input="},
			ended{65, "", "demo: input refused for demo.fill\n  the input  is empty; write {} for an input without members\nhint: demo task show demo.fill\n"}},
		{"data refused", []string{"demo.fill", "--on-error", "stop", "--input", `{"dryRun":false}`},
			ended{65, "", "demo: demo.fill: a seventh\n  done before that and kept: 6 of 12 items\nhint: mend it and start anew, or go on without such items: --on-error skip --max-failures N\nhint: demo runs resume RUN\n"}},
		{"failed", []string{"demo.greet", "--input", `{"name":"fail"}`}, ended{1, "", "demo: demo.greet: nobody \\u202ehome\n"}},
		{"panic", []string{"demo.greet", "--input", `{"name":"panic"}`},
			ended{1, "", "demo: demo.greet: the handler panicked: no such person\nhint: -v shows the stack\n"}},
		{"disk full", []string{"demo.greet", "--input", `{"name":"disk"}`}, ended{74, "", "demo: demo.greet: disk full\nhint: free the disk, then start it again\n"}},
		{"database down", []string{"demo.greet", "--input", `{"name":"down"}`},
			ended{69, "", "demo: demo.greet: unavailable\nhint: see that the database is up, then try again\n"}},
		{"taken over", []string{"demo.greet", "--input", `{"name":"gone"}`},
			ended{75, "", "demo: demo.greet: stale: another holder has taken over\nhint: another run or attempt has taken over; nothing of this batch was written\n"}},
		{"another environment", []string{"demo.greet", "--env", "production"},
			ended{64, "", "demo: no environment production\nhint: name it under environments in embedded beignet.yaml\n"}},
		{"no name", nil, ended{64, "", "demo: which task?\nhint: add its name: demo task run NAME\n"}},
		{"two names", []string{"demo.greet", "demo.fill"}, ended{64, "", "demo: unexpected argument demo.fill\nhint: demo task run --help\n"}},
		{"bad-input 2", []string{"demo.gret"}, ended{64, "", "demo: no task demo.gret; did you mean demo.greet?\nhint: demo task list\n"}},
		{"bad-input 10", []string{"../\x1b[31m\u202e\x00x"}, ended{64, "", "demo: no task ../\\x1b[31m\\u202e\\x00x\nhint: demo task list\n"}},
		{"bad-input 6", []string{"demo.greet", "--input", "@missing.json"},
			ended{66, "", "demo: cannot read the input: missing.json: no such file or directory\nhint: see that the file is there and can be read\n"}},
		{"a file without @", []string{"demo.greet", "--input", "in.json"},
			ended{64, "", "demo: --input in.json is the name of a file, and not JSON\nhint: write --input @in.json\n"}},
		{"bad-input 7", []string{"demo.greet", "--input", "@."},
			ended{66, "", "demo: cannot read the input: .: not a regular file\nhint: see that the file is there and can be read\n"}},
		{"bad-input 5a", []string{"demo.connect", "--input", "-"},
			ended{64, "", "demo: standard input cannot be both the input and the file that it names\nhint: write --input @FILE\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := demo{args: append([]string{"task", "run", "--log-level", "error"}, test.args...), in: `{"tls":{"caFile":"-"}}`, dir: t.TempDir()}
			if err := os.WriteFile(filepath.Join(d.dir, "in.json"), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(test.name, "dry") || strings.HasPrefix(test.name, "preview") {
				d.args = append(d.args, "--on-error", "skip", "--max-failures", "50%")
			}
			if got := d.run(t); got != test.want {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// The objects of --json: every member, and their order.
func TestRunJSON(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		exit int
		want string
	}{
		{"output", []string{"demo.greet", "--input", `{"name":"Ann"}`}, 0,
			`{"schemaVersion":1,"task":"demo.greet","run":"RUN","status":"succeeded","exit":0,"dryRun":false,"durationMs":1,` +
				`"stages":{"manifest":1,"cross-check":1,"schema":1,"input":1,"state":1,"lock":1,"started":1,"open":1,"handler":1,"output":1,"outcome":1},` +
				`"processed":0,"failed":0,"changed":0,"audit":{"head":"HASH","events":2},"output":{"greeting":"hello Ann","letters":3}}`},
		{"preview", []string{"demo.fill", "--on-error", "skip", "--max-failures", "50%", "--log-level", "error", "--input", `{"rows":30652}`}, 0,
			`{"schemaVersion":1,"task":"demo.fill","run":"RUN","status":"succeeded","exit":0,"dryRun":true,"preview":{"batches":20,"complete":false,"total":30652},"durationMs":1,` +
				`"stages":{"manifest":1,"cross-check":1,"schema":1,"input":1,"state":1,"lock":1,"started":1,"open":1,"handler":1,"output":1,"outcome":1},` +
				`"processed":100,"failed":14,"changed":0,"audit":{"head":"HASH","events":2},"output":{"filled":86}}`},
		{"failed", []string{"demo.fill", "--input", `{"dryRun":false}`}, 65,
			`{"schemaVersion":1,"task":"demo.fill","run":"RUN","status":"failed","exit":65,"retryable":false,"resume":"demo runs resume RUN","dryRun":false,"durationMs":1,` +
				`"stages":{"manifest":1,"cross-check":1,"schema":1,"input":1,"state":1,"lock":1,"started":1,"open":1,"handler":1,"outcome":1},` +
				`"processed":6,"failed":0,"changed":0,"audit":{"head":"HASH","events":2},"output":{"filled":6},` +
				`"error":{"code":"data-refused","message":"a seventh","hint":"mend it and start anew, or go on without such items: --on-error skip --max-failures N"}}`},
		{"down", []string{"demo.greet", "--input", `{"name":"down"}`}, 69,
			`{"schemaVersion":1,"task":"demo.greet","run":"RUN","status":"failed","exit":69,"retryable":true,"dryRun":false,"durationMs":1,` +
				`"stages":{"manifest":1,"cross-check":1,"schema":1,"input":1,"state":1,"lock":1,"started":1,"open":1,"handler":1,"outcome":1},` +
				`"processed":0,"failed":0,"changed":0,"audit":{"head":"HASH","events":2},"error":{"code":"database-unavailable","message":"unavailable","hint":"see that the database is up, then try again"}}`},
		{"refused", []string{"demo.fill", "--input", `{"dryrun":false}`}, 65,
			`{"schemaVersion":1,"task":"demo.fill","status":"refused","exit":65,"retryable":false,"error":{"code":"input-invalid","message":"input refused for demo.fill","hint":"demo task show demo.fill",` +
				`"violations":[{"pointer":"/dryrun","keyword":"additionalProperties","message":"unknown field","suggestion":"dryRun"}]}}`},
		{"unknown task", []string{"nope\u202e"}, 64,
			`{"schemaVersion":1,"task":"nope\u202e","status":"refused","exit":64,"retryable":false,"error":{"code":"unknown-task","message":"no task nope\u202e","hint":"demo task list"}}`},
		{"usage", []string{"demo.fill", "--lmit", "1"}, 64,
			`{"schemaVersion":1,"status":"refused","exit":64,"retryable":false,"error":{"code":"usage","message":"unknown flag --lmit; did you mean --limit?","hint":"demo task run demo.fill --help"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := demo{args: append(append([]string{"task", "run"}, test.args...), "--json")}.run(t)
			if want := (ended{test.exit, test.want + "\n", ""}); got != want {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

// An export to - owns standard output; the result then goes to standard error.
func TestExportOwnsStdout(t *testing.T) {
	t.Parallel()
	got := demo{args: []string{"task", "run", "demo.greet", "--log-level", "error", "--input", `{"name":"export"}`}}.run(t)
	if want := (ended{0, "a,b\n", "demo.greet  TIME\n  greeting  exported\n  letters   4\n"}); got != want {
		t.Errorf("got %+v", got)
	}
}

// bad-input 8: over 10 MiB is refused, wherever it comes from.
func TestInputTooLarge(t *testing.T) {
	t.Parallel()
	got := demo{args: []string{"task", "run", "demo.greet", "--input", "-"}, in: strings.Repeat(" ", runner.MaxInput) + "{}"}.run(t)
	want := ended{65, "", "demo: input refused for demo.greet\n  the input  is over 10 MiB\nhint: demo task show demo.greet\n"}
	if got != want {
		t.Errorf("got %+v", got)
	}
}

// The actor is the one of the flag, of CI or of the system, in that order, and
// reaches log and record with the client, the tenant and the reason.
func TestActor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		env  map[string]string
		args []string
		want string
	}{
		{nil, nil, "ann"},
		{map[string]string{"GITHUB_ACTOR": "octocat"}, nil, "octocat"},
		{map[string]string{"GITHUB_ACTOR": "octocat"}, []string{"--actor", "bob"}, "bob"},
		{map[string]string{"DEMO_ACTOR": "carol", "GITHUB_ACTOR": "octocat"}, nil, "carol"},
	} {
		state := memory.NewState()
		args := append([]string{"task", "run", "demo.greet", "--tenant", "acme", "--reason", "ticket 7", "--input", `{"name":"Ann"}`}, test.args...)
		if got := (demo{args: args, env: test.env, state: state}).run(t); got.exit != 0 {
			t.Fatalf("%+v", got)
		}
		runs, err := state.List(t.Context(), ports.RunFilter{})
		if err != nil || len(runs) != 1 {
			t.Fatalf("%v, %v", runs, err)
		}
		r := runs[0]
		if r.Actor != test.want || r.Client != "demo-cli" || r.Tenant != "acme" || r.Reason != "ticket 7" || r.Version != "1.2.3" {
			t.Errorf("recorded %s %s %s %s %s, want the actor %s", r.Actor, r.Client, r.Tenant, r.Reason, r.Version, test.want)
		}
	}
}

func TestActorIsNeverEmpty(t *testing.T) {
	t.Parallel()
	if got := actor(func(string) string { return " " }); strings.TrimSpace(got) == "" {
		t.Errorf("actor %q", got)
	}
}

// A bug of the program itself keeps to the contract, in both forms.
func TestInternalError(t *testing.T) {
	t.Parallel()
	broken := Program[int]{Name: "demo", Register: func(*runner.Registry[int]) { panic("registered twice") }}
	for _, args := range [][]string{{"task", "list"}, {"task", "list", "--json"}} {
		var out, errs strings.Builder
		exit := broken.Main(context.Background(), args, IO{Out: &out, Err: &errs, Dir: t.TempDir()})
		if exit != 70 || !strings.Contains(out.String()+errs.String(), "internal error: ") {
			t.Errorf("%q: %d %s %s", args, exit, out.String(), errs.String())
		}
	}
}

// bad-input 14, 15: what becomes of standard output changes no run's exit code.
func TestStdoutFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		out  error
		exit int
		err  string
	}{
		{"run into a closed pipe", []string{"task", "run", "demo.fill", "--limit", "1", "--log-level", "warn"}, syscall.EPIPE, 0, ""},
		{"run into a full disk", []string{"task", "run", "demo.fill", "--limit", "1", "--log-level", "warn"}, syscall.ENOSPC, 0, "warning: the result was not written: no space left on device\n"},
		{"list into a closed pipe", []string{"task", "list"}, syscall.EPIPE, 0, ""},
		{"list into a full disk", []string{"task", "list"}, syscall.ENOSPC, 74, "warning: the result was not written: no space left on device\n"},
	} {
		var errs strings.Builder
		d := demo{args: test.args, out: failing{test.out}, errs: &errs}
		if got := d.run(t); got.exit != test.exit || errs.String() != test.err {
			t.Errorf("%s: %d %s", test.name, got.exit, errs.String())
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// The zero IO gives nothing and breaks nothing.
func TestZeroIO(t *testing.T) {
	t.Parallel()
	if exit := (Program[int]{Name: "demo"}).Main(t.Context(), []string{"version"}, IO{}); exit != 0 {
		t.Errorf("exit %d", exit)
	}
}

// Every code of the runner has its number, and no other than those of the table.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[runner.Code]int{
		runner.CodeUsage: 64, runner.CodeUnknownTask: 64, runner.CodeInput: 65, runner.CodeData: 65, runner.CodeNotResumable: 65,
		runner.CodeFile: 66, runner.CodeUnavailable: 69, runner.CodeInternal: 70, runner.CodeIO: 74, runner.CodeLocked: 75,
		runner.CodeGate: 77, runner.CodeConfig: 78, runner.CodeTimeout: 124, runner.CodeTask: 1, runner.CodePanic: 1,
		runner.CodeFailures: 1, runner.CodeOutput: 1, "another": 70, runner.CodeUnknownRun: 64,
		runner.CodeStopped: 130, runner.CodeTerminated: 143, runner.CodeCancelled: 4, runner.CodeThrottled: 75, runner.CodeAudit: 5,
	} {
		if got := exitCode(code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
	if got := asKnown(errors.New("x")); got.Code != runner.CodeInternal {
		t.Errorf("an unknown error is %s", got.Code)
	}
}

// A run whose outcome is not on record is running there, with nobody at it.
func TestOutcomeNotRecorded(t *testing.T) {
	t.Parallel()
	got := demo{args: []string{"task", "run", "demo.fill", "--json", "--input", `{"rows":6,"dryRun":false}`}, state: forgetful{memory.NewState()}}.run(t)
	if got.exit != 74 || !strings.Contains(got.out, `"status":"interrupted","exit":74,"retryable":false`) {
		t.Errorf("%+v", got)
	}
}

// forgetful is a state whose disk is full once a run has started.
type forgetful struct{ ports.State }

func (forgetful) Update(context.Context, ports.Run, ports.Mark, ...ports.Event) error {
	return ports.ErrFull
}

// Log lines are text or JSON, say whose run they are of, and hold nothing that a
// terminal obeys (bad-input 80).
func TestLog(t *testing.T) {
	t.Parallel()
	input := "{\"name\":\"log a\u009b\u202eb\"}"
	got := demo{args: []string{"task", "run", "demo.greet", "--input", input, "--tenant", "acme"}}.run(t)
	if want := `time=NOW level=INFO msg="greeting \u009b\u202e" run=RUN task=demo.greet env=local actor=ann tenant=acme` + "\naudit head HASH\n"; got.err != want {
		t.Errorf("text: %s", got.err)
	}
	got = demo{args: []string{"task", "run", "demo.greet", "--input", input, "--log-format", "json"}}.run(t)
	if want := `{"time":"NOW","level":"INFO","msg":"greeting \u009b\u202e","run":"RUN","task":"demo.greet","env":"local","actor":"ann","tenant":""}` + "\n" + `{"time":"NOW","level":"INFO","msg":"audit","run":"RUN","task":"demo.greet","env":"local","head":"HASH","events":2}` + "\n"; got.err != want {
		t.Errorf("json: %s", got.err)
	}
	for line := range strings.Lines(got.err) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
	got = demo{args: []string{"task", "run", "demo.greet", "--input", input, "--log-level", "warn"}}.run(t)
	if got.err != "" {
		t.Errorf("below the level: %s", got.err)
	}
}

// -v shows the stack of a handler's panic, beside the result.
func TestVerboseStack(t *testing.T) {
	t.Parallel()
	got := demo{args: []string{"task", "run", "demo.greet", "-v", "--json", "--input", `{"name":"panic"}`}}.run(t)
	if !json.Valid([]byte(got.out)) || !strings.Contains(got.err, "demo_test.go:") {
		t.Errorf("%+v", got)
	}
}

// A list, whole.
func TestList(t *testing.T) {
	t.Parallel()
	want := "demo\n  demo.greet    read   Greet a person.\n  demo.connect  read   Connect to a host.\n  demo.fill     write  Fill rows.\n"
	if got := (demo{args: []string{"task", "list"}}).run(t); got != (ended{0, want, ""}) {
		t.Errorf("got %+v\nwant %s", got, want)
	}
	want = `{"schemaVersion":1,"module":"embedded beignet.yaml","tasks":[{"name":"demo.greet","description":"Greet a person.","feature":"demo","handler":"demo.greet","effect":"read","aliases":["demo.hello"],"deprecated":"",` +
		`"input":{"type":"object","required":["name"],"properties":{"name":{"type":"string","maxLength":64,"description":"Whom to greet."}},"unevaluatedProperties":false}},`
	if got := (demo{args: []string{"task", "list", "--json"}}).run(t); got.exit != 0 || !strings.HasPrefix(got.out, want) {
		t.Errorf("got %+v\nwant %s", got, want)
	}
}
