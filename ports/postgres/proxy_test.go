package postgres_test

import (
	"errors"
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
)

// A commit whose answer is lost is settled by the checkpoint: the rows are there where
// it says so, and are not where it does not.
func TestLostCommit(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{TCP: true})
	proxy := pgtest.NewCutter(t, s.Database(t))
	db := openData(t, proxy.URL)
	batch, committed := int64(1), 0
	for i := range 40 {
		q, tx := begin(t, db, ports.TxOptions{})
		err := errors.Join(
			statement(t, `INSERT INTO row VALUES ('x')`)(q, nil),
			tx.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: batch}, nil, nil),
		)
		if err != nil {
			t.Fatal(err)
		}
		when := []pgtest.Cut{pgtest.Before, pgtest.After, pgtest.Late}[i%3]
		proxy.Arm(when)
		if err := tx.Commit(); !errors.Is(err, ports.ErrUnavailable) {
			t.Fatalf("Commit: %v, want ErrUnavailable", err)
		}
		c, err := db.Checkpoint(t.Context(), "r")
		if err != nil && !errors.Is(err, ports.ErrNotFound) {
			t.Fatal(err)
		}
		if done := c.Batch == batch; done == (when == pgtest.Before) {
			t.Errorf("cut %s the commit, the checkpoint is at %d of %d", when, c.Batch, batch)
		} else if done {
			committed, batch = committed+1, batch+1
		}
		if all, err := rows(t, db); err != nil || len(all) != committed {
			t.Fatalf("%d rows, %v; the checkpoint says %d", len(all), err, committed)
		}
	}
}
