package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"unicode/utf8"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// postgres is the engine Postgres. Every statement does its whole list at once, by
// arrays: a row at a time is a round trip at a time. None is prepared.
//
// Transactions run beside each other there. A row that is to be written back as it
// was read is locked by the SELECT, or is compared by its xmin, the transaction
// that has written it: where another was faster the whole is ErrBusy, and is done
// again on what is there then.
type postgres struct{}

// maxIdentity is how many bytes source and key may have together: an entry of a
// B-tree has at most 2,704, with its overhead.
const maxIdentity = 2600

func (postgres) words() words {
	return words{
		entry:    "s.id",
		contains: "strpos(%s, %s) > 0",
		lock:     " FOR NO KEY UPDATE OF i",
		// Whoever searches waits behind a TRUNCATE that waits.
		empty:  []string{"SET LOCAL lock_timeout = '5s'", "TRUNCATE issues_search"},
		tables: []string{"issues_search", "issues_search_pkey", "issues_search_title", "issues_search_words"},
	}
}

func (e postgres) refusal(r *row) string {
	for column, text := range r.text {
		switch {
		case strings.ContainsRune(text, 0):
			return "Postgres text cannot hold NUL: field " + columns[column]
		case !utf8.ValidString(text):
			return "Postgres text cannot hold invalid UTF-8: field " + columns[column]
		}
	}
	if n := len(r.text[source]) + len(r.text[key]); n > maxIdentity {
		return fmt.Sprintf("Postgres cannot index source and key of %d bytes: more than %d", n, maxIdentity)
	}
	return ""
}

func (postgres) holds(text string) bool {
	return !strings.ContainsRune(text, 0) && utf8.ValidString(text)
}

// stored looks each key up by itself. A join or a list leaves it to the planner, who
// reads all of a source where a table that is being filled was not analyzed yet: 22 ms
// for a thousand keys among 50,000 rows, and more with every batch, for 4 (measured).
func (postgres) stored(ctx context.Context, q ports.Querier, source string, keys []string, each func(*row)) error {
	rows, err := q.QueryContext(ctx, "SELECT "+selected()+`, i.xmin::text FROM unnest($2::text[]) AS k (key),
		LATERAL (SELECT *, xmin FROM issues WHERE source = $1 AND key = k.key LIMIT 1) i`, source, keys)
	if err != nil {
		return err
	}
	return forEach(rows, func(rows *sql.Rows) error {
		var r row
		err := rows.Scan(append(r.dest(), &r.version)...)
		if err == nil {
			each(&r)
		}
		return err
	})
}

// rowsPerFetch is how many rows come by one round trip.
const rowsPerFetch = 2000

// each reads by a cursor. It has the rows of one moment, as one SELECT would, and gives
// them by short statements, which meet no statement_timeout however many rows there
// are. It is planned for its first rows to come soon: by an index that has the
// order, not by a sort, for which the server would write all of them to its disk.
func (postgres) each(ctx context.Context, q ports.Querier, query string, args []any, fn func(*sql.Rows) error) (err error) {
	if pool, ok := q.(interface {
		BeginTx(context.Context, *sql.TxOptions) (*sql.Tx, error)
	}); ok {
		tx, err := pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
		if err != nil {
			return err
		}
		defer tx.Rollback() // which ends the cursor too
		q = tx
	}
	of := fnv.New64a()
	_, _ = of.Write([]byte(query)) // a hash writes all
	// By its name, a FETCH of other columns is another statement to the driver, which
	// remembers what columns each has.
	cursor := fmt.Sprintf("beignet_%x", of.Sum64())
	if _, err := q.ExecContext(ctx, "DECLARE "+cursor+" NO SCROLL CURSOR FOR "+query, args...); err != nil {
		return err
	}
	for n := rowsPerFetch; n == rowsPerFetch; {
		rows, err := q.QueryContext(ctx, fmt.Sprintf("FETCH %d FROM %s", rowsPerFetch, cursor))
		if err != nil {
			return err
		}
		n = 0
		err = forEach(rows, func(rows *sql.Rows) error {
			n++
			return fn(rows)
		})
		if err != nil {
			_, _ = q.ExecContext(ctx, "CLOSE "+cursor)
			return err
		}
	}
	_, err = q.ExecContext(ctx, "CLOSE "+cursor)
	return err
}

