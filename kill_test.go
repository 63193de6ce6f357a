package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// A killed task has this many items, in batches of this size.
const (
	killedRows  = 2000
	killedBatch = 25
)

// Imports, backfills and repairs that are killed at random, and killed again while
// they go on, come to what they come to undisturbed: each row applied once, no more
// than the batch that was open done again, the record never ahead of the rows, and
// the audit whole. So they do where the rows are on a server and the state is not, and
// where both are.
func TestKilledTasksGoOn(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	for name, tally := range map[string]*kills{
		"files":            {place: newSite, most: killsInAll, ofARun: 12, within: 60 * time.Millisecond},
		"data on a server": {place: newDataSite, most: killsOnServer, ofARun: 6, within: 150 * time.Millisecond},
		"all on a server":  {place: newServerSite, most: killsOnServer, ofARun: 6, within: 150 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tally.fall(t)
		})
	}
}

// fall kills as often as it is to.
func (k *kills) fall(t *testing.T) {
	calm := k.place(t, killedRows)
	calm.count()
	want := undisturbedIn(calm, tasks(killedBatch)...)
	for worker := range 2 {
		t.Run(fmt.Sprint(worker), func(t *testing.T) {
			t.Parallel()
			for round := 0; k.all.Load() < k.most && !t.Failed(); round++ {
				t.Run(fmt.Sprint(round), func(t *testing.T) { k.round(t, want, round%2 == 0) })
			}
		})
	}
	t.Cleanup(func() {
		t.Logf("killed %d times: %v", k.all.Load(), k.summary())
		for i, task := range tasks(killedBatch) {
			if n := k.of[i].Load(); n < k.most/20 && !t.Failed() {
				t.Errorf("%s was killed %d times only: the test proves little", task.name, n)
			}
		}
	})
}

// outcome is what an undisturbed site comes to.
type outcome struct {
	content []string
	results map[string][]string // by task
}

// undisturbed runs tasks one after another, and nothing stops them.
func undisturbed(t *testing.T, rows int, all ...task) outcome {
	t.Helper()
	s := newSite(t, rows)
	s.count()
	return undisturbedIn(s, all...)
}

// undisturbedIn is undisturbed, in a site that counts what is done to its issues.
func undisturbedIn(s site, all ...task) outcome {
	s.t.Helper()
	for _, task := range all {
		s.must(task.start()...)
	}
	o := outcome{s.content(), map[string][]string{}}
	s.appliedOnce()
	for _, run := range s.sound() {
		if !slices.ContainsFunc(all, func(t task) bool { return t.name == run.Task }) {
			continue
		}
		o.results[run.Task] = run.result()
	}
	return o
}

// equals proves that a site has come to the same.
func (o outcome) equals(s site) {
	s.t.Helper()
	same(s.t, "content", s.content(), o.content)
	s.appliedOnce()
	s.must("audit", "verify", "--journals")
	for _, run := range s.sound() {
		if o.results[run.Task] == nil { // it readied the site
			continue
		}
		same(s.t, run.Task, run.result(), o.results[run.Task])
	}
}

// kills says where to kill and how often, and counts what was killed.
type kills struct {
	place  func(testing.TB, int) site
	most   int64         // in all
	ofARun int           // at most, so that a kill is left for every task on a slow machine too
	within time.Duration // of the process being up, or its app being opened

	all  atomic.Int64
	of   [3]atomic.Int64 // by task
	when [3]atomic.Int64 // by how far the attempt was
}

func (k *kills) summary() string {
	var parts []string
	for i, task := range tasks(killedBatch) {
		parts = append(parts, fmt.Sprintf("%s %d", task.name, k.of[i].Load()))
	}
	return fmt.Sprintf("%s; before the app %d, before a batch %d, in a batch or after one %d", strings.Join(parts, ", "),
		k.when[0].Load(), k.when[1].Load(), k.when[2].Load())
}

