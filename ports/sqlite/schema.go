package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// schema is the tables that beignet keeps in a kind of file.
type schema struct {
	what  string
	steps []string // from nothing to version 1, and from each version to the next, version and all

	// have returns the version that is there, 0 for none.
	have func(context.Context, ports.Querier) (int64, error)
}

// version is the one that this binary was built for.
func (s schema) version() int64 { return int64(len(s.steps)) }

// checkpointTables live in both kinds of file, with the rows that a run writes.
const checkpointTables = `
CREATE TABLE beignet_checkpoint (
	run   TEXT PRIMARY KEY,
	batch INTEGER NOT NULL,
	state TEXT NOT NULL,
	done  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE beignet_fence (
	key   TEXT PRIMARY KEY,
	token INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE beignet_journal (
	run  TEXT NOT NULL,
	seq  INTEGER NOT NULL,
	kind TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (run, seq)
) STRICT;
`

// dataSchema has a version row of its own, since user_version and the tables of
// a migration tool are the app's.
var dataSchema = schema{
	what: "checkpoint data",
	steps: []string{checkpointTables + `
CREATE TABLE beignet_version (version INTEGER NOT NULL) STRICT;
INSERT INTO beignet_version VALUES (1);`},
	have: func(ctx context.Context, q ports.Querier) (version int64, err error) {
		var there bool
		err = q.QueryRowContext(ctx, `SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'beignet_version'`).Scan(&there)
		if err == nil && there {
			err = q.QueryRowContext(ctx, `SELECT coalesce(max(version), -1) FROM beignet_version`).Scan(&version)
		}
		return version, err
	},
}

// stateSchema finds a run by when it was put on record, which no clock has a say in, or
// by its start, an event by the journal entry that it is the
// copy of, and whether a database was written to though no such run is left.
var stateSchema = schema{
	what: "state",
	steps: []string{checkpointTables + `
CREATE TABLE run (
	id      TEXT PRIMARY KEY,
	task    TEXT NOT NULL,
	actor   TEXT NOT NULL,
	status  TEXT NOT NULL,
	attempt INTEGER NOT NULL,
	started TEXT NOT NULL, -- UTC, to the nanosecond, so that it sorts
	body    TEXT NOT NULL  -- the whole record, as JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX run_started ON run (started, id);
CREATE TABLE audit (
	seq   INTEGER PRIMARY KEY,
	run   TEXT NOT NULL,
	entry INTEGER NOT NULL,
	hash  TEXT NOT NULL,
	body  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_entry ON audit (run, entry) WHERE entry > 0;
PRAGMA user_version = 1;`, `
ALTER TABLE run ADD COLUMN log       TEXT; -- a list of lines, as JSON
ALTER TABLE run ADD COLUMN ordered   TEXT; -- what another process has told the run, as JSON
ALTER TABLE run ADD COLUMN database  TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN committed INTEGER NOT NULL DEFAULT 0; -- something in that database, as far as is known
-- Version 1 did not record the database. Its runs were on the default one in practice,
-- and what they committed there guards it: see ports.Run.Committed and Run.Database.
UPDATE run SET database = 'data.db', body = '{"database":"data.db",' || substr(body, 2),
	committed = coalesce(NOT body ->> 'dryRun' AND
		(body ->> '$.progress.batches' > 0 OR status = 'succeeded' AND body ->> 'delivery' = 'exactly-once'), 0);
CREATE INDEX run_status ON run (status, task, started);
CREATE INDEX run_committed ON run (database, started) WHERE committed;
DROP INDEX audit_entry;
ALTER TABLE audit DROP COLUMN run; -- what the hash does not cover is not believed
ALTER TABLE audit DROP COLUMN entry;
CREATE UNIQUE INDEX audit_entry ON audit (coalesce(body ->> 'run', ''), body ->> 'entry') WHERE body ->> 'entry' > 0;
PRAGMA user_version = 2;`, `
CREATE TABLE used (
	database TEXT PRIMARY KEY, -- in which some run has committed
	run      TEXT NOT NULL,    -- the first that is known to, which may not be on record any more
	since    TEXT NOT NULL     -- its start
) STRICT, WITHOUT ROWID;
INSERT INTO used SELECT database, id, min(started) FROM run WHERE committed GROUP BY database;
DROP INDEX run_committed;
DROP INDEX run_status;
DROP INDEX run_started;
ALTER TABLE run DROP COLUMN committed;
ALTER TABLE run DROP COLUMN database;
ALTER TABLE run ADD COLUMN seq INTEGER NOT NULL DEFAULT 0; -- 1, 2, … as they were put on record
UPDATE run SET seq = o.n FROM (SELECT id, row_number() OVER (ORDER BY started, id) AS n FROM run) AS o WHERE run.id = o.id;
CREATE UNIQUE INDEX run_seq ON run (seq);
CREATE INDEX run_status ON run (status, task, seq);
CREATE INDEX run_started ON run (started, seq);
PRAGMA user_version = 3;`,
		environmentTable + `PRAGMA user_version = 4;`},
	have: func(ctx context.Context, q ports.Querier) (version int64, err error) {
		if err := q.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil || version != 0 {
			return version, err
		}
		var tables int64 // of the same moment as the version, being read in one statement
		err = q.QueryRowContext(ctx, `SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version`).
			Scan(&version, &tables)
		if version == 0 && tables > 0 {
			err = &ports.VersionError{What: "state", Want: 4} // another program's file
		}
		return version, err
	},
}

