package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// probing is how long a probe's statement may take at the server, whose work does not end
// with a connection that is gone.
const probing = 5 * time.Second

// Probe answers a query with the one number that it reads. It changes no row.
// ErrSchema: it never will, until somebody mends the query or the database.
func (db *DB) Probe(ctx context.Context, query string) (number float64, err error) {
	tx, err := db.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, db.fail(ctx, "probe", lost(ctx, err))
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("SET LOCAL statement_timeout = %d", probing.Milliseconds())); err != nil {
		return 0, db.fail(ctx, "probe", err)
	}
	err = tx.QueryRowContext(ctx, query).Scan(&number)
	if dialect.Postgres.Refuses(err) {
		err = fmt.Errorf("%w: %w", ports.ErrSchema, err)
	}
	return number, db.fail(ctx, "probe", err)
}
