package postgres_test

import (
	"context"
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/portstest"
	"github.com/beignet-go/beignet/ports/postgres"
)

func TestTx(t *testing.T) {
	t.Parallel()
	portstest.Tx(t, func(t *testing.T) portstest.Database {
		return database(t, openData(t, pgtest.Database(t)))
	})
}

// openData opens an app's database whose one table is row.
func openData(t *testing.T, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, postgres.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.SQL().ExecContext(t.Context(), `CREATE TABLE IF NOT EXISTS row (id text)`); err != nil {
		t.Fatal(err)
	}
	return db
}

func database(t *testing.T, db *postgres.DB) portstest.Database {
	begin := postgres.Begin(db, func(q ports.Querier) ports.Querier { return q })
	return portstest.Database{
		Begin: func(ctx context.Context, o ports.TxOptions) (func(string) error, ports.Tx, error) {
			q, tx, err := begin(ctx, o)
			insert := func(row string) error {
				_, err := q.ExecContext(ctx, `INSERT INTO row VALUES ($1)`, row)
				return err
			}
			return insert, tx, err
		},
		Checkpoints: db,
		Rows:        func() ([]string, error) { return rows(t, db) },
	}
}

func rows(t *testing.T, db *postgres.DB) (all []string, err error) {
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
