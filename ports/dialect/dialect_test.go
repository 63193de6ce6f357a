package dialect_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

type coded int

func (c coded) Error() string { return fmt.Sprintf("code %d", int(c)) }
func (c coded) Code() int     { return int(c) }

func TestClassify(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  error
		want error
	}{
		{"BUSY", coded(5), ports.ErrBusy},
		{"BUSY_SNAPSHOT", coded(517), ports.ErrBusy},
		{"LOCKED", coded(6), ports.ErrBusy},
		{"PROTOCOL", coded(15), ports.ErrBusy},
		{"FULL", coded(13), ports.ErrFull},
		{"IOERR_FSYNC", coded(1034), ports.ErrIO},
		{"PERM", coded(3), ports.ErrIO},
		{"READONLY_DIRECTORY", coded(1544), ports.ErrIO},
		{"CANTOPEN", coded(14), ports.ErrIO},
		{"CORRUPT_INDEX", coded(779), ports.ErrCorrupt},
		{"NOTADB", coded(26), ports.ErrCorrupt},
		{"CONSTRAINT_PRIMARYKEY", coded(1555), ports.ErrExists},
		{"CONSTRAINT_UNIQUE", coded(2067), ports.ErrExists},
		{"wrapped", fmt.Errorf("insert: %w", coded(5)), ports.ErrBusy},
		{"lost connection", driver.ErrBadConn, ports.ErrUnavailable},
		{"CONSTRAINT_NOTNULL", coded(1299), nil},
		{"ERROR", coded(1), nil},
		{"no code", errors.New("no code"), nil},
		{"nil", nil, nil},
	} {
		wantClass(t, dialect.SQLite, test.name, test.err, test.want)
	}
}

// wantClass wants err classified as a sentinel, once; nil: returned as it is.
func wantClass(t *testing.T, d dialect.Dialect, name string, err, want error) {
	t.Helper()
	got := d.Classify(err)
	if want == nil {
		if got != err {
			t.Errorf("%s: got %v, want it as it was", name, got)
		}
		return
	}
	if !errors.Is(got, want) || !errors.Is(got, err) {
		t.Errorf("%s: got %v, want both %v and %v", name, got, want, err)
	}
	if again := d.Classify(got); again != got {
		t.Errorf("%s: classified twice: %v", name, again)
	}
}
