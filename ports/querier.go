package ports

import (
	"context"
	"database/sql"
)

// Querier is what *sql.DB, *sql.Tx and *sql.Conn share. A SQL store is written
// against it, so that the same store speaks through a pool or a batch's
// transaction.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}
