package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/portstest"
	"github.com/beignet-go/beignet/ports/sqlite"
)

func TestState(t *testing.T) {
	t.Parallel()
	portstest.State(t, func(t *testing.T) portstest.Opened {
		folder := filepath.Join(t.TempDir(), "state")
		s := openState(t, folder)
		return portstest.Opened{State: s, Reopen: func(key ports.AuditKey) ports.State {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{AuditKey: key})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { again.Close() })
			return again
		}}
	})
}

func openState(t *testing.T, folder string) ports.State {
	t.Helper()
	s, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestTx(t *testing.T) {
	t.Parallel()
	portstest.Tx(t, func(t *testing.T) portstest.Database {
		return database(t, openData(t, filepath.Join(t.TempDir(), "data.db")))
	})
}

// openData opens an app's database whose one table is row.
func openData(t *testing.T, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.SQL().ExecContext(t.Context(), `CREATE TABLE IF NOT EXISTS row (id TEXT)`); err != nil {
		t.Fatal(err)
	}
	return db
}

func database(t *testing.T, db *sqlite.DB) portstest.Database {
	begin := sqlite.Begin(db, func(q ports.Querier) ports.Querier { return q })
	return portstest.Database{
		Begin: func(ctx context.Context, o ports.TxOptions) (func(string) error, ports.Tx, error) {
			q, tx, err := begin(ctx, o)
			insert := func(row string) error {
				_, err := q.ExecContext(ctx, `INSERT INTO row VALUES (?1)`, row)
				return err
			}
			return insert, tx, err
		},
		Checkpoints: db,
		Rows:        func() ([]string, error) { return rows(t, db) },
	}
}

func rows(t *testing.T, db *sqlite.DB) (all []string, err error) {
	rows, err := db.SQL().QueryContext(t.Context(), `SELECT id FROM row ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all = append(all, id)
	}
	return all, rows.Err()
}
