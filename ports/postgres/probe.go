package postgres

import (
	"context"
	"database/sql"
)

// Probe answers a query with the one number that it reads. It can write nothing.
func (db *DB) Probe(ctx context.Context, query string) (number float64, err error) {
	tx, err := db.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, db.fail(ctx, "probe", lost(ctx, err))
	}
	defer tx.Rollback()
	err = tx.QueryRowContext(ctx, query).Scan(&number)
	return number, db.fail(ctx, "probe", err)
}
