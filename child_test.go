package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"modernc.org/sqlite"

	"github.com/beignet-go/beignet/cli"
	"github.com/beignet-go/beignet/handlers"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// The environment of a child of these tests that is the program itself, under
// whatever arguments it is given. It differs from main only in what it notes.
const (
	childNotes  = "BEIGNET_TEST_NOTES"  // the file that it notes its way in. Required
	childPinned = "BEIGNET_TEST_PINNED" // keeps what writes on threads that do not change
	childLimit  = "BEIGNET_TEST_LIMIT"  // how many bytes a file of it may have
	childRest   = "BEIGNET_TEST_REST"   // how long it rests before each batch
	childLinger = "BEIGNET_TEST_LINGER" // how long it lingers over each batch
	childHold   = "BEIGNET_TEST_HOLD"   // how long it holds each batch before its commit
	childSync   = "BEIGNET_TEST_SYNC"   // how its databases sync, other than they do
)

// What a child notes, a line each. It is written at once and outside of any
// transaction, so that a kill takes none of it back.
const (
	noteMain  = "main"  // the process is up
	noteOpen  = "open"  // the attempt is on record, and the app is being opened
	noteBegin = "begin" // a batch is begun
)

// child is the program in a process that a test may kill.
func child() int {
	notes, err := os.OpenFile(os.Getenv(childNotes), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err == nil {
		err = limitFiles(os.Getenv(childLimit))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3 // no code of the program's
	}
	rest, _ := time.ParseDuration(os.Getenv(childRest))     // "" is none
	linger, _ := time.ParseDuration(os.Getenv(childLinger)) // "" is none
	hold, _ := time.ParseDuration(os.Getenv(childHold))     // "" is none
	note := func(what string) { fmt.Fprintln(notes, what) }
	pin := func() {}
	if os.Getenv(childPinned) != "" {
		pin = runtime.LockOSThread
	}
	pin()
	if mode := os.Getenv(childSync); mode != "" {
		sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
			_, err := conn.ExecContext(context.Background(), "PRAGMA synchronous = "+mode, nil)
			return err
		})
	}
	note(noteMain)
	p := program()
	open := p.Open
	p.Open = func(ctx context.Context, s runner.Session) (runner.Opened[*handlers.App], error) {
		note(noteOpen)
		opened, err := open(ctx, s)
		if begin := opened.Begin; begin != nil {
			opened.Begin = func(ctx context.Context, o ports.TxOptions) (*handlers.App, ports.Tx, error) {
				pin()
				time.Sleep(rest)
				note(noteBegin)
				app, tx, err := begin(ctx, o)
				time.Sleep(linger)
				if hold > 0 && err == nil {
					tx = heldTx{tx, hold}
				}
				return app, tx, err
			}
		}
		return opened, err
	}
	return p.Main(context.Background(), os.Args[1:], cli.Std())
}

// heldTx is a transaction that is held for a while before its commit.
type heldTx struct {
	ports.Tx
	hold time.Duration
}

func (t heldTx) Commit() error {
	time.Sleep(t.hold)
	return t.Tx.Commit()
}

// site is where children work: a folder with rows.csv and notes, and the data and the
// state, which are files in it too or in a database on a server.
type site struct {
	t      testing.TB
	dir    string
	server string // the URL of that database; "": none
	keeps  bool   // whether the state is there too, beside the data
}

// newSite makes a site with a file of rows to import.
func newSite(t testing.TB, rows int) site {
	t.Helper()
	s := site{t: t, dir: t.TempDir()}
	writeMixedRows(t, s.path("rows.csv"), rows)
	return s
}

func (s site) path(name string) string { return filepath.Join(s.dir, name) }
func (s site) data() string            { return cmp.Or(s.server, s.path("data.db")) }

func (s site) state() string {
	if s.keeps {
		return s.server
	}
	return s.path("state")
}

// environ is what a child at this site is told.
func (s site) environ() []string {
	return append(os.Environ(), childNotes+"="+s.path("notes"), "BEIGNET_STATE="+s.state(), "BEIGNET_DATABASE="+s.data(),
		"BEIGNET_MODULE=", "CI=", "USER=ann")
}

// command is a child that has not started.
func (s site) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Dir, cmd.Env = s.dir, s.environ()
	return cmd
}

// ended is what a child has come to.
type ended struct {
	exit           int // -1: it was killed
	stdout, stderr string
}

// run runs a child to its end.
func (s site) run(cmd *exec.Cmd) ended {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// begin starts a child, and returns what is closed once it is over.
func (s site) begin(cmd *exec.Cmd) (over <-chan struct{}) {
	s.t.Helper()
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = cmd.Process.Kill() })
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its state says it
		close(ended)
	}()
	return ended
}

// must runs a child that is to succeed.
func (s site) must(args ...string) ended {
	s.t.Helper()
	e := s.run(s.command(args...))
	if e.exit != 0 {
		s.t.Fatalf("%s: exit code %d\n%s", strings.Join(args, " "), e.exit, e.stderr)
	}
	return e
}

// noted is how often the children have noted something.
func (s site) noted(what string) int {
	text, err := os.ReadFile(s.path("notes"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	return strings.Count(string(text), what+"\n")
}

// task is a task as these tests run it.
type task struct {
	name string
	args []string
}

// tasks are an import, a backfill and a repair, to be run in this order.
func tasks(batch int) []task {
	size := fmt.Sprint(batch)
	return []task{
		{"issues.import", []string{"--file", "rows.csv", "--on-error", "skip", "--max-failures", "50%", "--no-dry-run", "--batch-size", size}},
		{"issues.backfill-search", []string{"--no-dry-run", "--batch-size", size}},
		{"issues.repair-labels", []string{"--no-dry-run", "--batch-size", size}},
	}
}

// start is the command line that starts the task.
func (t task) start() []string { return append([]string{"task", "run", t.name, "--json"}, t.args...) }

// resume is the command line that takes a run on.
func resume(run string) []string { return []string{"runs", "resume", run, "--json"} }

// writeMixedRows writes a Jira export of which every seventh row holds no issue, and
// whose labels differ in their spelling.
func writeMixedRows(t testing.TB, name string, rows int) {
	t.Helper()
	var text bytes.Buffer
	text.WriteString("Project key,Issue key,Summary,Labels,Description\n")
	for i := range rows {
		key := fmt.Sprintf("KILL-%d", i)
		if i%7 == 5 {
			key = ""
		}
		fmt.Fprintf(&text, "KILL,%s,Row %d,%s,\"A body,\r\nof two lines\"\n", key, i, []string{"bug", "Bug", "BUG", "bug"}[i%4])
	}
	if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// aboutProcesses skips a test of what becomes of whole processes where it would
// say nothing new: the race detector makes them ten times slower, and looks for races
// within one.
func aboutProcesses(t *testing.T) {
	t.Helper()
	if underRace {
		t.Skip("is about processes that are killed, not about races within one: it runs without -race")
	}
	if testing.Short() {
		t.Skip("runs the program some hundred times")
	}
}
