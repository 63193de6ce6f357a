package dialect

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/beignet-go/beignet/ports"
)

// Postgres is PostgreSQL 13 and later.
const Postgres Dialect = "postgres"

// classifyPostgres returns the sentinel that err stands for, and nil for none. A
// statement that ended with its ctx is none: the ctx says why. The codes are those of
// https://www.postgresql.org/docs/current/errcodes-appendix.html.
func classifyPostgres(err error) error {
	var coded interface{ SQLState() string }
	if errors.As(err, &coded) {
		return classifySQLState(coded.SQLState())
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	var broken net.Error
	var unsent interface{ SafeToRetry() bool } // by a connection that was lost before
	switch {
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, net.ErrClosed), errors.As(err, &broken), errors.As(err, &unsent) && unsent.SafeToRetry():
		return ports.ErrUnavailable
	}
	return nil
}

func classifySQLState(state string) error {
	switch state {
	case "40001", // serialization_failure
		"40P01", // deadlock_detected
		"55P03": // lock_not_available, as by lock_timeout
		return ports.ErrBusy
	case "57014": // query_canceled, as by statement_timeout
		return ports.ErrTimeout
	case "25006", // read_only_sql_transaction, as after a failover
		"25P03", // idle_in_transaction_session_timeout
		"25P04", // transaction_timeout
		"53000", // insufficient_resources
		"53200", // out_of_memory
		"53300", // too_many_connections
		"57P01", // admin_shutdown
		"57P02", // crash_shutdown
		"57P03", // cannot_connect_now
		"57P04", // database_dropped
		"57P05": // idle_session_timeout
		return ports.ErrUnavailable
	case "3F000", // invalid_schema_name
		"42501", // insufficient_privilege
		"42703", // undefined_column
		"42883", // undefined_function
		"42P01": // undefined_table
		return ports.ErrSchema
	case "53100": // disk_full
		return ports.ErrFull
	case "58030": // io_error
		return ports.ErrIO
	case "XX001", "XX002": // data_corrupted, index_corrupted
		return ports.ErrCorrupt
	case "23505": // unique_violation
		return ports.ErrExists
	}
	if len(state) == 5 && state[:2] == "08" { // connection exceptions
		return ports.ErrUnavailable
	}
	return nil
}

// refusedState reports whether a code is of class 42, a syntax error or a rule of access
// that is violated, invalid_schema_name, or read_only_sql_transaction.
func refusedState(state string) bool {
	return len(state) == 5 && state[:2] == "42" || state == "3F000" || state == "25006"
}