func (e postgres) write(ctx context.Context, q ports.Querier, rows []*row) error {
	var unknown, known []*row
	for _, r := range rows {
		if r.id == 0 {
			unknown = append(unknown, r)
		} else {
			known = append(known, r)
		}
	}
	if err := e.insert(ctx, q, unknown); err != nil {
		return err
	}
	return e.all(ctx, q, updateRows, known)
}

// insert copies where it can, which takes two thirds of the time of an INSERT; to
// copy into a temporary table first, from where an INSERT passes over what is there,
// takes longer than the INSERT alone (measured with 1,000 rows at a time).
func (e postgres) insert(ctx context.Context, q ports.Querier, rows []*row) error {
	to, can := q.(ports.Copier)
	if !can || len(rows) == 0 {
		return e.all(ctx, q, insertRows, rows)
	}
	_, err := to.CopyFrom(ctx, "issues", append(columns[:], "indexed"), func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(append(r.appendTexts(make([]any, 0, columnCount+1)), int16(0)), nil) {
				return
			}
		}
	})
	if errors.Is(dialect.Postgres.Classify(err), ports.ErrExists) {
		return fmt.Errorf("%w: another transaction has inserted some of %d issues: %v", ports.ErrBusy, len(rows), err)
	}
	return err
}

// all writes rows with one statement. It writes all of them, or this transaction
// has lost a race.
func (postgres) all(ctx context.Context, q ports.Querier, statement func() string, rows []*row) error {
	if len(rows) == 0 {
		return nil
	}
	done, err := q.ExecContext(ctx, statement(), arrays(rows)...)
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err == nil && n < int64(len(rows)) {
		err = fmt.Errorf("%w: another transaction has written %d of %d issues", ports.ErrBusy, int64(len(rows))-n, len(rows))
	}
	return err
}

// arrays are the rows by column: the texts, then ID, version and indexed.
func arrays(rows []*row) []any {
	var texts [columnCount][]string
	for column := range texts {
		texts[column] = make([]string, len(rows))
	}
	ids, versions, indexed := make([]int64, len(rows)), make([]string, len(rows)), make([]bool, len(rows))
	for n, r := range rows {
		for column, text := range r.text {
			texts[column][n] = text
		}
		ids[n], versions[n], indexed[n] = r.id, r.version, r.indexed
	}
	var args []any
	for _, t := range texts {
		args = append(args, t)
	}
	return append(args, ids, versions, indexed)
}

// unnested is the table u of what arrays returns, and n, a row's place.
func unnested() string {
	var types strings.Builder
	for n := range columnCount {
		fmt.Fprintf(&types, "$%d::text[], ", n+1)
	}
	fmt.Fprintf(&types, "$%d::bigint[], $%d::text[], $%d::boolean[]", columnCount+1, columnCount+2, columnCount+3)
	return "unnest(" + types.String() + ") WITH ORDINALITY AS u (" + strings.Join(columns[:], ", ") + ", id, version, indexed, n)"
}

// value is a column of u as it is stored.
func value(column int) string {
	if nullable(column) {
		return "nullif(u." + columns[column] + ", '')"
	}
	return "u." + columns[column]
}

func insertRows() string {
	values := make([]string, columnCount)
	for column := range columns {
		values[column] = value(column)
	}
	return "INSERT INTO issues (" + strings.Join(columns[:], ", ") + ", indexed) SELECT " + strings.Join(values, ", ") +
		", u.indexed::int FROM " + unnested() + " ORDER BY u.n ON CONFLICT (source, key) DO NOTHING"
}

func updateRows() string {
	var set []string
	for column, name := range columns {
		if column != source && column != key {
			set = append(set, name+" = "+value(column))
		}
	}
	return "UPDATE issues i SET " + strings.Join(set, ", ") + ", indexed = u.indexed::int FROM " + unnested() +
		" WHERE i.id = u.id AND i.xmin::text = u.version"
}

func (postgres) setLabels(ctx context.Context, q ports.Querier, ids []int64, lists []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := q.ExecContext(ctx, "UPDATE issues i SET labels = u.labels FROM unnest($1::bigint[], $2::text[]) AS u (id, labels) WHERE i.id = u.id", ids, lists)
	return err
}
