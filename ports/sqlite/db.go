package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	driver "modernc.org/sqlite"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// DB is a database file. It is safe for concurrent use: one transaction of
// [Begin] is open at a time, and nothing that reads waits for it.
type DB struct {
	sql  *sql.DB
	path string
	turn chan struct{} // holds one value while a transaction is open
}

var _ ports.Checkpoints = (*DB)(nil)

// Options say how to open a database.
type Options struct {
	// Create makes the folder, the file and beignet's tables where they are not
	// there, and then turns the file's WAL on. Optional: without it what is
	// missing is ErrNotFound, and nothing is made.
	Create bool

	// Adopt lets Create add beignet's tables to a database that has tables of
	// an app's own. Optional: without it such a database is another program's, and
	// left alone.
	Adopt bool

	// Expect is the name that the database must have: its file's, without what begins
	// with the last dot. Another is a [ports.OtherDatabaseError], and nothing is made.
	// Optional: without it any will do.
	Expect string

	readOnly bool // an older version is not upgraded
}

// Open opens an app's database. ErrNotFound: there is none, or it has not
// beignet's tables, and they are not to be made. A [ports.VersionError] says
// that those tables are another version's, or none are and the database is
// another program's. ErrCorrupt: the file is damaged or no
// database. ErrIO: it or its folder cannot be written.
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if have := nameOf(path); o.Expect != "" && have != o.Expect {
		return nil, &ports.OtherDatabaseError{Have: have, Want: o.Expect}
	}
	return open(ctx, path, o, dataSchema)
}

// nameOf is what a file is called as a database.
func nameOf(path string) string { return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) }

// Database returns the name of the file that the connection itself has open, as
// Options.Expect has it.
func (db *DB) Database(ctx context.Context) (string, error) {
	var path string
	err := db.sql.QueryRowContext(ctx, `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path)
	return nameOf(path), db.fail("ask for the database's name", err)
}

// SQL returns the pool, for migrations and for what an app does outside its
// runs' transactions. While one of those is open another connection can read,
// and waits up to five seconds to write.
func (db *DB) SQL() *sql.DB { return db.sql }

// Close closes every connection.
func (db *DB) Close() error { return db.fail("close", db.sql.Close()) }

func open(ctx context.Context, path string, o Options, s schema) (*DB, error) {
	if err := ready(path, o.Create); err != nil {
		return nil, err
	}
	name, err := dsn(path)
	if err != nil {
		return nil, err
	}
	connector, err := driver.NewConnector(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	db := &DB{sql: sql.OpenDB(connector), path: path, turn: make(chan struct{}, 1)}
	if err := db.bringUp(ctx, s, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// ready has a file at path, which the driver would make readable by others.
func ready(path string, create bool) error {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !create {
			return fmt.Errorf("%s: %w", path, ports.ErrNotFound)
		}
		err = makePrivate(path)
	}
	return fileError(err)
}

func makePrivate(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process was first
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn names the file as a URI, so that no character of its path means anything,
// and sets up each connection. A transaction is immediate: one that reads and
// then writes would else fail at once when another has written in between, and
// no busy timeout would help.
func dsn(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	path = filepath.ToSlash(path)
	if path[0] != '/' {
		path = "/" + path // C:/data.db
	}
	uri := url.URL{Scheme: "file", Path: path}
	uri.RawQuery = "mode=rw&_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=synchronous(full)"
	return uri.String(), nil
}

// fail says what was done to which file, and what kind of error came of it.
func (db *DB) fail(what string, err error) error {
	if err == nil {
		return nil
	}
	err = dialect.SQLite.Classify(err)
	if errors.Is(err, ports.ErrIO) {
		if paths := readOnly(db.path); len(paths) > 0 {
			err = &ports.ReadOnlyError{Paths: paths, Err: err}
		}
	}
	return fmt.Errorf("%s: %s: %w", db.path, what, err)
}

// readOnly are those of a database's files that their owner may not write. SQLite makes
// the two beside it with the mode that the database has then: they stay so when that
// one is mended.
func readOnly(path string) []string {
	var paths []string
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o200 == 0 {
			paths = append(paths, file)
		}
	}
	return paths
}
