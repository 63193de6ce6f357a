package memory_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/ports/portstest"
)

func TestState(t *testing.T) {
	t.Parallel()
	portstest.State(t, func(t *testing.T) portstest.Opened {
		s := memory.NewState()
		return portstest.Opened{State: s, Reopen: func(key ports.AuditKey) ports.State {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return s.WithKey(key)
		}}
	})
}

// A holder that is killed is out of its locks, and in nobody's way.
func TestKill(t *testing.T) {
	t.Parallel()
	s := memory.NewState()
	lock := func(run string, keys ...string) ports.Held {
		t.Helper()
		h, err := s.Lock(t.Context(), ports.Holder{Run: run}, keys)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	other := lock("other", "m")
	dead := lock("r", "k", "l")
	s.Kill("r")
	if held, err := s.Held(t.Context()); err != nil || len(held) != 1 || held[0].Key != "m" {
		t.Errorf("held are %+v, %v; want m", held, err)
	}
	if err := dead.Check(t.Context()); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Check of the dead: %v, want ErrStale", err)
	}
	if err := other.Check(t.Context()); err != nil {
		t.Errorf("Check of another: %v", err)
	}
	next := lock("next", "k", "l")
	if err := dead.Release("k"); err != nil {
		t.Error(err)
	}
	if err := next.Check(t.Context()); err != nil {
		t.Errorf("Check of the next holder, after the dead one's Release: %v", err)
	}
	if was, is := dead.Fences()[0].Token, next.Fences()[0].Token; is <= was {
		t.Errorf("token %d after %d", is, was)
	}
}

func TestTx(t *testing.T) {
	t.Parallel()
	portstest.Tx(t, func(t *testing.T) portstest.Database {
		db := memory.NewDB([]string(nil), slices.Clone[[]string])
		return portstest.Database{
			Begin: func(ctx context.Context, o ports.TxOptions) (func(string) error, ports.Tx, error) {
				rows, tx, err := db.Begin(ctx, o)
				insert := func(row string) error { *rows = append(*rows, row); return nil }
				return insert, tx, err
			},
			Checkpoints: db,
			Rows: func() ([]string, error) {
				rows := db.Read()
				slices.Sort(rows)
				return rows, nil
			},
		}
	})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	portstest.Files(t, func(_ *testing.T, stdin string) portstest.Folder {
		var files memory.Files
		files.Put("-", stdin)
		return portstest.Folder{Files: &files, Put: files.Put, Get: files.Get}
	})
}

// What Read returns, and what a database was made from, is the caller's own.
func TestRowsAreNotShared(t *testing.T) {
	t.Parallel()
	rows := []string{"a"}
	db := memory.NewDB(rows, slices.Clone[[]string])
	rows[0] = "changed"
	db.Read()[0] = "changed"
	if got := db.Read(); got[0] != "a" {
		t.Errorf("the database holds %q, want a", got)
	}
}
