package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// needStrace skips a test where there is no strace, which CI must have.
func needStrace(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("strace is missing")
	}
	t.Skip("strace is not installed")
}

// writing are the calls that a fault is put into.
const writing = "pwrite64,write,fsync,fdatasync,ftruncate"

// traced makes a child a tracee of strace, which sees what it writes to the files and
// is given more options. Its counters are a thread's own, so that the child is pinned:
// one thread writes the state and makes the data, another does the batches.
func (s site) traced(cmd *exec.Cmd, files []string, options ...string) {
	s.t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		s.t.Fatal(err)
	}
	args := []string{strace, "-f", "-y", "-qq", "-s0", "-o", s.path("trace"), "-e", "trace=" + writing}
	args = append(args, options...)
	for _, file := range files {
		args = append(args, "-P", s.path(file))
	}
	cmd.Path, cmd.Args = strace, append(append(args, cmd.Path), cmd.Args[1:]...)
	cmd.Env = append(cmd.Env, childPinned+"=1", "GOMAXPROCS=1")
}

// tracedCall is the line of a trace for a call: its thread and its name.
var tracedCall = regexp.MustCompile(`^(\d+) +(\w+)\(`)

// calls counts the traced calls of the thread that made most of each.
func (s site) calls() map[string]int {
	s.t.Helper()
	byThread, most := map[[2]string]int{}, map[string]int{}
	for _, line := range s.trace() {
		if m := tracedCall.FindStringSubmatch(line); m != nil {
			key := [2]string{m[1], m[2]}
			byThread[key]++
			most[m[2]] = max(most[m[2]], byThread[key])
		}
	}
	return most
}

// injected are the lines of the trace for calls that failed because they were told to.
func (s site) injected() (lines []string) {
	s.t.Helper()
	for _, line := range s.trace() {
		if strings.HasSuffix(line, "(INJECTED)") {
			lines = append(lines, line)
		}
	}
	return lines
}

func (s site) trace() []string {
	s.t.Helper()
	text, err := os.ReadFile(s.path("trace"))
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}
