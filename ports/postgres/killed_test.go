package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

// work commits one batch after another until ctx ends, and settles each commit whose
// answer is lost by the checkpoint, as a runner does. It counts in done.
func work(ctx context.Context, db *postgres.DB, done *atomic.Int64) error {
	begin := postgres.Begin(db, func(q ports.Querier) ports.Querier { return q })
	next := func(n int64) error {
		q, tx, err := begin(ctx, ports.TxOptions{LockTimeout: 5 * time.Second})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if _, err := q.ExecContext(ctx, `INSERT INTO row VALUES ($1)`, fmt.Sprintf("%06d", n)); err != nil {
			return err
		}
		if err := tx.Save(ctx, ports.Checkpoint{Run: "r", Batch: n}, nil, nil); err != nil {
			return err
		}
		return tx.Commit()
	}
	for ctx.Err() == nil {
		c, err := db.Checkpoint(ctx, "r")
		for ; err == nil || errors.Is(err, ports.ErrNotFound); c.Batch++ {
			if err = next(c.Batch + 1); err != nil {
				break
			}
			done.Store(c.Batch + 1)
		}
		if errors.Is(err, ports.ErrStale) {
			return err // nobody else is at it: it was done before, and not settled
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

// A server that is killed again and again while batches commit has each of them once,
// and none that was acknowledged is missing.
func TestKilledOften(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{Durable: true})
	db := openData(t, s.Database(t))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var done atomic.Int64
	ended := make(chan error, 1)
	go func() { ended <- work(ctx, db, &done) }()
	for kill := range 5 {
		for from := done.Load(); done.Load() < from+int64(5+kill); {
			time.Sleep(time.Millisecond)
			if t.Context().Err() != nil {
				t.Fatal("no batch commits")
			}
		}
		s.Kill(t)
		s.Start(t)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	c, err := db.Checkpoint(t.Context(), "r")
	if err != nil || c.Batch < done.Load() {
		t.Fatalf("the checkpoint is at %d, %v; %d were acknowledged", c.Batch, err, done.Load())
	}
	all, err := rows(t, db)
	if err != nil || int64(len(all)) != c.Batch {
		t.Fatalf("%d rows, %v; want %d", len(all), err, c.Batch)
	}
	for i, id := range all {
		if id != fmt.Sprintf("%06d", i+1) {
			t.Fatalf("row %d is %s", i+1, id)
		}
	}
}
