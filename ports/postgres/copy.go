package postgres

import (
	"context"
	"database/sql"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/beignet-go/beignet/ports"
)

// session is what the stores of a transaction speak through.
type session struct {
	ports.Querier
	tx *tx
}

var _ ports.Copier = session{}

// CopyFrom loads rows with COPY, on the transaction's own connection.
func (s session) CopyFrom(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (n int64, err error) {
	next, stop := iter.Pull2(rows)
	defer stop()
	source := pgx.CopyFromFunc(func() ([]any, error) {
		row, err, more := next()
		if err != nil || !more {
			return nil, err
		}
		return row, nil
	})
	if s.tx.spent {
		return 0, sql.ErrTxDone
	}
	err = s.tx.conn.Raw(func(c any) error {
		n, err = c.(*conn).Conn.Conn().CopyFrom(ctx, pgx.Identifier(strings.Split(table, ".")), columns, source)
		return err
	})
	return n, err
}
