package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/cli"
)

// aviary is a folder in which the program of tasks that tell their secret runs. What it
// has said and written there is looked through at the end.
type aviary struct {
	t    *testing.T
	dir  string
	said strings.Builder // all output
}

func newAviary(t *testing.T) *aviary {
	t.Helper()
	a := &aviary{t: t, dir: t.TempDir()}
	if err := os.WriteFile(a.path("token"), []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *aviary) path(name string) string { return filepath.Join(a.dir, name) }

// variables are those that the program is given.
func (a *aviary) variables() map[string]string {
	return map[string]string{
		"CANARY_STATE": a.path("state"), "CANARY_DATABASE": a.path("data.db"), "USER": "ann", "NO_COLOR": "1", "CI": "true",
	}
}

// call runs the program within this process.
func (a *aviary) call(stdin string, env map[string]string, args ...string) (exit int, out, errs string) {
	a.t.Helper()
	variables := a.variables()
	for name, value := range env {
		variables[name] = value
	}
	var stdout, stderr bytes.Buffer
	exit = canaryProgram().Main(a.t.Context(), args, cli.IO{
		In: strings.NewReader(stdin), Out: &stdout, Err: &stderr, Dir: a.dir,
		Getenv: func(name string) string { return variables[name] },
	})
	a.said.WriteString(strings.Join(args, " ") + "\n" + stdout.String() + stderr.String() + "\n")
	return exit, stdout.String(), stderr.String()
}

// inspect asks for all that there is on record.
func (a *aviary) inspect() {
	a.t.Helper()
	var listed struct{ Runs []struct{ ID string } }
	if _, out, _ := a.call("", nil, "runs", "list", "--json"); json.Unmarshal([]byte(out), &listed) != nil {
		a.t.Errorf("runs list: %s", out)
	}
	for i, run := range listed.Runs {
		for _, args := range [][]string{{"--json"}, {}, {"--failed", "--json"}, {"--failed", "--output", "failed" + strconv.Itoa(i) + ".jsonl"}} {
			a.call("", nil, append([]string{"runs", "show", run.ID}, args...)...)
		}
	}
	for _, command := range []string{"runs list", "audit list --json", "audit export", "audit verify --journals", "locks"} {
		a.call("", nil, strings.Fields(command)...)
	}
}

// quiet fails where the secret stands in what the program has said, or in a file that it
// has made. What it should have said shows that it came to what is tested.
func (a *aviary) quiet(want string) {
	a.t.Helper()
	a.inspect()
	said := a.said.String()
	if at := tells(said); at >= 0 {
		a.t.Errorf("the secret is told: …%q…", said[max(0, at-300):min(len(said), at+100)])
	}
	if !strings.Contains(said, want) {
		a.t.Errorf("%q is not in\n%.3000s", want, said)
	}
	a.noFile()
}

// tells is where a text has the secret, as it is or in base64, as JSON has bytes; below 0:
// nowhere.
func tells(text string) int {
	for _, form := range []string{needle, base64.StdEncoding.EncodeToString([]byte(needle)), // at the first byte of three,
		base64.StdEncoding.EncodeToString([]byte("x" + needle))[2:9], base64.StdEncoding.EncodeToString([]byte("xx" + needle))[3:10]} { // second and third
		if at := strings.Index(text, form); at >= 0 {
			return at
		}
	}
	return -1
}

// noFile fails where a file of the folder holds the secret.
func (a *aviary) noFile() {
	a.t.Helper()
	looked := 0
	err := filepath.WalkDir(a.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == a.path("token") {
			return err
		}
		text, err := os.ReadFile(name)
		if at := tells(string(text)); at >= 0 {
			a.t.Errorf("the secret is in %s: …%q…", name, text[max(0, at-200):min(len(text), at+100)])
		}
		if strings.Contains(name, needle) {
			a.t.Errorf("the secret is in the name %s", name)
		}
		looked++
		return err
	})
	if err != nil || looked == 0 {
		a.t.Errorf("%d files, %v", looked, err)
	}
}

var forms = [][]string{{"--json"}, {"-v"}, {"--log-format", "json", "--log-level", "debug"}}

