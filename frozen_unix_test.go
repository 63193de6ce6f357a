//go:build unix

package main

import (
	"bytes"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A process that stands still for longer than its lease loses its locks to the next,
// and when it goes on it commits nothing and frees nothing: beside another run that
// shares a key with it, beside the next attempt of its own run, and where it stood
// still with the locks of a batch, which the server takes from it after a while: the next waits for that.
func TestAFrozenHolderCommitsNothing(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	all := tasks(killedBatch)
	calm := newServerSite(t, killedRows)
	calm.count()
	want := undisturbedIn(calm, all...)
	for name, test := range map[string]struct {
		other func(run string) []string
		hold  string // how long the first holds each batch before its commit
	}{
		"another run":      {func(string) []string { return all[0].start() }, ""},
		"the next attempt": {resume, ""},
		"in a batch":       {resume, "40ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServerSite(t, killedRows)
			s.count()
			holder := s.command(all[0].start()...)
			holder.Env = append(holder.Env, childRest+"=10ms", childHold+"="+test.hold)
			var stderr bytes.Buffer
			holder.Stderr = &stderr
			id, over := s.freeze(holder, test.hold != "")
			s.awaitFree(id)

			next := s.command(test.other(id)...)
			next.Env = append(next.Env, childRest+"=60ms")
			var nextErr bytes.Buffer
			next.Stdout, next.Stderr = &nextErr, &nextErr
			begun := s.noted(noteBegin)
			nextOver := s.begin(next)
			s.await(noteBegin, begun+2, nextOver) // it has committed
			before := s.locks()
			if len(before) == 0 {
				t.Fatalf("the next run holds no lock: %s", nextErr.String())
			}
			signal(t, holder, syscall.SIGCONT)
			<-over
			if exit := holder.ProcessState.ExitCode(); exit != 75 {
				t.Errorf("the first holder ended with %d: %s", exit, stderr.String())
			}
			select {
			case <-nextOver:
				t.Error("the next run was over before the first: the test proves nothing of its locks")
			default:
				if after := s.locks(); !reflect.DeepEqual(after, before) {
					t.Errorf("the locks are %+v, were %+v", after, before)
				}
			}
			<-nextOver
			if exit := next.ProcessState.ExitCode(); exit != 0 {
				t.Errorf("the next run ended with %d: %s", exit, nextErr.String())
			}
			if waited := strings.Contains(nextErr.String(), "trying again"); waited != (test.hold != "") {
				t.Errorf("the next run has waited: %v: %s", waited, nextErr.String())
			}
			if !s.standing(all[0].name).Done {
				s.must(resume(id)...)
			}
			for _, task := range all[1:] {
				s.must(task.start()...)
			}
			same(t, "content", s.content(), want.content)
			s.appliedOnce()
			s.must("audit", "verify", "--journals")
		})
	}
}

// freeze starts an import and stops its process early: with a batch that it has saved
// and not committed, or while no transaction is open.
func (s site) freeze(cmd *exec.Cmd, inBatch bool) (run string, over <-chan struct{}) {
	s.t.Helper()
	if !inBatch {
		paused, over := s.pause(cmd)
		return paused.ID, over
	}
	over = s.begin(cmd)
	s.await(noteBegin, 3, over)
	for {
		signal(s.t, cmd, syscall.SIGSTOP)
		time.Sleep(5 * time.Millisecond) // until every thread of it has stopped
		if s.saved() {
			return s.locks()[0].Run, over
		}
		signal(s.t, cmd, syscall.SIGCONT)
		time.Sleep(2 * time.Millisecond)
	}
}

// saved reports whether a transaction is open that has moved a checkpoint, and so holds
// its fences.
func (s site) saved() bool {
	db := s.openData()
	defer db.Close()
	return len(s.rows(db.SQL(), `SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database
		WHERE locktype = 'advisory' AND granted AND datname = current_database()`)) > 0
}
