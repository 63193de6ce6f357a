//go:build unix

package main

import (
	"bytes"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A process that was stopped for a while, and whose locks were taken over meanwhile,
// since somebody removed their files, commits nothing more: not over another run
// that shares a key with it, and not over the next attempt of its own run.
func TestAHolderThatComesBackCommitsNothing(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	all := tasks(killedBatch)
	want := undisturbed(t, killedRows, all...)
	for name, other := range map[string]func(run string) []string{
		"another run":      func(string) []string { return all[1].start() },
		"the next attempt": resume,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, killedRows)
			s.count()
			holder := s.command(all[0].start()...)
			holder.Env = append(holder.Env, childRest+"=10ms")
			var stderr bytes.Buffer
			holder.Stderr = &stderr
			run, over := s.pause(holder)
			if err := os.RemoveAll(s.state() + "/locks"); err != nil {
				t.Fatal(err)
			}
			s.must(other(run.ID)...)
			before := s.standing(run.Task)
			signal(t, holder, syscall.SIGCONT)
			<-over
			if exit := holder.ProcessState.ExitCode(); exit != 75 {
				t.Errorf("the first holder ended with %d: %s", exit, stderr.String())
			}
			if after := s.standing(run.Task); after.Batch != before.Batch {
				t.Errorf("the first holder went from batch %d to %d", before.Batch, after.Batch)
			}
			if !before.Done {
				s.must(resume(run.ID)...)
			}
			for _, task := range all[1:] {
				s.must(task.start()...)
			}
			same(t, "content", s.content(), want.content)
			s.appliedOnce()
		})
	}
}

// A run whose lock has lost the file that says who holds it is still one that somebody
// is at: not interrupted, nor begun again.
func TestAHolderWithoutANameIsSeen(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	s := newSite(t, killedRows)
	s.count()
	holder := s.command(tasks(killedBatch)[0].start()...)
	holder.Env = append(holder.Env, childRest+"=10ms")
	run, over := s.pause(holder)
	for _, path := range lockTexts(t, filepath.Join(s.state(), "locks")) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if listed := s.must("runs", "list", "--json").stdout; !strings.Contains(listed, `"status":"running"`) {
		t.Errorf("listed is %s", listed)
	}
	if e := s.run(s.command(resume(run.ID)...)); e.exit != 75 {
		t.Errorf("resumed with exit code %d: %s", e.exit, e.stderr)
	}
	signal(t, holder, syscall.SIGCONT)
	<-over
	if exit := holder.ProcessState.ExitCode(); exit != 0 {
		t.Errorf("the holder ended with %d", exit)
	}
}

// pause starts an import and stops its process early, while no transaction is open.
func (s site) pause(cmd *exec.Cmd) (run standing, over <-chan struct{}) {
	s.t.Helper()
	over = s.begin(cmd)
	s.await(noteBegin, 0, over)
	for {
		signal(s.t, cmd, syscall.SIGSTOP)
		time.Sleep(5 * time.Millisecond) // until every thread of it has stopped
		if !s.busy() {
			if run = s.standing("issues.import"); run.Batch > 0 {
				return run, over
			}
		}
		signal(s.t, cmd, syscall.SIGCONT)
		time.Sleep(2 * time.Millisecond)
	}
}

// busy reports whether a process is in a transaction that keeps others from the data
// just now.
func (s site) busy() bool {
	if s.server != "" {
		db := s.openData()
		defer db.Close()
		return len(s.rows(db.SQL(), `SELECT pid FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`)) > 0
	}
	db, err := sql.Open("sqlite", "file:"+s.data()+"?_pragma=busy_timeout(0)&_txlock=immediate")
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(s.t.Context(), nil)
	if err == nil {
		err = tx.Rollback()
	}
	return err != nil
}

func signal(t testing.TB, cmd *exec.Cmd, sig os.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}
