package postgres_test

import (
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/portstest"
	"github.com/beignet-go/beignet/ports/postgres"
)

func TestState(t *testing.T) {
	t.Parallel()
	portstest.State(t, func(t *testing.T) portstest.Opened {
		url := pgtest.Database(t)
		s := openState(t, url, postgres.StateOptions{Create: true})
		return portstest.Opened{State: s, Reopen: func(key ports.AuditKey) ports.State {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return openState(t, url, postgres.StateOptions{AuditKey: key})
		}}
	})
}

func openState(t *testing.T, url string, o postgres.StateOptions) ports.State {
	t.Helper()
	s, err := postgres.OpenState(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
