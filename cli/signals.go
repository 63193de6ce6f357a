package cli

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/beignet-go/beignet/runner"
)

// signalsAsOne is how long a signal that follows another is the same one: timeout(1)
// and some supervisors signal a process and then its group, and no person is as
// quick.
const signalsAsOne = 100 * time.Millisecond

// signals hears SIGINT and SIGTERM for as long as a run is at work. The first asks it
// to stop. The next has the effect that it has by default: it ends the process.
type signals struct {
	asked chan runner.Code // the first, as what it asks of a run

	caught chan os.Signal
	over   chan struct{} // closed when the run has ended
	left   sync.WaitGroup
}

func newSignals() *signals {
	return &signals{asked: make(chan runner.Code, 1), caught: make(chan os.Signal, 1), over: make(chan struct{})}
}

// hear begins to listen. Once a further signal would end the process, it calls tell.
// One that was ignored when the process began, as nohup does, stays ignored.
func (s *signals) hear(tell func()) {
	for _, each := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		if !signal.Ignored(each) {
			signal.Notify(s.caught, each)
		}
	}
	s.left.Go(func() {
		select {
		case first := <-s.caught:
			s.asked <- asks(first)
		case <-s.over:
			return
		}
		select {
		case <-time.After(signalsAsOne):
		case <-s.over:
			return
		}
		signal.Stop(s.caught)
		tell()
	})
}

// asks is what a signal asks of a run.
func asks(s os.Signal) runner.Code {
	if s == syscall.SIGTERM {
		return runner.CodeTerminated
	}
	return runner.CodeStopped
}

// end stops listening.
func (s *signals) end() {
	close(s.over)
	s.left.Wait()
	signal.Stop(s.caught)
}
