package main

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
)

// persist runs a task, and takes its run on for as long as it ends in a way that asks
// for that. Meanwhile something is done to what it works on, which is whole again
// afterwards. It returns how many processes that has taken.
func (s site) persist(task task, meanwhile func(over <-chan struct{})) (attempts int) {
	s.t.Helper()
	args := task.start()
	for {
		attempts++
		cmd := s.command(args...)
		cmd.Env = append(cmd.Env, childRest+"=5ms")
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &said, &said
		over := s.begin(cmd)
		meanwhile(over)
		<-over
		exit := cmd.ProcessState.ExitCode()
		if exit == 0 {
			return attempts
		}
		run := s.standing(task.name)
		if run.Status == ports.Succeeded { // its last word was heard, and the answer was lost
			return attempts
		}
		if !slices.Contains([]int{69, 74, 75}, exit) || attempts > 30 {
			s.t.Fatalf("%s: exit code %d: %s", task.name, exit, said.String())
		}
		s.t.Logf("%s is %s after batch %d: exit code %d", task.name, run.Status, run.Batch, exit)
		s.free()
		if run.ID != "" {
			args = resume(run.ID)
		}
	}
}

// awaitBatches waits until children have begun some batches more, and reports whether
// they have, or the one at work was over before that.
func (s site) awaitBatches(more int, over <-chan struct{}) bool {
	before := s.noted(noteBegin) + more - 1
	s.await(noteBegin, before, over)
	select {
	case <-over:
		return false
	default:
		return true
	}
}

// A server that is killed again and again while tasks run on it, and is started again,
// has every batch once. The run goes on by itself, unless the state is there too and the
// server is away for so long that the run has lost its locks: then it is taken on.
func TestAServerIsKilled(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	all := tasks(killedBatch)
	for name, test := range map[string]struct {
		keeps bool
		most  int
		away  time.Duration
	}{
		"data":            {false, serverKills / 4, 0},
		"all":             {true, serverKills, 0},
		"all, for longer": {true, 1, 12 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := pgtest.New(t, pgtest.Options{}) // what is not synced is lost with the machine, not with a process
			calm := newSite(t, killedRows).at(server.Database(t), test.keeps)
			calm.count()
			want := undisturbedIn(calm, all...)
			s := newSite(t, killedRows).at(server.Database(t), test.keeps)
			s.count()
			kills, processes := 0, 0
			for i, task := range all {
				processes += s.persist(task, func(over <-chan struct{}) {
					for kills < test.most*(i+1)/len(all) && s.awaitBatches(1+rand.IntN(6), over) {
						time.Sleep(rand.N(20 * time.Millisecond))
						server.Kill(t)
						time.Sleep(test.away)
						server.Start(t)
						kills++
					}
				})
			}
			t.Logf("the server was killed %d times, and %d processes were run", kills, processes)
			if kills < test.most {
				t.Errorf("the server was killed %d times only, want %d", kills, test.most)
			}
			if !test.keeps && processes > len(all) {
				t.Error("a run has not gone on by itself")
			}
			if test.away > 0 && processes == len(all) {
				t.Error("no run has lost its locks")
			}
			want.equals(s)
		})
	}
}

// A connection that is lost at a COMMIT, before the server hears of it, with the answer on
// its way, or with the COMMIT on its way, is settled by the checkpoint: the run goes on,
// and each batch is there once.
func TestACommitIsCutOff(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	all := tasks(killedBatch)
	server := pgtest.New(t, pgtest.Options{TCP: true})
	for name, keeps := range map[string]bool{"data": false, "all": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calm := newSite(t, killedRows).at(server.Database(t), keeps)
			calm.count()
			want := undisturbedIn(calm, all...)
			proxy := pgtest.NewCutter(t, server.Database(t))
			s := newSite(t, killedRows).at(proxy.URL, keeps)
			s.count()
			moments, cuts := []pgtest.Cut{pgtest.Before, pgtest.After, pgtest.Late}, map[pgtest.Cut]int{}
			for _, task := range all {
				n := s.persist(task, func(over <-chan struct{}) {
					for i := 0; s.awaitBatches(1+rand.IntN(5), over); i++ {
						when := moments[i%len(moments)]
						proxy.Arm(when)
						for proxy.Armed() {
							select {
							case <-over:
								proxy.Disarm()
								return
							case <-time.After(time.Millisecond):
							}
						}
						cuts[when]++
					}
				})
				if !keeps && n > 1 {
					t.Errorf("%s has not gone on by itself", task.name)
				}
			}
			t.Logf("cut off: %v", cuts)
			for _, when := range moments {
				if cuts[when] < 6 {
					t.Errorf("cut off %s: %d times only: the test proves little", when, cuts[when])
				}
			}
			want.equals(s)
		})
	}
}
