package main

import (
	"bytes"
	"context"
	"database/sql"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// heldRows are of the file that was imported into the table.
const heldRows = 600

// The longest that a backfill may stand in a table's queue: its lock_timeout, and what a
// slow machine adds to it.
const longestWait = 8 * time.Second

// backfilling is a backfill that has done some batches, and is at more.
type backfilling struct {
	site
	want outcome
	cmd  *exec.Cmd
	said bytes.Buffer
	over <-chan struct{}
}

func newBackfilling(t *testing.T) *backfilling {
	t.Helper()
	all := tasks(killedBatch)[:2]
	calm := newServerSite(t, heldRows)
	calm.count()
	b := &backfilling{want: undisturbedIn(calm, all...), site: newServerSite(t, heldRows)}
	b.count()
	b.must(all[0].start()...)
	begun := b.noted(noteBegin)
	b.cmd = b.command(all[1].start()...)
	b.cmd.Env = append(b.cmd.Env, childRest+"=50ms")
	b.cmd.Stderr = &b.said
	b.over = b.begin(b.cmd)
	b.await(noteBegin, begun+1, b.over)
	return b
}

// ends wants the backfill to have met its lock_timeout, and to come to the same as one
// that nothing was in the way of, but for its smaller batches.
func (b *backfilling) ends() {
	b.t.Helper()
	<-b.over
	if exit := b.cmd.ProcessState.ExitCode(); exit != 0 {
		b.t.Errorf("the backfill ended with %d", exit)
	}
	if said := b.said.String(); !strings.Contains(said, "the batch is halved") {
		b.t.Errorf("it says nothing of a table that was held: %s", said)
	}
	same(b.t, "content", b.content(), b.want.content)
	b.appliedOnce()
	if run := b.standing("issues.backfill-search"); run.Progress.Processed != run.at.Processed || run.at.Changed != run.at.Processed {
		b.t.Errorf("%+v on record, in the checkpoint %+v", run.Progress, run.at)
	}
}

// session is a connection in a transaction of its own, which goes with the test.
func (s site) session() *sql.Conn {
	s.t.Helper()
	db := s.openData()
	s.t.Cleanup(func() { db.Close() })
	conn, err := db.SQL().Conn(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	s.exec(conn, `BEGIN`)
	return conn
}

// queued is what stands in the queue of the issues' table: a line each, of the process,
// the instant since when, and for how many milliseconds.
func (s site) queued(conn *sql.Conn) (all [][]string) {
	for _, row := range s.rows(conn, `SELECT pid, waitstart, (1000 * extract(epoch FROM clock_timestamp() - waitstart))::bigint FROM pg_locks
		WHERE relation = to_regclass('issues') AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND NOT granted AND waitstart IS NOT NULL`) {
		all = append(all, strings.Split(row, "|"))
	}
	return all
}

// A backfill whose table another session has for itself waits for it in steps that its
// lock_timeout bounds, with smaller batches, and goes on once the table is free.
func TestAHeldTableIsWaitedForInSteps(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	b := newBackfilling(t)
	holder, watcher := b.session(), b.session()
	b.exec(holder, `LOCK TABLE issues IN ACCESS EXCLUSIVE MODE`)
	steps := map[string]bool{}
	for end := time.Now().Add(2 * longestWait); len(steps) < 2 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, q := range b.queued(watcher) {
			steps[q[1]] = true
			if ms, err := time.ParseDuration(q[2] + "ms"); err != nil || ms > longestWait {
				t.Fatalf("the backfill has waited for %s, %v", ms, err)
			}
		}
	}
	if len(steps) < 2 {
		t.Errorf("the table was waited for in %d steps, want 2", len(steps))
	}
	b.exec(holder, `COMMIT`)
	b.ends()
}

// Whoever stands behind a backfill in the queue of a table, and is kept out by nothing
// but that, waits until its lock_timeout and not until the table is free. Who only reads
// is not kept out at all.
func TestNobodyQueuesBehindABackfill(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	b := newBackfilling(t)
	holder, watcher, next := b.session(), b.session(), b.session()
	b.exec(holder, `LOCK TABLE issues IN SHARE MODE`) // as one that makes an index has it
	pid := b.rows(next, `SELECT pg_backend_pid()`)[0]
	for len(b.queued(watcher)) == 0 {
		select {
		case <-b.over:
			t.Fatalf("the backfill was over first: %s", b.said.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
	b.exec(watcher, `SET LOCAL lock_timeout = '1s'`)
	b.rows(watcher, `SELECT count(*) FROM issues`)

	ctx, cancel := context.WithTimeout(t.Context(), 2*longestWait)
	defer cancel()
	got := make(chan error, 1)
	go func() {
		_, err := next.ExecContext(ctx, `LOCK TABLE issues IN SHARE MODE`) // which the holder's does not keep out
		got <- err
	}()
	behind := 0
	for {
		select {
		case err := <-got:
			if err != nil {
				t.Errorf("as long as the table was held, it was not had by one behind the backfill: %v", err)
			}
			if behind == 0 {
				t.Error("nobody stood behind the backfill: the test proves nothing")
			}
			b.exec(holder, `COMMIT`)
			if err == nil {
				b.exec(next, `COMMIT`)
			}
			b.ends()
			return
		case <-time.After(20 * time.Millisecond):
			for _, q := range b.queued(watcher) {
				if q[0] == pid {
					behind++
				}
			}
		}
	}
}
