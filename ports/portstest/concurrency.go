package portstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// testContention has many holders race for the same batches of one run: each
// batch is won once, and what the losers did is gone.
func testContention(t *testing.T, d Database) {
	const holders, batches = 4, 20
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var group sync.WaitGroup
	for holder := range holders {
		group.Go(func() {
			for {
				done, err := d.Checkpoints.Checkpoint(ctx, "r")
				if err != nil && !errors.Is(err, ports.ErrNotFound) {
					t.Error(err)
					return
				}
				if done.Batch == batches {
					return
				}
				n := done.Batch + 1
				err = d.commit(ctx, batch{
					rows: []string{fmt.Sprintf("%03d", n)}, save: point(n), entries: []ports.Entry{entry(n, fmt.Sprint(holder))},
				})
				if err != nil && !errors.Is(err, ports.ErrStale) && !errors.Is(err, ports.ErrBusy) {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()

	got := d.content(t)
	var rows []string
	for n := range batches {
		rows = append(rows, fmt.Sprintf("%03d", n+1))
	}
	if d.Rows != nil && !slices.Equal(got.Rows, rows) {
		t.Errorf("rows %q, want each batch's once", got.Rows)
	}
	if len(got.Journal) != batches {
		t.Errorf("%d entries, want %d", len(got.Journal), batches)
	}
}

func testContext(t *testing.T, d Database) {
	ctx, cancel := context.WithCancel(t.Context())
	tx, err := d.do(ctx, batch{rows: []string{"a"}, save: point(1)})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := tx.Commit(); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit after the context has ended: %v, want context.Canceled", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	d.wantContent(t, content{})
	if _, _, err := d.Begin(ctx, ports.TxOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Begin after the context has ended: %v, want context.Canceled", err)
	}
	d.mustCommit(t, batch{save: point(1)}) // nothing of the above is in the way
}

// testWaiting opens a second transaction beside an open one. It has to wait for
// the first one's fence, until its context or its lock timeout ends that.
func testWaiting(t *testing.T, d Database) {
	first, err := d.do(t.Context(), batch{raise: fence("k", 1), save: point(1)})
	if err != nil {
		t.Fatal(err)
	}
	second := func(ctx context.Context, o ports.TxOptions) error {
		_, tx, err := d.Begin(ctx, o)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		return tx.Raise(ctx, fence("k", 2))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := second(ctx, ports.TxOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a context of 20 ms: %v, want context.DeadlineExceeded", err)
	}
	if d.Rows != nil { // a State's Begin takes no options
		if err := second(t.Context(), ports.TxOptions{LockTimeout: 20 * time.Millisecond}); !errors.Is(err, ports.ErrBusy) {
			t.Errorf("with a lock timeout of 20 ms: %v, want ErrBusy", err)
		}
	}
	waited := make(chan error)
	go func() { waited <- second(t.Context(), ports.TxOptions{}) }()
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Errorf("once the first has committed: %v", err)
	}
}
