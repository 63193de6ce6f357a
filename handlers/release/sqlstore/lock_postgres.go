package sqlstore

import (
	"context"
	"database/sql"
)

// lockPostgres is lock, by an advisory lock of the schema. It belongs to a
// transaction of its own, on a connection of its own, which is open while the
// migrations are applied: a session's lock would stay with whatever connection
// PgBouncer has lent for one statement. It waits and stays open however long that
// takes, whatever timeouts the database has.
func lockPostgres(ctx context.Context, db *sql.DB) (unlock func(), err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	unlock = func() { _ = tx.Rollback() } // which ends the lock, or the connection is gone and with it the lock
	for _, statement := range []string{
		"SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)",
		"SELECT pg_advisory_xact_lock(hashtextextended('beignet migrates ' || current_schema(), 0))",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			unlock()
			return nil, err
		}
	}
	return unlock, nil
}
