package runner

import (
	"time"

	"github.com/beignet-go/beignet/ports"
)

// stages times the parts of one run.
type stages struct {
	now  func() time.Time
	done []ports.Stage
}

// time runs fn as the stage of that name.
func (s *stages) time(name string, fn func() error) error {
	began := s.now()
	err := fn()
	s.done = append(s.done, ports.Stage{Name: name, Duration: s.now().Sub(began)})
	return err
}
