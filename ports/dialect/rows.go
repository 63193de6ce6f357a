package dialect

import (
	"context"
	"database/sql"

	"github.com/beignet-go/beignet/ports"
)

// Query returns every row that a statement yields.
func Query[T any](ctx context.Context, q ports.Querier, scan func(*sql.Rows, *T) error, statement string, args ...any) ([]T, error) {
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

// One returns ErrStale where a statement has changed no row.
func One(r sql.Result, err error) error {
	any, err := Changed(r, err)
	if err == nil && !any {
		return ports.ErrStale
	}
	return err
}

// Changed reports whether a statement has changed a row.
func Changed(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}
