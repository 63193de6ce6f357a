package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// postgresMaintainer keeps the tables in order that are in the schema that comes
// first in the search_path.
type postgresMaintainer struct{ db *sql.DB }

// Check reads every row of every table whole, and by amcheck, where the database
// has that extension, every B-tree against its table. It finds what the server then
// finds: pages whose checksum is wrong, where checksums are on, and rows and parts
// of long values that cannot be read.
func (m postgresMaintainer) Check(ctx context.Context) error {
	checks, err := m.checks(ctx)
	if err != nil {
		return fmt.Errorf("integrity check: %w", dialect.Postgres.Classify(err))
	}
	var found []string
	for _, c := range checks {
		_, err := m.db.ExecContext(ctx, c.query)
		err = dialect.Postgres.Classify(err)
		switch {
		case errors.Is(err, ports.ErrCorrupt):
			found = append(found, c.of+": "+err.Error())
		case err != nil:
			return fmt.Errorf("integrity check of %s: %w", c.of, err)
		}
	}
	if len(found) > 0 {
		return fmt.Errorf("integrity check: %w", &release.DamageError{Findings: found})
	}
	return nil
}

// check is a query that fails where a table or an index is damaged.
type check struct{ of, query string }

// checks are those of the tables, and then of their B-trees. A row as one text has
// each of its values.
func (m postgresMaintainer) checks(ctx context.Context) (all []check, err error) {
	err = each(ctx, m.db, func(rows *sql.Rows) error {
		var c check
		err := rows.Scan(&c.of, &c.query)
		all = append(all, c)
		return err
	}, `SELECT c.relname, format('SELECT count(t::text) FROM %s t', c.oid::regclass)
		FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind IN ('r', 'm')
	UNION ALL SELECT c.relname, format('SELECT %s.bt_index_check(%s, true)', e.extnamespace::regnamespace, c.oid)
		FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_am a ON a.oid = c.relam, pg_extension e
		WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind = 'i' AND a.amname = 'btree'
			AND i.indisvalid AND i.indisready AND e.extname = 'amcheck'
			AND has_function_privilege(format('%s.bt_index_check(regclass, boolean)', e.extnamespace::regnamespace), 'EXECUTE')`)
	return all, err
}

func each(ctx context.Context, q ports.Querier, scan func(*sql.Rows) error, query string) error {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Size is the whole database's. What of it is free Postgres does not tell without
// an extension: it is said to be none.
func (m postgresMaintainer) Size(ctx context.Context) (s release.Size, err error) {
	err = m.db.QueryRowContext(ctx, "SELECT pg_database_size(current_database())").Scan(&s.Bytes)
	if err != nil {
		return s, fmt.Errorf("read the database's size: %w", dialect.Postgres.Classify(err))
	}
	return s, nil
}

// Optimize looks at a sample of every table.
func (m postgresMaintainer) Optimize(ctx context.Context) error { return m.tables(ctx, "ANALYZE") }

// Vacuum is VACUUM, by which the tables use their free space again and give back
// that at their end. VACUUM FULL would give back all of it and shut out readers too,
// for as long as it takes, with no bound to the queue that builds up behind it.
func (m postgresMaintainer) Vacuum(ctx context.Context) error { return m.tables(ctx, "VACUUM") }

// tables does something to each table, which takes their owner: of another's the server
// only warns that it has left it out.
func (m postgresMaintainer) tables(ctx context.Context, command string) error {
	var names []string
	var others sql.NullString
	err := m.db.QueryRowContext(ctx, `SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_class c
		WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind IN ('r', 'm')
			AND NOT pg_has_role(c.relowner, 'USAGE')`).Scan(&others)
	if err == nil && others.Valid {
		return &ports.DeniedError{Message: command + " is for the owner of the tables, which this user is not, of " + others.String}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", command, dialect.Postgres.Classify(err))
	}
	err = each(ctx, m.db, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, `SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind IN ('r', 'm')`)
	for _, name := range names {
		if err == nil {
			_, err = m.db.ExecContext(ctx, command+" "+name)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", command, dialect.Postgres.Classify(err))
	}
	return nil
}
