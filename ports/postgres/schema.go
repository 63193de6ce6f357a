package postgres

import (
	"context"
	"fmt"

	"github.com/beignet-go/beignet/ports"
)

// schema is the tables of one part of beignet, which has a row of its own in
// beignet_version.
type schema struct {
	part  string
	what  string   // as errors name it
	steps []string // from nothing to version 1, and from each version to the next
}

// version is the one that this binary was built for.
func (s schema) version() int64 { return int64(len(s.steps)) }

const versionTable = `CREATE TABLE beignet_version (
	part    text PRIMARY KEY,
	version bigint NOT NULL
)`

// dataSchema is the checkpoint tables. They live with the rows that a run writes, and
// in a state, which may be the same database. What is kept is text, not json, for that
// has no NUL and would be spelled anew.
func dataSchema() schema {
	return schema{"data", "checkpoint data", []string{`
		CREATE TABLE beignet_checkpoint (
			run   text PRIMARY KEY,
			batch bigint NOT NULL,
			state text NOT NULL,
			done  boolean NOT NULL
		) WITH (fillfactor = 50);
		CREATE TABLE beignet_fence (
			key   text PRIMARY KEY,
			token bigint NOT NULL
		);
		CREATE TABLE beignet_journal (
			run  text NOT NULL,
			seq  bigint NOT NULL,
			kind text NOT NULL,
			body text NOT NULL,
			PRIMARY KEY (run, seq)
		);`}}
}

// bringUp makes the tables where there are none, upgrades an older version's, and
// refuses any other.
func (db *DB) bringUp(ctx context.Context, s schema, o Options) error {
	have, err := s.have(ctx, db.sql)
	if err == nil && (have == 0 && o.Create || 0 < have && have < s.version() && !o.readOnly) {
		have, err = db.upgrade(ctx, s, o)
	}
	switch {
	case err != nil:
		return db.fail(ctx, "open", err)
	case have == 0:
		return fmt.Errorf("%s: %s: %w", db.name, s.what, ports.ErrNotFound)
	case have != s.version():
		return fmt.Errorf("%s: %w", db.name, &ports.VersionError{What: s.what, Have: have, Want: s.version()})
	}
	return nil
}

// have returns the version that is there, 0 for none.
func (s schema) have(ctx context.Context, q ports.Querier) (version int64, err error) {
	var there bool
	// to_regclass alone may not have heard yet of a table that was committed just now:
	// that a statement reads a table is what makes it listen.
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('beignet_version'))`).Scan(&there)
	if err == nil && there {
		err = q.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM beignet_version WHERE part = $1`, s.part).Scan(&version)
	}
	return version, err
}

// upgrade takes the tables from the version that is there to this binary's, all
// steps or none, unless another process has been first.
func (db *DB) upgrade(ctx context.Context, s schema, o Options) (int64, error) {
	t, err := db.begin(ctx, ports.TxOptions{LockTimeout: settling})
	if err != nil {
		return 0, err
	}
	defer t.Rollback()
	if _, err := t.sql.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('beignet schema', 0))`); err != nil {
		return 0, err
	}
	have, err := s.have(ctx, t.sql)
	if err != nil || have < 0 || have >= s.version() {
		return have, err
	}
	if have == 0 {
		err = s.prepare(ctx, t.sql, o.Adopt)
	}
	for _, step := range s.steps[have:] {
		if err == nil {
			_, err = t.sql.ExecContext(ctx, step)
		}
	}
	if err == nil {
		_, err = t.sql.ExecContext(ctx, `INSERT INTO beignet_version (part, version) VALUES ($1, $2)
			ON CONFLICT (part) DO UPDATE SET version = excluded.version`, s.part, s.version())
	}
	if err != nil {
		return 0, err
	}
	return s.version(), t.Commit()
}

// prepare makes the table of versions where it is not there, unless the database is
// another program's.
func (s schema) prepare(ctx context.Context, q ports.Querier, adopt bool) error {
	var ours, others bool
	err := q.QueryRowContext(ctx, `
		SELECT to_regclass('beignet_version') IS NOT NULL, EXISTS (
			SELECT FROM pg_class WHERE relnamespace = to_regnamespace(current_schema()) AND relkind IN ('r', 'p', 'v', 'm', 'f')
		)`).Scan(&ours, &others)
	switch {
	case err != nil || ours:
		return err
	case others && !adopt:
		return &ports.VersionError{What: s.what, Want: s.version()}
	}
	_, err = q.ExecContext(ctx, versionTable)
	return err
}
