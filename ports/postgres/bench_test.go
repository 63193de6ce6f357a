package postgres_test

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

const loadRows = 1000

// BenchmarkLoad adds 1,000 rows in a transaction with its checkpoint, by COPY and by
// arrays, to a table with a primary key.
func BenchmarkLoad(b *testing.B) {
	db, err := postgres.Open(b.Context(), pgtest.Database(b), postgres.Options{Create: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for name, load := range map[string]func(*testing.B, ports.Querier, int64){"copy": loadByCopy, "unnest": loadByArrays} {
		b.Run(name, func(b *testing.B) {
			_, err := db.SQL().ExecContext(b.Context(), `DROP TABLE IF EXISTS item; DELETE FROM beignet_checkpoint;
				CREATE TABLE item (id bigint PRIMARY KEY, title text, body text, at timestamptz)`)
			if err != nil {
				b.Fatal(err)
			}
			begin := postgres.Begin(db, func(q ports.Querier) ports.Querier { return q })
			n := int64(0)
			for b.Loop() {
				n++
				q, tx, err := begin(b.Context(), ports.TxOptions{LockTimeout: time.Second})
				if err != nil {
					b.Fatal(err)
				}
				load(b, q, n*loadRows)
				if err := tx.Save(b.Context(), ports.Checkpoint{Run: "r", Batch: n, State: []byte(`{}`)}, nil, nil); err != nil {
					b.Fatal(err)
				}
				if err := tx.Commit(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

const body = "A body of a few words, as an issue has it that was written on a Tuesday morning."

func loadByCopy(b *testing.B, q ports.Querier, from int64) {
	var all iter.Seq2[[]any, error] = func(yield func([]any, error) bool) {
		for i := range int64(loadRows) {
			if !yield([]any{from + i, fmt.Sprint("title ", i), body, time.Unix(i, 0)}, nil) {
				return
			}
		}
	}
	if _, err := q.(ports.Copier).CopyFrom(b.Context(), "item", []string{"id", "title", "body", "at"}, all); err != nil {
		b.Fatal(err)
	}
}

func loadByArrays(b *testing.B, q ports.Querier, from int64) {
	ids, titles, bodies, at := make([]int64, loadRows), make([]string, loadRows), make([]string, loadRows), make([]time.Time, loadRows)
	for i := range loadRows {
		ids[i], titles[i], bodies[i], at[i] = from+int64(i), fmt.Sprint("title ", i), body, time.Unix(int64(i), 0)
	}
	if _, err := q.ExecContext(b.Context(), `INSERT INTO item SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[])`,
		ids, titles, bodies, at); err != nil {
		b.Fatal(err)
	}
}
