package memory_test

import (
	"context"
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
		return portstest.Opened{State: s, Reopen: func() ports.State {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return s
		}}
	})
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
