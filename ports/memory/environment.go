package memory

import (
	"context"
	"fmt"

	"github.com/beignet-go/beignet/ports"
)

// Environment is the method of ports.State.
func (s *State) Environment(ctx context.Context) (string, error) {
	r, err := s.read(ctx)
	return r.environment, err
}

// Claim is the method of ports.State.
func (s *State) Claim(ctx context.Context, name string, events ...ports.Event) error {
	return s.write(ctx, events, func(v *version[records]) error {
		if of := v.rows.environment; of != "" && of != name {
			return fmt.Errorf("claim for environment %s: environment %s: %w", name, of, ports.ErrExists)
		}
		v.rows.environment = name
		return nil
	})
}
