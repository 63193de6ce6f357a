package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// Probe answers a query with the one number that it reads. It can write nothing.
// ErrSchema: it never will, until somebody mends the query or the database.
func (db *DB) Probe(ctx context.Context, query string) (number float64, err error) {
	tx, err := db.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, db.fail(ctx, "probe", lost(ctx, err))
	}
	defer tx.Rollback()
	err = tx.QueryRowContext(ctx, query).Scan(&number)
	if dialect.Postgres.Refuses(err) {
		err = fmt.Errorf("%w: %w", ports.ErrSchema, err)
	}
	return number, db.fail(ctx, "probe", err)
}
