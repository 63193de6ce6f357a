package sqlite

import (
	"context"
	"fmt"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// Probe answers a query with the one number that it reads. It can write nothing.
// ErrSchema: it never will, until somebody mends the query or the database.
func (db *DB) Probe(ctx context.Context, query string) (number float64, err error) {
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return 0, db.fail("probe", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `PRAGMA query_only = 1`); err != nil {
		return 0, db.fail("probe", err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `PRAGMA query_only = 0`)
	err = conn.QueryRowContext(ctx, query).Scan(&number)
	if dialect.SQLite.Refuses(err) {
		err = fmt.Errorf("%w: %w", ports.ErrSchema, err)
	}
	return number, db.fail("probe", err)
}
