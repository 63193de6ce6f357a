package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

func (s state) Environment(ctx context.Context) (string, error) {
	name, err := environment(ctx, s.sql)
	return name, s.fail(ctx, "environment", err)
}

func environment(ctx context.Context, q ports.Querier) (name string, err error) {
	err = q.QueryRowContext(ctx, `SELECT name FROM beignet_environment`).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return name, err
}

// Claim waits for another's claim that is not committed yet, and then compares with it.
func (s state) Claim(ctx context.Context, name string, events ...ports.Event) error {
	return s.write(ctx, "claim for environment "+name, events, func(tx *sql.Tx) error {
		claimed, err := dialect.Changed(tx.ExecContext(ctx, `INSERT INTO beignet_environment (name) VALUES ($1) ON CONFLICT DO NOTHING`, name))
		if err != nil || claimed {
			return err
		}
		of, err := environment(ctx, tx)
		if err == nil && of != name {
			err = fmt.Errorf("environment %s: %w", of, ports.ErrExists)
		}
		return err
	})
}
