package cli

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// signalsAsOne is how long a signal that follows another is the same one: timeout(1)
// and some supervisors signal a process and then its group, and no person is as
// quick.
const signalsAsOne = 100 * time.Millisecond

// signals hears SIGINT and SIGTERM for as long as a run is at work. The first asks it
// to stop. The next has the effect that it has by default: it ends the process.
type signals struct {
	asked chan struct{} // closed at the first
	first os.Signal     // nil: none has come

	caught chan os.Signal
	over   chan struct{} // closed when the run has ended
	left   sync.WaitGroup
}

func newSignals() *signals {
	return &signals{asked: make(chan struct{}), caught: make(chan os.Signal, 1), over: make(chan struct{})}
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
		case s.first = <-s.caught:
		case <-s.over:
			return
		}
		close(s.asked)
		select {
		case <-time.After(signalsAsOne):
		case <-s.over:
			return
		}
		signal.Stop(s.caught)
		tell()
	})
}

// end stops listening, and returns the signal that asked the run to stop; nil: none.
func (s *signals) end() os.Signal {
	close(s.over)
	s.left.Wait()
	signal.Stop(s.caught)
	return s.first
}
