package ports

import (
	"context"
	"database/sql"
	"iter"
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

// Copier is a [Querier] whose engine has a way of its own to take many rows at once:
// PostgreSQL's COPY. A store asks for it, and does without where it is not there.
type Copier interface {
	// CopyFrom adds rows to a table, whose name may have a schema before it and a dot,
	// all or none, and returns how many. Each row has a value for every column, as the
	// column's type has it: nothing is converted. An error of rows ends it and is
	// returned. A row that the table refuses fails them all and the transaction with
	// them, as a statement would, and the error does not say which row it was.
	CopyFrom(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (int64, error)
}
