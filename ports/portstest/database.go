package portstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// Database is an adapter's database, as the suite needs to see it.
type Database struct {
	// Begin opens a transaction, and returns what inserts a row in it.
	Begin func(context.Context, ports.TxOptions) (insert func(row string) error, tx ports.Tx, err error)

	Checkpoints ports.Checkpoints

	// Rows returns the rows that have been committed, sorted. Nil: a database
	// without rows, whose insert is never called.
	Rows func() ([]string, error)
}

// batch is what a runner does in one transaction, in that order.
type batch struct {
	raise   []ports.Fence
	rows    []string
	save    ports.Checkpoint
	fences  []ports.Fence
	entries []ports.Entry
}

// do does b in a new transaction without ending it.
func (d Database) do(ctx context.Context, b batch) (ports.Tx, error) {
	insert, tx, err := d.Begin(ctx, ports.TxOptions{})
	if err != nil {
		return nil, err
	}
	if b.raise != nil {
		if err := tx.Raise(ctx, b.raise); err != nil {
			return tx, err
		}
	}
	for _, row := range b.rows {
		if d.Rows == nil {
			break
		}
		if err := insert(row); err != nil {
			return tx, err
		}
	}
	return tx, tx.Save(ctx, b.save, b.fences, b.entries)
}

// commit does b and commits it, or rolls it back and returns why.
func (d Database) commit(ctx context.Context, b batch) error {
	tx, err := d.do(ctx, b)
	if tx == nil {
		return err
	}
	defer tx.Rollback()
	if err != nil {
		return err
	}
	return tx.Commit()
}

func (d Database) mustCommit(t *testing.T, batches ...batch) {
	t.Helper()
	for i, b := range batches {
		if err := d.commit(t.Context(), b); err != nil {
			t.Fatalf("batch %d of the test: %v", i, err)
		}
	}
}

// content is all that can be seen of a database in which the run "r" has worked.
type content struct {
	Checkpoint *ports.Checkpoint
	Journal    []ports.Entry
	Rows       []string
}

func (d Database) content(t *testing.T) content {
	t.Helper()
	var c content
	switch point, err := d.Checkpoints.Checkpoint(t.Context(), "r"); {
	case err == nil:
		c.Checkpoint = &point
	case !errors.Is(err, ports.ErrNotFound):
		t.Fatal(err)
	}
	var err error
	if c.Journal, err = d.Checkpoints.Journal(t.Context(), "r", "", 0, 1000); err != nil {
		t.Fatal(err)
	}
	if d.Rows != nil {
		if c.Rows, err = d.Rows(); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (d Database) wantContent(t *testing.T, want content) {
	t.Helper()
	if d.Rows == nil {
		want.Rows = nil
	}
	if got := d.content(t); text(got) != text(want) {
		t.Errorf("the database holds\n%s\nwant\n%s", text(got), text(want))
	}
}

// text shows bytes as they are, for JSON would hide how they were spaced.
func text(c content) string {
	s := fmt.Sprintf("rows %q", c.Rows)
	if c.Checkpoint != nil {
		s = fmt.Sprintf("batch %d of %s, done %v, state %s\n", c.Checkpoint.Batch, c.Checkpoint.Run, c.Checkpoint.Done, c.Checkpoint.State) + s
	}
	for _, e := range c.Journal {
		s += fmt.Sprintf("\n%d %s %s", e.Seq, e.Kind, e.Body)
	}
	return s
}

func point(batch int64) ports.Checkpoint {
	return ports.Checkpoint{Run: "r", Batch: batch, State: json.RawMessage(fmt.Sprintf(`{"after":%d}`, batch))}
}

func fence(key string, token int64) []ports.Fence {
	return []ports.Fence{{Key: key, Token: token}}
}

func entry(seq int64, body string) ports.Entry {
	return ports.Entry{Seq: seq, Kind: ports.EntryRejected, Body: json.RawMessage(body)}
}
