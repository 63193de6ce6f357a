package disk

import (
	"fmt"
	"io"

	"github.com/beignet-go/beignet/ports"
)

// stdout cannot appear whole. What is wrong with it, such as a pipe that nobody
// reads any more, is an error of Write, which keeps the operating system's.
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
	if err != nil {
		err = fmt.Errorf("standard output: %w", err)
	}
	return n, err
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
