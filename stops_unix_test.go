//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

const (
	stoppedRows  = 600
	stoppedBatch = 20
)

// An import that a signal stops at any moment ends after its batch, says how it goes on,
// and comes to the same.
func TestEveryStopIsClean(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	task := tasks(stoppedBatch)[0]
	want := undisturbed(t, stoppedRows, task)
	for sig, exit := range map[os.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		for n := range signalsOfEach {
			t.Run(fmt.Sprint(sig, " ", n), func(t *testing.T) {
				t.Parallel()
				s := newSite(t, stoppedRows)
				s.count()
				cmd := s.command(task.start()...)
				cmd.Env = append(cmd.Env, childRest+"=2ms") // or it might be over before that
				var stdout, stderr bytes.Buffer
				cmd.Stdout, cmd.Stderr = &stdout, &stderr
				over := s.begin(cmd)
				s.await(noteBegin, 0, over)
				time.Sleep(rand.N(30 * time.Millisecond))
				signal(t, cmd, sig)
				<-over
				var said struct{ Status, Resume string }
				_ = json.Unmarshal(stdout.Bytes(), &said)
				run := s.standing(task.name)
				if code := cmd.ProcessState.ExitCode(); code != exit || said.Status != "stopped" || said.Resume != "beignet runs resume "+run.ID {
					t.Fatalf("exit code %d: %s%s", code, stdout.String(), stderr.String())
				}
				if begun := s.noted(noteBegin); begun != int(run.Batch) {
					t.Errorf("%d batches were begun, and %d have committed", begun, run.Batch)
				}
				if run.Status != ports.Stopped || run.Done || run.Progress.Processed != run.at.Processed || run.at.Processed%stoppedBatch != 0 {
					t.Errorf("%s after %d items on record and %d done", run.Status, run.Progress.Processed, run.at.Processed)
				}
				s.must(resume(run.ID)...)
				want.equals(s)
			})
		}
	}
}

// A second signal ends the process in the middle of its batch, which leaves nothing,
// and the import comes to the same.
func TestEverySecondSignalEndsTheProcess(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	task := tasks(stoppedBatch)[0]
	want := undisturbed(t, stoppedRows, task)
	for n := range signalsOfEach {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			s := newSite(t, stoppedRows)
			s.count()
			cmd := &process{Cmd: s.command(task.start()...)}
			cmd.Env, cmd.Stderr = append(cmd.Env, childLinger+"=500ms"), cmd
			over := s.begin(cmd.Cmd)
			batches := rand.IntN(2)
			s.await(noteBegin, batches, over)
			time.Sleep(rand.N(50 * time.Millisecond))
			two := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
			rand.Shuffle(len(two), func(i, j int) { two[i], two[j] = two[j], two[i] })
			signal(t, cmd.Cmd, two[0])
			for !strings.Contains(cmd.said(), "again to end now") { // at once they would be one
				select {
				case <-over:
					t.Fatalf("it ended at the first signal: %s %s", cmd.ProcessState, cmd.said())
				case <-time.After(time.Millisecond):
				}
			}
			signal(t, cmd.Cmd, two[1])
			<-over
			if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != two[1] {
				t.Errorf("it ended with %s", cmd.ProcessState)
			}
			run := s.standing(task.name)
			if run.Status != ports.Running || run.Batch != int64(batches) {
				t.Errorf("%s after %d batches, want running after %d", run.Status, run.Batch, batches)
			}
			s.must(resume(run.ID)...)
			want.equals(s)
		})
	}
}