// A secret that a handler tells, in whatever way, reaches no output and no file of
// beignet's: it ends where it leaves the run.
func TestSecretsReachNothing(t *testing.T) {
	t.Parallel()
	skip := []string{"--on-error", "skip", "--max-failures", "9"}
	for _, test := range []struct {
		name, tasks, mode string
		args              []string
		exit              int
		want              string
	}{
		{"nothing is told", "once tx batches sent", "nothing", nil, 0, `"letters":` + strconv.Itoa(len(canary))},
		{"log lines of every level", "once tx batches sent", "log", nil, 0, `level=DEBUG msg="bad ***"`},
		{"its own audit events", "once tx batches sent", "audit", nil, 0, `"bad ***"`},
		{"the output of a one-shot", "once", "output", nil, 0, `"said":"bad ***"`},
		{"a name in it", "once", "name in output", nil, 0, `"names":{"***":1}`},
		{"an output that is kept", "tx batches sent", "output", nil, 1, "output holds a secret of its input, at /said"},
		{"a name in one", "tx batches sent", "name in output", nil, 1, "output holds a secret of its input, at /names/***"},
		{"an output of a dry run", "tx batches sent", "output", []string{"--dry-run"}, 1, "output holds a secret"},
		{"a dry run's samples", "tx batches sent", "changes", []string{"--dry-run"}, 0, `"bad ***"`},
		{"a dry run's diff", "tx batches sent", "changes", []string{"--dry-run", "--diff"}, 0, `bad ***`},
		{"changes", "tx batches sent", "changes", nil, 0, `"changed":`},
		{"a dry run's files", "once tx batches sent", "create", []string{"--dry-run"}, 0, "bad ***.csv"},
		{"a file that is read", "once tx batches sent", "open", nil, 1, "the name of a file that is read holds a secret of the input: ***.csv"},
		{"an error", "once tx batches sent", "error", nil, 1, `bad \"***\" of {\"mode\"`},
		{"errors that are skipped", "batches sent", "error", skip, 0, `"bad \"***\" of {`},
		{"a refused input", "once tx batches sent", "violation", nil, 65, "bad ***"},
		{"refused data", "once tx batches sent", "data", nil, 65, "not ***"},
		{"an error with a code", "once tx batches sent", "coded", nil, 78, "not ***"},
		{"a failing disk", "once tx batches sent", "disk", nil, 74, "bad ***: "},
		{"a busy database", "batches sent", "busy", []string{"--timeout", "300ms"}, 124, `error="bad ***: `},
		{"a panic", "once tx batches sent", "panic", nil, 1, "the handler panicked: bad ***"},
		{"a panic with a value", "once tx batches sent", "panic with a value", nil, 1, "the handler panicked: {panic with a value ann"},
		{"a page", "batches sent", "page", nil, 1, "cannot read ***"},
		{"a rejection", "batches sent", "reject", nil, 65, "refused ***"},
		{"rejections that are skipped", "batches sent", "reject", skip, 0, `"item":{"place":"place 0","text":"text ***"}`},
		{"their originals", "batches sent", "reject", skip, 0, "of no failed item of run"},
		{"a cursor", "batches sent", "cursor", nil, 1, "the cursor of an item holds a secret"},
		{"a cursor of one that is skipped", "batches sent", "reject by cursor", skip, 1, "the cursor of an item holds a secret"},
		{"a timeout", "once tx batches sent", "hang", []string{"--timeout", "50ms"}, 124, "did not end within"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAviary(t)
			for _, task := range strings.Fields(test.tasks) {
				for _, form := range forms {
					args := slices.Concat([]string{"task", "run", "canary." + task, "--token-file", "token", "--mode", test.mode}, test.args, form)
					if slices.Contains(args, "--diff") && slices.Contains(form, "--json") {
						continue
					}
					if exit, out, errs := a.call("", nil, args...); exit != test.exit {
						t.Errorf("%s: exit code %d, want %d\n%s%s", args, exit, test.exit, out, errs)
					}
				}
			}
			a.quiet(test.want)
		})
	}
}

