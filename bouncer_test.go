package main

import (
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
)

// Data and state behind a PgBouncer in transaction mode, with fewer connections to the
// server than a run has to it: an import that is stopped and taken on, a backfill and a
// repair that are killed, and all come to the same as without it.
func TestEverythingThroughPgBouncer(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	all := tasks(killedBatch)
	server := pgtest.New(t, pgtest.Options{})
	fresh := server.Bouncer(t, 2)
	calm := newSite(t, killedRows).at(server.Database(t), true)
	calm.count()
	want := undisturbedIn(calm, all...)
	s := newSite(t, killedRows).at(fresh(t), true)
	s.count()
	stopped := s.must(append(all[0].start(), "--limit", "500")...).stdout
	run := s.standing(all[0].name)
	if run.at.Processed != 500 || !strings.Contains(stopped, `"resume":"beignet runs resume `+run.ID) {
		t.Errorf("stopped after %d items: %s", run.at.Processed, stopped)
	}
	s.must(resume(run.ID)...)
	tally := &kills{most: 4, ofARun: 2, within: 150 * time.Millisecond}
	for i, task := range all[1:] {
		v := victim{site: s, task: task, kills: tally, of: &tally.of[i+1]}
		v.untilDone()
	}
	if tally.all.Load() == 0 {
		t.Error("nothing was killed")
	}
	want.equals(s)
}
