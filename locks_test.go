package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// locks are those that the site's state holds for somebody.
func (s site) locks() []ports.Lock {
	s.t.Helper()
	state, err := s.openState()
	if errors.Is(err, ports.ErrNotFound) {
		return nil // whoever wanted them was killed before there was a state
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer state.Close()
	held, err := state.Held(context.WithoutCancel(s.t.Context()))
	if err != nil {
		s.t.Fatal(err)
	}
	return held
}

// free breaks what a server keeps for a process that was killed, as an operator does who
// knows that it is gone and does not wait.
func (s site) free() {
	s.t.Helper()
	if !s.keeps { // the kernel has freed it
		return
	}
	for _, l := range s.locks() {
		e := s.run(s.command("locks", "break", l.Key, "--confirm", l.Key))
		if e.exit != 0 && slices.Contains(s.locks(), l) {
			s.t.Fatalf("lock %s is not broken: exit code %d: %s", l.Key, e.exit, e.stderr)
		}
	}
}

// What a server keeps for a process that was killed runs out by itself: until then its
// run is not taken on, by which nothing is lost, and a little later it is.
func TestLocksOfAKilledProcessRunOut(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	all := tasks(killedBatch)[:1]
	calm := newServerSite(t, killedRows)
	calm.count()
	want := undisturbedIn(calm, all...)
	s := newServerSite(t, killedRows)
	s.count()
	cmd := s.command(all[0].start()...)
	cmd.Env = append(cmd.Env, childRest+"=10ms")
	over := s.begin(cmd)
	s.await(noteBegin, 2+rand.IntN(10), over)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-over
	run := s.standing(all[0].name)
	if e := s.run(s.command(resume(run.ID)...)); e.exit != 75 || !strings.Contains(e.stdout, "is locked") {
		t.Errorf("taken on at once: exit code %d: %s%s", e.exit, e.stdout, e.stderr)
	}
	s.awaitFree(run.ID)
	s.must(resume(run.ID)...)
	want.equals(s)
}

// awaitFree waits for the locks of a run whose process does nothing more, which is seen
// to be interrupted within seconds.
func (s site) awaitFree(run string) {
	s.t.Helper()
	begun := time.Now()
	for len(s.locks()) > 0 {
		if time.Since(begun) > 15*time.Second {
			s.t.Fatalf("run %s holds its locks still: %+v", run, s.locks())
		}
		time.Sleep(50 * time.Millisecond)
	}
	if shown := s.must("runs", "show", run, "--json"); !bytes.Contains([]byte(shown.stdout), []byte(`"interrupted"`)) {
		s.t.Errorf("run %s is shown as %s", run, shown.stdout)
	}
}
