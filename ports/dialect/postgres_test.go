package dialect_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

type state string

func (s state) Error() string    { return "SQLSTATE " + string(s) }
func (s state) SQLState() string { return string(s) }

type unsent bool

func (unsent) Error() string       { return "conn closed" }
func (u unsent) SafeToRetry() bool { return bool(u) }

func TestClassifyPostgres(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  error
		want error
	}{
		{"lock_timeout", state("55P03"), ports.ErrBusy},
		{"deadlock", state("40P01"), ports.ErrBusy},
		{"serialization", state("40001"), ports.ErrBusy},
		{"statement_timeout", state("57014"), ports.ErrTimeout},
		{"admin_shutdown", state("57P01"), ports.ErrUnavailable},
		{"crash_shutdown", state("57P02"), ports.ErrUnavailable},
		{"cannot_connect_now", state("57P03"), ports.ErrUnavailable},
		{"idle_session_timeout", state("57P05"), ports.ErrUnavailable},
		{"idle_in_transaction_session_timeout", state("25P03"), ports.ErrUnavailable},
		{"too_many_connections", state("53300"), ports.ErrUnavailable},
		{"connection_exception", state("08000"), ports.ErrUnavailable},
		{"protocol_violation", state("08P01"), ports.ErrUnavailable},
		{"disk_full", state("53100"), ports.ErrFull},
		{"io_error", state("58030"), ports.ErrIO},
		{"data_corrupted", state("XX001"), ports.ErrCorrupt},
		{"index_corrupted", state("XX002"), ports.ErrCorrupt},
		{"unique_violation", state("23505"), ports.ErrExists},
		{"wrapped", fmt.Errorf("insert: %w", state("55P03")), ports.ErrBusy},
		{"ErrBadConn", driver.ErrBadConn, ports.ErrUnavailable},
		{"ErrConnDone", sql.ErrConnDone, ports.ErrUnavailable},
		{"cut", io.ErrUnexpectedEOF, ports.ErrUnavailable},
		{"closed", net.ErrClosed, ports.ErrUnavailable},
		{"refused", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, ports.ErrUnavailable},
		{"unsent", unsent(true), ports.ErrUnavailable},
		{"sent", unsent(false), nil},
		{"character_not_in_repertoire", state("22021"), nil},
		{"untranslatable_character", state("22P05"), nil},
		{"not_null_violation", state("23502"), nil},
		{"read_only_sql_transaction", state("25006"), ports.ErrUnavailable},
		{"insufficient_resources", state("53000"), ports.ErrUnavailable},
		{"out_of_memory", state("53200"), ports.ErrUnavailable},
		{"database_dropped", state("57P04"), ports.ErrUnavailable},
		{"insufficient_privilege", state("42501"), ports.ErrSchema},
		{"undefined_table", state("42P01"), ports.ErrSchema},
		{"undefined_column", state("42703"), ports.ErrSchema},
		{"undefined_function", state("42883"), ports.ErrSchema},
		{"invalid_schema_name", state("3F000"), ports.ErrSchema},
		{"a SQLite code", coded(5), nil},
		{"end of a file", io.EOF, nil},
		{"cancelled", fmt.Errorf("timeout: %w", context.Canceled), nil},
		{"out of time", context.DeadlineExceeded, nil}, // which is a net.Error too
		{"no code", errors.New("no code"), nil},
		{"nil", nil, nil},
	} {
		wantClass(t, dialect.Postgres, test.name, test.err, test.want)
	}
}

// A code means something in its own engine only.
func TestClassifyByDialect(t *testing.T) {
	t.Parallel()
	wantClass(t, dialect.SQLite, "a SQLSTATE", state("55P03"), nil)
	wantClass(t, dialect.Postgres, "a result code", coded(5), nil)
}
