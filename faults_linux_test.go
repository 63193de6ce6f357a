package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

const (
	faultyRows  = 40
	faultyBatch = 10
)

// front is where faults are put: what is at work, and on which files.
type front struct {
	name  string
	files []string
	ready func(s site) (args []string) // readies a site, and returns what is to be run there
}

// fronts are such that each of them has its calls on one thread, but for the last ones
// of those where everything is new.
func fronts() []front {
	task := tasks(faultyBatch)[0]
	begun := func(s site) []string {
		s.count()
		s.must(append(task.start(), "--limit", fmt.Sprint(faultyBatch))...)
		return resume(s.standing(task.name).ID)
	}
	state := []string{"state/state.db", "state/state.db-wal", "state/state.db-shm", "state/state.db-journal"}
	data := []string{"data.db", "data.db-wal", "data.db-shm", "data.db-journal"}
	counted := func(s site) []string { s.count(); return task.start() }
	return []front{
		{"making state and data", slices.Concat(state, data), func(site) []string { return task.start() }},
		{"committing batches", []string{"data.db-wal"}, counted},
		{"moving batches to their place", []string{"data.db"}, counted},
		{"putting a next attempt on record", state, begun},
		{"committing its batches", []string{"data.db-wal"}, begun},
	}
}

// point is one call at which something goes wrong.
type point struct {
	front
	call string
	nth  int
}

// An import of which any one write or sync fails, or is its process's last, ends with
// 74, leaves both files and the audit whole, claims no batch that is not there, and
// comes to the same once it is taken on.
func TestEveryFaultIsSurvived(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	needStrace(t)
	want := undisturbed(t, faultyRows, tasks(faultyBatch)[0])
	points := faultyPoints(t)
	var tried, injected, unnoticed atomic.Int64
	t.Cleanup(func() {
		t.Logf("of %d points %d were tried, %d of the faults happened, and %d came after the last commit", len(points), tried.Load(), injected.Load(), unnoticed.Load())
		if !t.Failed() && injected.Load() < tried.Load()*95/100 {
			t.Error("too few faults happened: the test proves little")
		}
	})
	for _, fault := range []string{"error=EIO", "error=ENOSPC", "signal=SIGKILL"} {
		for _, p := range spread(points, faultsOfEach) {
			t.Run(fmt.Sprintf("%s/%s/%s %d", fault, p.name, p.call, p.nth), func(t *testing.T) {
				t.Parallel()
				s := newSite(t, faultyRows)
				cmd := s.command(p.ready(s)...)
				s.traced(cmd, p.files, "-e", fmt.Sprintf("inject=%s:%s:when=%d", p.call, fault, p.nth))
				e := s.run(cmd)
				tried.Add(1)
				killed := e.exit == -1 || e.exit == 137
				if killed || len(s.injected()) > 0 {
					injected.Add(1)
				}
				if e.exit == 0 {
					unnoticed.Add(1)
				}
				if killed != (fault == "signal=SIGKILL") && e.exit != 0 {
					t.Errorf("exit code %d: %s", e.exit, e.stderr)
				}
				s.survived(e, killed)
				want.equals(s)
			})
		}
	}
}

// faultyPoints are all calls of all fronts, as an undisturbed run of each makes them.
func faultyPoints(t *testing.T) (points []point) {
	t.Helper()
	for _, f := range fronts() {
		s := newSite(t, faultyRows)
		cmd := s.command(f.ready(s)...)
		s.traced(cmd, f.files)
		if e := s.run(cmd); e.exit != 0 {
			t.Fatalf("%s: exit code %d: %s", f.name, e.exit, e.stderr)
		}
		calls := s.calls()
		for _, call := range slices.Sorted(maps.Keys(calls)) {
			for n := range calls[call] {
				points = append(points, point{f, call, n + 1})
			}
		}
		t.Logf("%s: %v", f.name, calls)
	}
	return points
}

// spread picks n points evenly, or all.
func spread[P any](points []P, n int) []P {
	if n >= len(points) {
		return points
	}
	picked := make([]P, n)
	for i := range picked {
		picked[i] = points[i*len(points)/n]
	}
	return picked
}

// survived proves what must hold after a fault, and takes the import to its end.
func (s site) survived(e ended, killed bool) {
	s.t.Helper()
	run := s.standing("issues.import")
	var said struct {
		Run       string
		Status    string
		Processed int64
		Error     struct{ Code string }
	}
	if err := json.Unmarshal([]byte(e.stdout), &said); err != nil && !killed {
		s.t.Fatalf("no result: %v: %s", err, e.stdout)
	}
	// A sync that failed leaves a batch of which nobody can say that it is durable.
	if said.Processed > run.at.Processed {
		s.t.Errorf("it says that %d items are done, and %d are", said.Processed, run.at.Processed)
	}
	switch {
	case killed:
	case e.exit == 0 && (run.Status != ports.Succeeded || said.Status != string(ports.Succeeded)):
		s.t.Errorf("it says that all is well, and the record says %s", run.Status)
	case e.exit == 74 && said.Error.Code != "io" || e.exit != 0 && e.exit != 74:
		s.t.Errorf("exit code %d, error code %q: %s", e.exit, said.Error.Code, e.stderr)
	}
	switch {
	case run.ID == "":
		s.must(tasks(faultyBatch)[0].start()...)
	case run.Status != ports.Succeeded:
		s.must(resume(run.ID)...)
	}
	if strings.Contains(e.stderr, "goroutine ") {
		s.t.Errorf("it panicked: %s", e.stderr)
	}
}
