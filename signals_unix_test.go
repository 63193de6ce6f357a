//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports/sqlite"
)

// importing is the program at an import of many rows, in a folder of its own, or at
// whatever else it is told there.
type importing struct {
	t      *testing.T
	folder string
}

func newImporting(t *testing.T, rows int) importing {
	t.Helper()
	folder := t.TempDir()
	writeRows(t, filepath.Join(folder, "rows.csv"), rows)
	return importing{t, folder}
}

// program is a process that has begun.
type process struct {
	*exec.Cmd
	mu       sync.Mutex
	out, err bytes.Buffer
}

func (p *process) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err.Write(text)
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err.String()
}

func (i importing) begin(args ...string) *process {
	i.t.Helper()
	return i.beginFrom(nil, args...)
}

// beginFrom is begin with a standard input; nil: an empty one.
func (i importing) beginFrom(in io.Reader, args ...string) *process {
	i.t.Helper()
	p := &process{Cmd: &exec.Cmd{Path: os.Args[0], Args: append([]string{"beignet"}, args...), Dir: i.folder}}
	p.Env = append(os.Environ(), "BEIGNET_STATE="+filepath.Join(i.folder, "state"), "BEIGNET_DATABASE="+filepath.Join(i.folder, "data.db"))
	p.Stdin, p.Stdout, p.Stderr = in, &p.out, p
	if err := p.Start(); err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() { _ = p.Process.Kill() })
	return p
}

// start begins the import, and waits until its first rows are written.
func (i importing) start(batch string, written func() bool, args ...string) *process {
	i.t.Helper()
	p := i.begin(append([]string{"task", "run", "issues.import", "--file", "rows.csv", "--no-dry-run", "--batch-size", batch}, args...)...)
	for range 5000 {
		if written() {
			return p
		}
		time.Sleep(2 * time.Millisecond)
	}
	i.t.Fatalf("the import does not begin; it said %s", p.said())
	return nil
}

// committed reports whether a batch has.
func (i importing) committed() bool {
	run := onlyRun(i.t, i.folder)
	if run.ID == "" {
		return false
	}
	db, err := sqlite.Open(i.t.Context(), filepath.Join(i.folder, "data.db"), sqlite.Options{})
	if err != nil {
		return false // not there yet
	}
	defer db.Close()
	saved, err := db.Checkpoint(i.t.Context(), run.ID)
	return err == nil && saved.Batch > 0
}

// ends waits for a process, and returns its exit code; of one that a signal has
// killed, -1.
func (i importing) ends(p *process) int {
	i.t.Helper()
	err := p.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		i.t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

func (i importing) run(args ...string) (exit int, out, err string) {
	i.t.Helper()
	p := i.begin(args...)
	exit = i.ends(p)
	return exit, p.out.String(), p.said()
}

// goesOn resumes the run to its end, and finds every row applied once.
func (i importing) goesOn(rows int) {
	i.t.Helper()
	exit, out, errs := i.run("runs", "resume", "last", "--json")
	for _, want := range []string{fmt.Sprintf(`"processed":%d,"failed":0,"changed":%[1]d,`, rows), fmt.Sprintf(`"output":{"inserted":%d,`, rows)} {
		if exit != 0 || !strings.Contains(out, want) {
			i.t.Errorf("resumed: %d %s%s, want %s", exit, out, errs, want)
		}
	}
	if n := countIssues(i.t, i.folder); n != rows {
		i.t.Errorf("%d issues, want %d", n, rows)
	}
}

// The first signal ends a run after its batch; it says how it goes on, and does.
func TestTheFirstSignalStopsARun(t *testing.T) {
	t.Parallel()
	const rows = 15_000
	for _, test := range []struct {
		name  string
		sends []os.Signal // at once: two are one, as timeout(1) sends them
		exit  int
	}{
		{"SIGINT", []os.Signal{syscall.SIGINT}, 130},
		{"SIGTERM", []os.Signal{syscall.SIGTERM}, 143},
		{"SIGTERM twice at once", []os.Signal{syscall.SIGTERM, syscall.SIGTERM}, 143},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			i := newImporting(t, rows)
			p := i.start("10", i.committed, "--json")
			for _, s := range test.sends {
				if err := p.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Millisecond)
			}
			exit := i.ends(p)
			out := p.out.String()
			id := onlyRun(t, i.folder).ID
			want := fmt.Sprintf(`"run":"%s","status":"stopped","exit":%d,"retryable":false,"resume":"beignet runs resume %[1]s",`, id, test.exit)
			if exit != test.exit || !strings.Contains(out, want) {
				t.Fatalf("%d %s%s, want %s", exit, out, p.said(), want)
			}
			if run := onlyRun(t, i.folder); run.Progress.Processed == 0 || run.Progress.Processed == rows || run.Progress.Processed%10 != 0 {
				t.Errorf("stopped after %d", run.Progress.Processed)
			}
			if waited := i.ends(i.begin("runs", "wait", id)); waited != test.exit {
				t.Errorf("runs wait ends with %d", waited)
			}
			i.goesOn(rows)
		})
	}
}