// A secret that is refused, or stands beside what is refused, is not repeated; nor is
// one that was given where others can see it.
func TestSecretsAreNotRepeated(t *testing.T) {
	t.Parallel()
	quoted, err := json.Marshal(canary)
	if err != nil {
		t.Fatal(err)
	}
	token := string(quoted)
	long := strings.Repeat(needle, 20)
	for _, test := range []struct {
		name  string
		args  string
		env   map[string]string
		stdin string
		exit  int
		want  string
	}{
		{"by standard input", "--input -", nil, `{"token":` + token + `}`, 0, `"letters":`},
		{"by a variable", "", map[string]string{"CANARY_INPUT_TOKEN": canary}, "", 0, `"letters":`},
		{"by a file that a variable names", "", map[string]string{"CANARY_INPUT_TOKEN_FILE": "token"}, "", 0, `"letters":`},
		{"another field of the same value", "--input -", nil, `{"user":` + token + `,"token":` + token + `}`, 0, `"user":"***"`},
		{"too long", "--input -", nil, `{"token":"` + long + `"}`, 65, "/token"},
		{"too long, by a variable", "", map[string]string{"CANARY_INPUT_TOKEN": long}, "", 65, "/token"},
		{"not of the pattern", "--input -", nil, `{"token":"x` + needle + `"}`, 65, "/token"},
		{"what it must not be", "--input -", nil, `{"token":"` + needle + `-no"}`, 65, "/token"},
		{"of another type", "--input -", nil, `{"token":["` + needle + `"]}`, 65, "/token"},
		{"beside what is refused", "--input -", nil, `{"token":` + token + `,"user":1}`, 65, "/user"},
		{"in a refused field too", "--input -", nil, `{"token":"` + needle + `","user":"` + strings.Repeat(needle, 30) + `"}`, 65, "/user"},
		{"under a misspelt name", "--input -", nil, `{"tokne":` + token + `}`, 65, "did you mean token"},
		{"twice", "--input -", nil, `{"token":` + token + `,"token":` + token + `}`, 65, "is given twice"},
		{"in what is cut off", "--input -", nil, `{"token":` + token, 65, "is not JSON"},
		{"in what is no object", "--input -", nil, token, 65, ""},
		{"before more text", "--input -", nil, `{"token":` + token + `}` + token, 65, "more text"},
		{"in place of its file's name", "--token-file " + needle + "-here", nil, "", 66, "--token-file: cannot read"},
		{"bad-input 9, as a flag", "--token " + needle, nil, "", 64, "a secret is not given on the command line"},
		{"bad-input 9, joined", "--token=" + needle, nil, "", 64, "a secret is not given on the command line"},
		{"bad-input 9, by its long name", "--input.token=" + needle, nil, "", 64, "a secret is not given on the command line"},
		{"bad-input 9, a misspelt flag", "--tokne=" + needle, nil, "", 64, "unknown flag"},
		{"bad-input 9, in JSON", `--input {"token":"` + needle + `"}`, nil, "", 64, "a secret is not given on the command line"},
		{"bad-input 9, in broken JSON", `--input {"token":"` + needle, nil, "", 65, "is not JSON"},
		{"bad-input 9, misspelt in JSON", `--input {"tokne":"` + needle + `"}`, nil, "", 65, "unknown field"},
		{"bad-input 9, beside a file", `--token-file token --input {"token":"` + needle + `"}`, nil, "", 64, "a secret is not given on the command line"},
		{"given twice", "--token-file token --input -", nil, `{"token":` + token + `}`, 64, "given already"},
		{"in a tenant's gate", "--token-file token --tenant t --confirm x", nil, "", 77, "was not confirmed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAviary(t)
			for _, form := range forms {
				args := slices.Concat([]string{"task", "run", "canary.tx"}, strings.Fields(test.args), form)
				exit, out, errs := a.call(test.stdin, test.env, args...)
				if exit != test.exit {
					t.Errorf("exit code %d, want %d\n%s%s", exit, test.exit, out, errs)
				}
			}
			heard := a.said.String()
			a.said.Reset()
			for line := range strings.Lines(heard) {
				if !strings.HasPrefix(line, "task run ") {
					a.said.WriteString(line)
				}
			}
			if err := os.WriteFile(a.path("made"), nil, 0o600); err != nil { // for a refusal makes no state
				t.Fatal(err)
			}
			a.quiet(test.want)
		})
	}
}
