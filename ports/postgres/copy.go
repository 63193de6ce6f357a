package postgres

import (
	"context"
	"database/sql"
	"errors"
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
	if s.tx.spent {
		return 0, sql.ErrTxDone
	}
	source := pulled{}
	next, stop := iter.Pull2(rows)
	defer stop()
	err = s.tx.conn.Raw(func(c any) error {
		n, err = c.(*conn).Conn.Conn().CopyFrom(ctx, pgx.Identifier(strings.Split(table, ".")), columns,
			pgx.CopyFromFunc(func() ([]any, error) { return source.row(next) }))
		return err
	})
	if source.panicked != nil {
		panic(source.panicked)
	}
	if source.err != nil { // which the server has by now as its own, in its words
		return 0, source.err
	}
	return n, err
}

// pulled is what has become of the rows. The driver reads them in a goroutine of its
// own, where a panic would be nobody's to recover.
type pulled struct {
	err      error
	panicked any
}

func (p *pulled) row(next func() ([]any, error, bool)) (row []any, err error) {
	defer func() {
		if p.panicked = recover(); p.panicked != nil {
			err = errPanicked
		}
	}()
	row, p.err, _ = next()
	if p.err != nil {
		return nil, p.err
	}
	return row, nil
}

var errPanicked = errors.New("the rows panicked")
