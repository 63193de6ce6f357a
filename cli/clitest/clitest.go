// Package clitest proves a program's command line with testscripts, run against
// the program itself.
//
// Call [Main] from TestMain, and from a test [Script] for a script in it or [Run] for a
// folder of them:
//
//	func TestMain(m *testing.M) { clitest.Main(m, "tickets", main) }
//
//	func TestCloseStale(t *testing.T) {
//		clitest.Script(t, `
//	exec tickets task run tickets.close-stale
//	stdout 'dry run: nothing written'
//	`)
//	}
//
// A script may use, beside what the testscript package documents:
//
//	exitcode N program [args...]   runs a program, whose exit code must be N
//	scrub stdout|stderr|FILE NEW   writes a copy in which [Scrub] has replaced what
//	                               differs from run to run
//
// A program stands in a script as exec NAME or exitcode N NAME. With the variable
// UPDATE_SCRIPTS set, a cmp that fails puts what it found into the script.
package clitest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// Main runs the tests, or the program where the test binary was started under its
// name. Main is the program's own main. It does not return.
func Main(m *testing.M, name string, main func()) {
	testscript.Main(m, map[string]func(){name: main})
}

// Run runs every script of a folder as a subtest, all of them in parallel.
func Run(t *testing.T, dir string) {
	t.Helper()
	p := params()
	p.Dir, p.UpdateScripts = dir, os.Getenv("UPDATE_SCRIPTS") != ""
	testscript.Run(t, p)
}

// Script runs one script, with the files that follow it in the txtar format, each after
// a line "-- NAME --". It has a folder of its own, a HOME and a state that are empty.
func Script(t *testing.T, script string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "script.txtar")
	if err := os.WriteFile(name, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	p := params()
	p.Files = []string{name}
	testscript.Run(t, p)
}

func params() testscript.Params {
	return testscript.Params{
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("USER", "ann")
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, ".state"))
			env.Setenv("ESC", "\x1b")
			env.Setenv("RLO", "\u202e")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitCode,
			"scrub":    scrub,
		},
	}
}

func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode N program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func scrub(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: scrub stdout|stderr|FILE NEW")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(Scrub(ts.ReadFile(args[0]))), 0o600))
}

// Scrub returns a program's output with run IDs as RUN, hashes as HASH, durations as
// TIME or 1, instants as NOW, and how long ago they were as AGO.
func Scrub(text string) string {
	for _, s := range [...]struct{ pattern, with string }{
		{`\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b`, "RUN"},
		{`\b(hmac-sha256:)?[0-9a-f]{64}\b`, "${1}HASH"},
		{`\b\d+\.\d\ds\b`, "TIME"},
		{`"durationMs":[0-9.]+`, `"durationMs":1`},
		{`("(?:manifest|cross-check|schema|input|state|lock|started|open|handler|output|outcome)":)[0-9.]+`, "${1}1"},
		{`\btime=\S+`, "time=NOW"},
		{`"(time|started|ended|before|at|since)":"[^"]+"`, `"$1":"NOW"`},
		{`\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\b`, "NOW"},
		{`\b(just now|\d+[smhd] ago)\b`, "AGO"},
	} {
		text = regexp.MustCompile(s.pattern).ReplaceAllString(text, s.with)
	}
	return text
}
