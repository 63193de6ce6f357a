// Command ranges is a program as an app would write it, over tables of Postgres: its
// tasks compute a column by key ranges.
//
//	ranges task …               a program's own arguments
//	ranges traffic              a reader and a writer, until standard input ends
//
// The traffic says on standard output, as JSON, how long its statements took.
package main

import (
	"context"
	"fmt"
	"os"
	"testing/fstest"

	"github.com/beignet-go/beignet/cli"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
	"github.com/beignet-go/beignet/runner"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "traffic" {
		if err := traffic(context.Background(), os.Getenv("RANGES_DATABASE")); err != nil {
			fmt.Fprintln(os.Stderr, "ranges:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(program().Main(context.Background(), os.Args[1:], cli.Std()))
}

type input struct{}

type output struct {
	Filled int64 `json:"filled"`
}

const manifests = `feature: ranges
tasks:
  - name: ranges.fill
    description: Compute a column of the table item.
    handler: ranges.fill
    effect: write
    batch: { size: 1000 }
  - name: ranges.gently
    description: The same, with regard for others.
    handler: ranges.fill
    effect: write
    batch: { size: 500, target: 50ms }
    throttle: { rate: 15000, pause: 5ms }
  - name: ranges.left
    description: Compute a column of the table left_item.
    handler: ranges.left
    effect: write
    batch: { size: 1000 }
  - name: ranges.right
    description: Compute a column of the table right_item.
    handler: ranges.right
    effect: write
    batch: { size: 1000 }
`

func program() cli.Program[ports.Querier] {
	return cli.Program[ports.Querier]{
		Name: "ranges",
		Manifests: fstest.MapFS{
			"beignet.yaml": {Data: []byte("name: ranges\nfeatures: [tasks.yaml]\n")},
			"tasks.yaml":   {Data: []byte(manifests)},
		},
		Register: func(r *runner.Registry[ports.Querier]) {
			for handler, table := range map[string]string{"ranges.fill": "item", "ranges.left": "left_item", "ranges.right": "right_item"} {
				runner.HandleBatches(r, handler, keys(table), func(id int64) int64 { return id }, fill(table))
			}
		},
		State: func(ctx context.Context, t runner.Target, create bool) (ports.State, error) {
			return postgres.OpenState(ctx, t.State, postgres.StateOptions{Create: create, AuditKey: t.AuditKey})
		},
		Open: func(ctx context.Context, s runner.Session) (runner.Opened[ports.Querier], error) {
			db, err := postgres.Open(ctx, s.Database, postgres.Options{Create: s.Create, Adopt: true})
			if err != nil {
				return runner.Opened[ports.Querier]{}, err
			}
			return runner.Opened[ports.Querier]{
				App: db.SQL(), Checkpoints: db, Probe: db.Probe, Name: db.Database,
				Begin: postgres.Begin(db, func(q ports.Querier) ports.Querier { return q }),
				Close: func(context.Context) error { return db.Close() },
			}, nil
		},
	}
}

// keys are the keys of a table after one.
func keys(table string) func(context.Context, ports.Querier, input, int64, int) ([]int64, error) {
	return func(ctx context.Context, q ports.Querier, _ input, after int64, limit int) ([]int64, error) {
		rows, err := q.QueryContext(ctx, "SELECT id FROM "+table+" WHERE id > $1 ORDER BY id LIMIT $2", after, limit)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var ids []int64
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		return ids, rows.Err()
	}
}

// fill computes the column of a range of keys.
func fill(table string) func(context.Context, ports.Querier, input, *runner.Batch[int64, output]) error {
	return func(ctx context.Context, q ports.Querier, _ input, b *runner.Batch[int64, output]) error {
		done, err := q.ExecContext(ctx, "UPDATE "+table+" SET sum = hashtext(body) WHERE id BETWEEN $1 AND $2", b.Items[0], b.Items[len(b.Items)-1])
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		b.Out.Filled += n
		return err
	}
}
