package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// DB is a database. It is safe for concurrent use.
type DB struct {
	sql       *sql.DB
	connector driver.Connector // of the pool, for one beside it
	name      string

	mu     sync.Mutex
	saving map[string]int // by run, this DB's transactions that have saved and not ended
}

var _ ports.Checkpoints = (*DB)(nil)

// Options say how to open a database.
type Options struct {
	// Create makes beignet's tables where they are not there. The database itself is
	// never made. Optional: without it tables that are missing are ErrNotFound, and
	// nothing is made.
	Create bool

	// Adopt lets Create add beignet's tables to a database that has tables of
	// an app's own. Optional: without it such a database is another program's, and
	// left alone.
	Adopt bool

	// Expect is the name that the server must have for the database. Another is a
	// [ports.OtherDatabaseError], and nothing is made. Optional: without it any will do.
	Expect string

	readOnly bool // an older version is not upgraded
}

// maxOpen is how many connections a DB has at most: a transaction, a page that is read
// ahead, a look at a checkpoint, and one for the app.
const maxOpen = 4

// Open opens an app's database by its URL. An [ports.AddressError]: the URL is none, or
// the database is not encoded in UTF-8. ErrUnavailable: it cannot be reached, or not
// now. A [ports.DeniedError]: the server does not let this user in, has no such
// database, or lets it not make tables. ErrNotFound: the database has not beignet's
// tables, and they are not to be made. A [ports.VersionError] says that those tables
// are another version's, or none are and the database is another program's. No error
// holds the password.
func Open(ctx context.Context, address string, o Options) (*DB, error) {
	return open(ctx, address, o, dataSchema())
}

// open opens a database that has the tables of all the schemas.
func open(ctx context.Context, address string, o Options, schemas ...schema) (*DB, error) {
	config, name, err := parse(address)
	if err != nil {
		return nil, err
	}
	connector := connector(config)
	db := &DB{sql: sql.OpenDB(connector), connector: connector, name: name, saving: map[string]int{}}
	db.sql.SetMaxOpenConns(maxOpen)
	db.sql.SetMaxIdleConns(maxOpen)
	err = db.check(ctx, o.Expect)
	for _, s := range schemas {
		if err == nil {
			err = db.bringUp(ctx, s, o)
		}
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// check connects, and refuses a database that is not the expected, or whose text would
// not be what was written.
func (db *DB) check(ctx context.Context, expect string) error {
	var encoding, name string
	err := db.sql.QueryRowContext(ctx, `SELECT current_setting('server_encoding'), current_database()`).Scan(&encoding, &name)
	if err != nil {
		return db.fail(ctx, "connect", lost(ctx, err))
	}
	if expect != "" && name != expect {
		return &ports.OtherDatabaseError{Have: name, Want: expect}
	}
	if encoding != "UTF8" {
		return &ports.AddressError{Message: fmt.Sprintf("%s is encoded in %s: a database must be in UTF8", db.name, encoding)}
	}
	return nil
}

// SQL returns the pool, for migrations and for what an app does outside its
// runs' transactions.
func (db *DB) SQL() *sql.DB { return db.sql }

// Name is how messages name the database: see [Name].
func (db *DB) Name() string { return db.name }

// Database returns the name that the server itself has for the database.
func (db *DB) Database(ctx context.Context) (name string, err error) {
	err = db.sql.QueryRowContext(ctx, `SELECT current_database()`).Scan(&name)
	return name, db.fail(ctx, "ask for the database's name", err)
}

// Close closes every connection.
func (db *DB) Close() error { return db.sql.Close() }

// lost is an error of connecting that has no class of its own: a time limit that was
// not ctx's.
func lost(ctx context.Context, err error) error {
	if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ports.ErrUnavailable) {
		return fmt.Errorf("%w: %w", ports.ErrUnavailable, err)
	}
	return err
}

// fail says what was done to which database, and what kind of error came of it. That a
// ctx has ended is why all that it was given to has failed.
func (db *DB) fail(ctx context.Context, what string, err error) error {
	var coded interface{ SQLState() string }
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		if !errors.Is(err, ctx.Err()) {
			err = fmt.Errorf("%w: %w", ctx.Err(), err)
		}
	case errors.As(err, &coded) && denied(coded.SQLState()):
		err = &ports.DeniedError{Message: err.Error()}
	default:
		err = dialect.Postgres.Classify(err)
	}
	return fmt.Errorf("%s: %s: %w", db.name, what, err)
}

// denied reports whether a SQLSTATE says that the server's configuration is in the way:
// a failed authentication, no such database or schema, no permission.
func denied(state string) bool {
	switch state {
	case "3D000", "3F000", "42501", "0P000":
		return true
	}
	return len(state) == 5 && state[:2] == "28"
}
