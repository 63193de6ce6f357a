package dialect

import (
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/beignet-go/beignet/ports"
)

// SQLite's result codes, from https://www.sqlite.org/rescode.html.
const (
	sqliteError    = 1 // in SQL
	sqlitePerm     = 3
	sqliteBusy     = 5
	sqliteLocked   = 6
	sqliteReadOnly = 8
	sqliteIOErr    = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteProtocol = 15
	sqliteNotADB   = 26

	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
)

// classifySQLite returns the sentinel that err stands for, and nil for none.
func classifySQLite(err error) error {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return ports.ErrUnavailable
	}
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return nil
	}
	switch coded.Code() {
	case sqliteConstraintPrimaryKey, sqliteConstraintUnique:
		return ports.ErrExists
	}
	switch coded.Code() & 0xff { // the rest of an extended code is detail
	case sqliteBusy, sqliteLocked, sqliteProtocol:
		return ports.ErrBusy
	case sqliteFull:
		return ports.ErrFull
	case sqliteIOErr, sqlitePerm, sqliteReadOnly, sqliteCantOpen:
		return ports.ErrIO
	case sqliteCorrupt, sqliteNotADB:
		return ports.ErrCorrupt
	}
	return nil
}
