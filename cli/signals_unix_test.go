//go:build unix

package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// signalledTask is the task that TestSignalledChild runs, for a test that signals it.
const signalledTask = "CLI_TEST_SIGNALLED_TASK"

var slowFiles = fstest.MapFS{
	"beignet.yaml": {Data: []byte("name: slow\nfeatures: [slow.yaml]\n")},
	"slow.yaml": {Data: []byte(`feature: slow
tasks:
  - { name: slow.batches, description: Take long over a batch., handler: slow.batches, effect: write, input: { type: object } }
  - { name: slow.once, description: Take long., handler: slow.once, effect: write, input: { type: object } }
`)},
}

// TestSignalledChild is the process that the tests below signal: it says when it is at
// work, and its exit code if it comes to that.
func TestSignalledChild(t *testing.T) {
	task := os.Getenv(signalledTask)
	if task == "" {
		t.Skip("it is run by others")
	}
	db := memory.NewDB(struct{}{}, func(s struct{}) struct{} { return s })
	slow := Program[struct{}]{
		Name: "slow", Manifests: slowFiles,
		Register: func(r *runner.Registry[struct{}]) {
			runner.HandleBatches(r, "slow.batches",
				func(_ context.Context, _, _ struct{}, after, _ int) ([]int, error) { return []int{after + 1}, nil },
				func(n int) int { return n },
				func(context.Context, struct{}, struct{}, *runner.Batch[int, struct{}]) error {
					fmt.Println("at work")
					time.Sleep(time.Second)
					return nil
				})
			runner.Handle(r, "slow.once", func(ctx context.Context, _, _ struct{}) (struct{}, error) {
				fmt.Println("at work")
				<-ctx.Done()
				return struct{}{}, ctx.Err()
			})
		},
		State: func(context.Context, runner.Target, bool) (ports.State, error) { return memory.NewState(), nil },
		Open: func(context.Context, runner.Session) (runner.Opened[struct{}], error) {
			return runner.Opened[struct{}]{
				Begin: func(ctx context.Context, o ports.TxOptions) (struct{}, ports.Tx, error) {
					return struct{}{}, must(db.Begin(ctx, o)), nil
				},
				Checkpoints: db,
			}, nil
		},
	}
	env := map[string]string{"XDG_STATE_HOME": t.TempDir()}
	exit := slow.Main(t.Context(), strings.Fields("task run "+task), IO{Out: os.Stdout, Err: os.Stdout, Getenv: func(name string) string { return env[name] }})
	fmt.Println("exit", exit)
}

func must(_ *struct{}, tx ports.Tx, err error) ports.Tx {
	if err != nil {
		panic(err)
	}
	return tx
}

// signalled is a child that has said something.
type signalled struct {
	t *testing.T
	*exec.Cmd
	mu   sync.Mutex
	said strings.Builder
}

func newSignalled(t *testing.T, task string) *signalled {
	t.Helper()
	s := &signalled{t: t, Cmd: exec.Command(os.Args[0], "-test.run=^TestSignalledChild$")}
	s.Env = append(os.Environ(), signalledTask+"="+task)
	s.Stdout, s.Stderr = io.Writer(s), s
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Process.Kill() })
	return s
}

func (s *signalled) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said.Write(p)
}

func (s *signalled) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said.String()
}

// after sends a signal once the child has said something.
func (s *signalled) after(text string, sig os.Signal) {
	s.t.Helper()
	for range 1000 {
		if strings.Contains(s.all(), text) {
			if err := s.Process.Signal(sig); err != nil {
				s.t.Error(err)
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("it never said %q, but %s", text, s.all())
}

// The first signal ends a run after its batch, and a one-shot at once. The second ends
// the process, by the signal's own effect; two at once are one.
func TestSignals(t *testing.T) {
	t.Parallel()
	const again = "stopping after this batch; again to end now\n"
	for _, test := range []struct {
		name, task string
		signals    func(s *signalled)
		killedBy   syscall.Signal // 0: it ends by itself
		says       string
	}{
		{"SIGINT", "slow.batches", func(s *signalled) { s.after("at work", syscall.SIGINT) }, 0, again},
		{"its exit code", "slow.batches", func(s *signalled) { s.after("at work", syscall.SIGINT) }, 0, "exit 130\n"},
		{"how it goes on", "slow.batches", func(s *signalled) { s.after("at work", syscall.SIGINT) }, 0, "slow: slow.batches: stopped by a signal\n  done before that and kept: 1 item\nhint: slow runs resume "},
		{"SIGTERM", "slow.batches", func(s *signalled) { s.after("at work", syscall.SIGTERM) }, 0, "exit 143\n"},
		{"twice at once", "slow.batches", func(s *signalled) {
			s.after("at work", syscall.SIGTERM)
			time.Sleep(5 * time.Millisecond)
			s.after("at work", syscall.SIGTERM)
		}, 0, "exit 143\n"},
		{"a second one", "slow.batches", func(s *signalled) {
			s.after("at work", syscall.SIGINT)
			s.after(again, syscall.SIGINT)
		}, syscall.SIGINT, again},
		{"a second one of the other", "slow.batches", func(s *signalled) {
			s.after("at work", syscall.SIGINT)
			s.after(again, syscall.SIGTERM)
		}, syscall.SIGTERM, again},
		{"a one-shot", "slow.once", func(s *signalled) { s.after("at work", syscall.SIGTERM) }, 0, "exit 143\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSignalled(t, test.task)
			test.signals(s)
			_ = s.Wait() // what it ended with is in its state
			status := s.ProcessState.Sys().(syscall.WaitStatus)
			if killed := status.Signaled(); killed != (test.killedBy != 0) || killed && status.Signal() != test.killedBy {
				t.Errorf("ended with %s", s.ProcessState)
			}
			if !strings.Contains(s.all(), test.says) {
				t.Errorf("it said %s\nand not %q", s.all(), test.says)
			}
		})
	}
}

// A signal that is ignored when the program begins, as under nohup, stays so.
func TestIgnoredSignalsStayIgnored(t *testing.T) {
	t.Parallel()
	s := &signalled{t: t, Cmd: exec.Command("sh", "-c", `trap '' INT; exec "$0" -test.run='^TestSignalledChild$'`, os.Args[0])}
	s.Env = append(os.Environ(), signalledTask+"=slow.batches --limit 2")
	s.Stdout, s.Stderr = io.Writer(s), s
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Process.Kill() })
	s.after("at work", syscall.SIGINT)
	if err := s.Wait(); err != nil || !strings.Contains(s.all(), "stopped by --limit") || !strings.Contains(s.all(), "exit 0\n") {
		t.Errorf("%v: it said %s", err, s.all())
	}
}