// A run that was killed is seen to be interrupted, by whoever looks, and goes on also
// after it was cancelled.
func TestAKilledRunIsSeen(t *testing.T) {
	t.Parallel()
	const rows = 15_000
	i := newImporting(t, rows)
	p := i.start("10", i.committed)
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	i.ends(p)
	run := onlyRun(t, i.folder).ID
	if _, out, _ := i.run("runs", "list", "--status", "interrupted"); !strings.Contains(out, run) {
		t.Errorf("the list has %s", out)
	}
	if exit, _, errs := i.run("runs", "wait", "last"); exit != 1 || !regexp.MustCompile("its process has died\n(.*\n)?hint: beignet runs resume "+run).MatchString(errs) {
		t.Errorf("waited: %d %s", exit, errs)
	}
	if _, locks, _ := i.run("locks"); locks != "" {
		t.Errorf("still locked:\n%s", locks)
	}
	if exit, out, errs := i.run("runs", "cancel", run); exit != 0 || !strings.HasPrefix(out, "cancelled run "+run+", which was interrupted\n") {
		t.Errorf("cancel: %d %s%s", exit, out, errs)
	}
	i.goesOn(rows)
}

// A run is cancelled from another process, which can wait for its end. Meanwhile its
// locks are listed.
func TestCancelFromAnotherProcess(t *testing.T) {
	t.Parallel()
	const rows = 30_000
	i := newImporting(t, rows)
	p := i.start("10", i.committed)
	run := onlyRun(t, i.folder).ID
	_, locks, _ := i.run("locks")
	for _, key := range []string{"table:issues", "run:" + run} {
		if want := regexp.MustCompile(`(?m)^` + key + ` +` + run + `  issues.import  \S+ +` + fmt.Sprint(p.Process.Pid) + ` on `); !want.MatchString(locks) {
			t.Errorf("locks has no line of %s:\n%s", key, locks)
		}
	}
	if _, out, _ := i.run("runs", "list", "--status", "running"); !strings.Contains(out, run) {
		t.Errorf("the list has %s", out)
	}
	if exit, out, errs := i.run("runs", "cancel", run[:20], "--actor", "bob"); exit != 0 || out != "asked run "+run+" to stop after its batch; beignet runs wait "+run+"\n" {
		t.Errorf("cancel: %d %s%s", exit, out, errs)
	}
	exit, _, errs := i.run("runs", "wait", run)
	if want := "cancelled by bob"; exit != 4 || !strings.Contains(errs, want) || !strings.HasSuffix(errs, "hint: beignet runs resume "+run+"\n") {
		t.Errorf("waited: %d %s, want %s", exit, errs, want)
	}
	if exit := i.ends(p); exit != 4 || !strings.Contains(p.said(), "cancelled by bob") {
		t.Errorf("the run: %d %s", exit, p.said())
	}
	i.goesOn(rows)
}