// round takes a site through all tasks. One whose rows are counted has its data
// already; another makes it on the way.
func (k *kills) round(t *testing.T, want outcome, count bool) {
	s := k.place(t, killedRows)
	if count {
		s.count()
	}
	for i, task := range tasks(killedBatch) {
		v := victim{site: s, task: task, kills: k, of: &k.of[i]}
		v.untilDone()
		if t.Failed() {
			return
		}
	}
	want.equals(s)
}

// victim is one run that is killed and taken on until it is done.
type victim struct {
	site
	task  task
	kills *kills
	of    *atomic.Int64

	run    string // its ID; "": it is not on record, as far as was looked
	killed int
	begun  int // batches that other runs of the site have begun
}

func (v *victim) untilDone() {
	v.begun = v.noted(noteBegin)
	for !v.attempt() {
		// Every other time nobody looks, so that the next attempt is the first to find
		// what the last one left.
		if v.run == "" || rand.IntN(2) == 0 {
			v.look()
		}
		if v.t.Failed() {
			return
		}
	}
	run := v.look()
	if run.Status != ports.Succeeded || run.Attempt > v.killed+1 {
		v.t.Errorf("%s is %s in attempt %d, after %d kills", run.Task, run.Status, run.Attempt, v.killed)
	}
}

// look finds the run, and proves what holds between its attempts.
func (v *victim) look() standing {
	v.t.Helper()
	found := v.standing(v.task.name)
	v.run = found.ID
	// Each batch that was begun has committed, but for one a kill.
	if begun := v.noted(noteBegin) - v.begun; begun > int(found.Batch)+v.killed {
		v.t.Errorf("%s: %d batches were begun for %d that committed, with %d kills", v.task.name, begun, found.Batch, v.killed)
	}
	return found
}

// attempt starts the task or takes it on, kills it if there is a kill left, and
// reports whether it was done before that.
func (v *victim) attempt() (done bool) {
	v.t.Helper()
	args := v.task.start()
	if v.run != "" {
		args = resume(v.run)
	}
	var stderr bytes.Buffer
	cmd := v.command(args...)
	cmd.Stderr = &stderr
	mains, opens, begins := v.noted(noteMain), v.noted(noteOpen), v.noted(noteBegin)
	if err := cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	over := make(chan struct{})
	killer := make(chan struct{})
	go func() {
		defer close(killer)
		if v.killed >= v.kills.ofARun || v.kills.all.Load() >= v.kills.most {
			return
		}
		// Half of the kills are early ones, at which there may be no run yet.
		if rand.IntN(2) == 0 {
			v.await(noteMain, mains, over)
		} else {
			v.await(noteOpen, opens, over)
		}
		time.Sleep(rand.N(v.kills.within))
		_ = cmd.Process.Kill()
	}()
	err := cmd.Wait()
	close(over)
	<-killer
	switch exit := cmd.ProcessState.ExitCode(); {
	case err == nil:
		return true
	case exit < 0:
		v.killed++
		v.kills.all.Add(1)
		v.of.Add(1)
		v.kills.when[v.way(opens, begins)].Add(1)
		v.free()
		return false
	case exit == 65 && v.run != "" && v.look().Status == ports.Succeeded: // killed after its last word
		return true
	default:
		v.t.Fatalf("%s, after %d kills: exit code %d: %s", strings.Join(args, " "), v.killed, exit, stderr.String())
		return true
	}
}

// way is how far an attempt came, given what was noted before it.
func (v *victim) way(opens, begins int) int {
	switch {
	case v.noted(noteBegin) > begins:
		return 2
	case v.noted(noteOpen) > opens:
		return 1
	}
	return 0
}

// await waits until children have noted something more often than before, or the one
// at work is over.
func (s site) await(what string, before int, over <-chan struct{}) {
	for s.noted(what) <= before {
		select {
		case <-over:
			return
		case <-time.After(time.Millisecond):
		}
	}
}
