package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// lockSQLite is lock. SQLite has no advisory lock. Its write lock of the database
// itself would shut out the very transactions that migrate, so it is that of an
// empty database beside it, NAME-migrate: which the system takes from a process
// that dies. The file stays, for another process may be about to lock it.
func lockSQLite(ctx context.Context, db *sql.DB) (unlock func(), err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	unlock = func() {
		// Out of the pool, and so closed: with the transaction, the lock ends.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		_ = conn.Close()
	}
	var path string
	err = conn.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path)
	if err == nil && path != "" { // in memory it is this process's alone
		err = lockBeside(ctx, conn, path)
	}
	if err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// lockBeside takes the lock in a transaction that is never committed. A process
// that has to wait asks again and again, since SQLite does not heed ctx meanwhile.
func lockBeside(ctx context.Context, conn *sql.Conn, path string) error {
	_, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 200; ATTACH ?1 AS migrate; BEGIN DEFERRED", lockFile(path))
	if err != nil {
		return err
	}
	for {
		_, err := conn.ExecContext(ctx, "PRAGMA migrate.user_version = 1")
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(dialect.SQLite.Classify(err), ports.ErrBusy) {
			return err
		}
	}
}

// lockFile is the URI of the lock of a database. What SQLite makes there gets the
// database's owner and mode.
func lockFile(path string) string {
	slashed := filepath.ToSlash(path)
	if slashed[0] != '/' {
		slashed = "/" + slashed // C:/data.db
	}
	uri := url.URL{Scheme: "file", Path: slashed + "-migrate"}
	uri.RawQuery = "mode=rwc&modeof=" + strings.ReplaceAll(url.QueryEscape(path), "+", "%20")
	return uri.String()
}
