package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// process is the program as a process of its own, which has begun.
func (a *aviary) process(stdin io.Reader, args ...string) *watched {
	a.t.Helper()
	w := &watched{a: a, Cmd: exec.Command(os.Args[0], args...)}
	w.Dir, w.Env = a.dir, append(os.Environ(), canaryProcess+"=1")
	for name, value := range a.variables() {
		w.Env = append(w.Env, name+"="+value)
	}
	w.Stdin, w.Stdout, w.Stderr = stdin, &w.said, &w.said
	return w
}

type watched struct {
	*exec.Cmd
	a    *aviary
	said process
}

// begin starts it and waits until it says a text.
func (w *watched) begin(text string) {
	w.a.t.Helper()
	if err := w.Start(); err != nil {
		w.a.t.Fatal(err)
	}
	w.a.t.Cleanup(func() { _ = w.Process.Kill() })
	for end := time.Now().Add(20 * time.Second); !strings.Contains(w.said.said(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.a.t.Fatalf("it never says %q, but %s", text, w.said.said())
		}
	}
}

// end waits for its end, and returns its exit code; -1: it was killed.
func (w *watched) end() int {
	w.a.t.Helper()
	var exit *exec.ExitError
	if err := w.Wait(); err != nil && !errors.As(err, &exit) {
		w.a.t.Fatal(err)
	}
	w.a.said.WriteString(w.said.said())
	return w.ProcessState.ExitCode()
}

// unseen fails where the secret stands where every user of the machine can read it.
func (w *watched) unseen() {
	w.a.t.Helper()
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", w.Process.Pid))
	if err != nil || len(line) == 0 || strings.Contains(string(line), needle) {
		w.a.t.Errorf("the command line is %q, %v", line, err)
	}
}

// newest is the ID of the run that was started last.
func (a *aviary) newest() string {
	a.t.Helper()
	var listed struct{ Runs []struct{ ID string } }
	if _, out, _ := a.call("", nil, "runs", "list", "--json"); json.Unmarshal([]byte(out), &listed) != nil || len(listed.Runs) == 0 {
		a.t.Fatal(out)
	}
	return listed.Runs[0].ID
}

// While a run is at work, once it was killed or stopped, and once it has gone on: its
// secret is nowhere. It is asked for again.
func TestSecretsOfRunsThatEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		stop func(w *watched, run string) error
		exit int
	}{
		"killed":  {func(w *watched, _ string) error { return w.Process.Kill() }, -1},
		"stopped": {func(w *watched, _ string) error { return w.Process.Signal(syscall.SIGTERM) }, 143},
		"cancelled": {func(w *watched, run string) error {
			w.a.call("", nil, "runs", "cancel", run)
			return nil
		}, 4},
		"crashed": {func(w *watched, _ string) error { return w.Process.Signal(syscall.SIGQUIT) }, 2}, // with the stacks of all goroutines
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAviary(t)
			quoted, err := json.Marshal(canary)
			if err != nil {
				t.Fatal(err)
			}
			// A one-shot is told at once, where batches would go on to the end of theirs.
			w := a.process(strings.NewReader(`{"mode":"hang","token":`+string(quoted)+`}`), "task", "run", "canary.tx", "--input", "-", "-v")
			w.begin("bad ***")
			w.unseen()
			a.noFile()
			run := a.newest()
			if err := test.stop(w, run); err != nil {
				t.Fatal(err)
			}
			if exit := w.end(); exit != test.exit {
				t.Errorf("exit code %d, want %d\n%s", exit, test.exit, w.said.said())
			}
			a.quiet("bad ***")
		})
	}
}

// A run of batches that was killed is resumed with its secret, which is not on record to
// go on by itself.
func TestSecretsAreAskedForAgain(t *testing.T) {
	t.Parallel()
	a := newAviary(t)
	w := a.process(nil, "task", "run", "canary.batches", "--token-file", "token", "--mode", "hang", "--batch-size", "1")
	w.begin("bad ***")
	w.unseen()
	if err := w.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	w.end()
	a.noFile()
	run := a.newest()
	if exit, _, errs := a.call("", nil, "runs", "resume", run); exit != 64 || !strings.Contains(errs, "which are not kept") {
		t.Errorf("resumed without the secret: %d, %s", exit, errs)
	}
	input, err := json.Marshal(map[string]string{"token": canary, "mode": "hang"})
	if err != nil {
		t.Fatal(err)
	}
	if exit, _, errs := a.call(string(input), nil, "runs", "resume", run, "--input", "-", "--timeout", "50ms"); exit != 124 {
		t.Errorf("resumed with it: %d, %s", exit, errs)
	}
	if exit, _, errs := a.call("", nil, "runs", "resume", run, "--input", string(input)); exit != 64 || !strings.Contains(errs, "a secret is not given on the command line") {
		t.Errorf("resumed with it for all to see: %d, %s", exit, errs)
	}
	heard := a.said.String()
	a.said.Reset()
	a.said.WriteString(strings.ReplaceAll(heard, string(input), "")) // what was typed here is none of the program's
	a.quiet("which are not kept")
}

// A database that cannot be opened, or breaks, tells nothing of a run's secret.
func TestSecretsOfABrokenDatabase(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]string{"the data": "data.db", "the state": "state/state.db"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAviary(t)
			run := []string{"task", "run", "canary.batches", "--token-file", "token", "--mode", "log"}
			if exit, _, errs := a.call("", nil, run...); exit != 0 {
				t.Fatalf("%d, %s", exit, errs)
			}
			if err := os.WriteFile(a.path(of), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, form := range forms {
				if exit, _, errs := a.call("", nil, slices.Concat(run, form)...); exit != 74 {
					t.Errorf("exit code %d, want 74\n%s", exit, errs)
				}
			}
			a.said.WriteString("broken")
			text := a.said.String()
			if strings.Contains(text, needle) {
				t.Error(text)
			}
			a.noFile()
		})
	}
}

// What is typed at an unechoed prompt is shown by nothing, even where it is refused.
func TestSecretsTyped(t *testing.T) {
	t.Parallel()
	a := newAviary(t)
	keys, tty := openTerminal(t)
	w := a.process(tty, "task", "run", "canary.once", "--mode", "error", "--json")
	w.Env = append(w.Env, "CI=")
	w.Stderr = tty
	w.Stdout = &w.said
	shown := &process{}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := keys.Read(buf)
			_, _ = shown.Write(buf[:n])
			if err != nil {
				return
			}
		}
	}()
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Process.Kill() })
	typed := needle + " typed" // a terminal takes a line
	for i, answer := range []string{strings.Repeat(needle, 20) + "\r", typed + "\r", "yes\r"} {
		ask := []string{"token (not shown): ", "token (not shown): ", "proceed?"}[i]
		for end := time.Now().Add(20 * time.Second); strings.Count(shown.said(), ask) < i%2+1; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("it never asks %q, but says %q", ask, shown.said())
			}
		}
		time.Sleep(20 * time.Millisecond) // until it reads
		if i == 1 {
			w.unseen()
		}
		if _, err := keys.WriteString(answer); err != nil {
			t.Fatal(err)
		}
	}
	if exit := w.end(); exit != 1 {
		t.Errorf("exit code %d, want 1\n%s", exit, shown.said())
	}
	a.said.WriteString(shown.said())
	a.quiet(`bad \"***\" of`)
}

// openTerminal is a terminal and the other end of it.
func openTerminal(t *testing.T) (keys, tty *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close(); keys.Close() })
	return keys, tty
}
