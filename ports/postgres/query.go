package postgres

import (
	"context"
	"database/sql"

	"github.com/beignet-go/beignet/ports"
)

// query returns every row that a statement yields.
func query[T any](ctx context.Context, q ports.Querier, scan func(*sql.Rows, *T) error, statement string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := scan(rows, &one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
