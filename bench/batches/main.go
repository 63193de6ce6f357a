// Command batches does the same work over the same rows twice: as a loop that a
// careful person writes by hand, in batches and without a checkpoint, and as a
// task. What the task takes longer is what checkpoint, fence, record and audit cost.
//
//	batches make ROWS    a database data.db of that many rows
//	batches loop         the loop
//	batches task …       a program's own arguments
//
// The task says on standard error how many transactions it has committed.
package main

import (
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"testing/fstest"

	"github.com/beignet-go/beignet/cli"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner"
)

const (
	data      = "data.db"
	batchSize = 1000
)

func main() {
	var err error
	switch ctx := context.Background(); os.Args[1] {
	case "make":
		err = makeRows(ctx, os.Args[2])
	case "loop":
		err = loop(ctx)
	default:
		os.Exit(program().Main(ctx, os.Args[1:], cli.Std()))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "batches:", err)
		os.Exit(1)
	}
}

// makeRows makes the table, and beignet's own beside it.
func makeRows(ctx context.Context, rows string) error {
	n, err := strconv.Atoi(rows)
	if err != nil {
		return err
	}
	db, err := sqlite.Open(ctx, data, sqlite.Options{Create: true})
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.SQL().ExecContext(ctx, `CREATE TABLE item (id INTEGER PRIMARY KEY, body TEXT NOT NULL, sum INTEGER NOT NULL);
		WITH RECURSIVE n(i) AS (SELECT 1 WHERE ?1 > 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
		INSERT INTO item SELECT i, printf('%08d', i) || hex(zeroblob(100)), 0 FROM n`, n)
	return err
}

type item struct {
	ID   int64
	Body string
}

// page is the rows after a key.
func page(ctx context.Context, q ports.Querier, after int64, limit int) ([]item, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, body FROM item WHERE id > ?1 ORDER BY id LIMIT ?2`, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var items []item
	for rows.Next() {
		var i item
		if err := rows.Scan(&i.ID, &i.Body); err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	return items, rows.Err()
}

// apply writes something computed from each row.
func apply(ctx context.Context, q ports.Querier, items []item) error {
	update, err := q.PrepareContext(ctx, `UPDATE item SET sum = ?2 WHERE id = ?1`)
	if err != nil {
		return err
	}
	defer update.Close()
	for _, i := range items {
		if _, err := update.ExecContext(ctx, i.ID, crc32.ChecksumIEEE([]byte(i.Body))); err != nil {
			return err
		}
	}
	return nil
}

// loop is the work by hand: the same page, the same apply, the same connection, and
// a context that Ctrl-C ends. (With one that nothing can end, the driver has no
// goroutine to start for each statement, and both would be a quarter faster here.)
func loop(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	db, err := sqlite.Open(ctx, data, sqlite.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	for after := int64(0); ; {
		tx, err := db.SQL().BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		items, err := page(ctx, tx, after, batchSize)
		if err == nil && len(items) > 0 {
			err = apply(ctx, tx, items)
		}
		if err != nil {
			_ = tx.Rollback()
			return err
		}
		if err := tx.Commit(); err != nil || len(items) == 0 {
			return err
		}
		after = items[len(items)-1].ID
	}
}

type input struct{}

type output struct {
	Summed int `json:"summed"`
}

const manifests = `feature: batches
tasks:
  - name: batches.sum
    description: Sum the bytes of each row.
    handler: batches.sum
    effect: write
    batch: { size: 1000 }
`

func program() cli.Program[ports.Querier] {
	var state, rows atomic.Int64
	return cli.Program[ports.Querier]{
		Name: "batches",
		Manifests: fstest.MapFS{
			"beignet.yaml": {Data: []byte("name: batches\nfeatures: [tasks.yaml]\n")},
			"tasks.yaml":   {Data: []byte(manifests)},
		},
		Register: func(r *runner.Registry[ports.Querier]) {
			runner.HandleBatches(r, "batches.sum",
				func(ctx context.Context, q ports.Querier, _ input, after int64, limit int) ([]item, error) {
					return page(ctx, q, after, limit)
				},
				func(i item) int64 { return i.ID },
				func(ctx context.Context, q ports.Querier, _ input, b *runner.Batch[item, output]) error {
					b.Out.Summed += len(b.Items)
					return apply(ctx, q, b.Items)
				})
		},
		State: func(ctx context.Context, t runner.Target, create bool) (ports.State, error) {
			s, err := sqlite.OpenState(ctx, t.State, sqlite.StateOptions{Create: create})
			if err != nil {
				return nil, err
			}
			return counted{s, &state}, nil
		},
		Open: func(ctx context.Context, s runner.Session) (runner.Opened[ports.Querier], error) {
			db, err := sqlite.Open(ctx, data, sqlite.Options{})
			if err != nil {
				return runner.Opened[ports.Querier]{}, err
			}
			begin := sqlite.Begin(db, func(q ports.Querier) ports.Querier { return q })
			return runner.Opened[ports.Querier]{
				App: db.SQL(), Checkpoints: db,
				Begin: func(ctx context.Context, o ports.TxOptions) (ports.Querier, ports.Tx, error) {
					q, tx, err := begin(ctx, o)
					return q, countedTx{tx, &rows}, err
				},
				Close: func(context.Context) error {
					fmt.Fprintf(os.Stderr, "commits: state %d, data %d\n", state.Load(), rows.Load())
					return db.Close()
				},
			}, nil
		},
	}
}

// counted is a state that counts what it commits.
type counted struct {
	ports.State
	commits *atomic.Int64
}

func (c counted) Start(ctx context.Context, run ports.Run, events ...ports.Event) error {
	c.commits.Add(1)
	return c.State.Start(ctx, run, events...)
}

func (c counted) Update(ctx context.Context, run ports.Run, from ports.Mark, events ...ports.Event) error {
	c.commits.Add(1)
	return c.State.Update(ctx, run, from, events...)
}

func (c counted) Append(ctx context.Context, events ...ports.Event) error {
	c.commits.Add(1)
	return c.State.Append(ctx, events...)
}

type countedTx struct {
	ports.Tx
	commits *atomic.Int64
}

func (c countedTx) Commit() error {
	c.commits.Add(1)
	return c.Tx.Commit()
}
