package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// environmentTable has one row once the state is some environment's. Whatever is on
// record in an earlier version's was run in local: there was no other.
const environmentTable = `
CREATE TABLE environment (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	name TEXT NOT NULL
) STRICT;
INSERT INTO environment SELECT 1, 'local' FROM run LIMIT 1;
`

func (s state) Environment(ctx context.Context) (string, error) {
	name, err := environment(ctx, s.sql)
	return name, s.fail("environment", err)
}

func environment(ctx context.Context, q ports.Querier) (name string, err error) {
	err = q.QueryRowContext(ctx, `SELECT name FROM environment`).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return name, err
}

func (s state) Claim(ctx context.Context, name string, events ...ports.Event) error {
	return s.write(ctx, "claim for environment "+name, events, func(tx *sql.Tx) error {
		claimed, err := dialect.Changed(tx.ExecContext(ctx, `INSERT INTO environment VALUES (1, ?1) ON CONFLICT DO NOTHING`, name))
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
