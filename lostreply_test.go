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
// has every batch once. Where the state is elsewhere, the run goes on by itself; where it
// is there too, it does or is taken on.
func TestAServerIsKilled(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	all := tasks(killedBatch)
	for name, test := range map[string]struct {
		keeps bool
		most  int
	}{
		"data": {false, serverKills / 4},
		"all":  {true, serverKills},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := pgtest.New(t, pgtest.Options{}) // that it syncs nothing is the machine's death, not its own
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
			want.equals(s)
		})
	}
}

// A connection that is lost at a COMMIT, before the server hears of it or with the answer
// on its way, is settled by the checkpoint: the run goes on, and each batch is there once.
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
			cuts := map[pgtest.Cut]int{}
			for _, task := range all {
				n := s.persist(task, func(over <-chan struct{}) {
					for i := 0; s.awaitBatches(1+rand.IntN(5), over); i++ {
						when := []pgtest.Cut{pgtest.Before, pgtest.After}[i%2]
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
			if cuts[pgtest.Before] < 10 || cuts[pgtest.After] < 10 {
				t.Errorf("cut off: %v: the test proves little", cuts)
			}
			want.equals(s)
		})
	}
}
