package disk

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/beignet-go/beignet/ports"
)

// stdout cannot appear whole. A pipe that nobody reads any more takes all that is
// written: whoever read it has had enough, which is no reason for a task to fail.
type stdout struct {
	out   io.Writer
	ended bool
}

func newStdout(out io.Writer) (ports.NewFile, error) {
	if out == nil {
		return nil, fmt.Errorf("standard output: %w", ports.ErrUnsupported)
	}
	return &stdout{out: out}, nil
}

func (s *stdout) Write(p []byte) (int, error) {
	if s.ended {
		return 0, errEnded
	}
	n, err := s.out.Write(p)
	switch {
	case errors.Is(err, syscall.EPIPE):
		return len(p), nil
	case err != nil:
		return n, fmt.Errorf("standard output: %w", writing(err))
	}
	return n, nil
}

func (s *stdout) Commit() error {
	if s.ended {
		return errEnded
	}
	s.ended = true
	return nil
}

func (s *stdout) Abort() error {
	s.ended = true
	return nil
}