// bringUp makes the tables where there are none, upgrades an older version's, and
// refuses any other.
func (db *DB) bringUp(ctx context.Context, s schema, o Options) error {
	have, err := s.have(ctx, db.sql)
	switch {
	case err == nil && have == 0 && o.Create:
		have, err = db.create(ctx, s, o.Adopt)
	case err == nil && 0 < have && have < s.version() && !o.readOnly:
		have, err = db.upgrade(ctx, s)
	}
	switch {
	case err != nil:
		return db.fail("open", err)
	case have == 0:
		return fmt.Errorf("%s: %s: %w", db.path, s.what, ports.ErrNotFound)
	case have != s.version():
		return fmt.Errorf("%s: %w", db.path, &ports.VersionError{What: s.what, Have: have, Want: s.version()})
	}
	return nil
}

// create makes the tables, unless another process has been first or the database
// is another program's.
func (db *DB) create(ctx context.Context, s schema, adopt bool) (int64, error) {
	var tables int
	if err := db.sql.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return 0, err
	}
	if tables > 0 && !adopt {
		have, err := s.have(ctx, db.sql) // they may be another process's, just made
		if err == nil && have == 0 {
			err = &ports.VersionError{What: s.what, Want: s.version()}
		}
		return have, err
	}
	if err := db.turnOnWAL(ctx); err != nil {
		return 0, err
	}
	return db.upgrade(ctx, s)
}

// upgrade takes the tables from the version that is there to this binary's, all
// steps or none, unless another process has been first.
func (db *DB) upgrade(ctx context.Context, s schema) (int64, error) {
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	have, err := s.have(ctx, tx)
	if err != nil || have < 0 || have >= s.version() {
		return have, err
	}
	for _, step := range s.steps[have:] {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return 0, err
		}
	}
	return s.version(), tx.Commit()
}

// turnOnWAL writes to the file that it has a WAL. That takes the file alone, and
// SQLite does not wait for it.
func (db *DB) turnOnWAL(ctx context.Context) error {
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		_, err := db.sql.ExecContext(ctx, `PRAGMA journal_mode = wal`)
		if !errors.Is(dialect.SQLite.Classify(err), ports.ErrBusy) || time.Now().After(end) {
			return err
		}
	}
}
