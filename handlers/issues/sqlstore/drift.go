package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"github.com/beignet-go/beignet/ports/dialect"
)

// SearchIndex finds and mends what has gone wrong between issues and their search
// index: by hand, by another program, or by a database put together from two.
// Issues that wait to be indexed are not among it.
type SearchIndex struct {
	db *sql.DB
	d  dialect.Dialect
	words
}

// NewSearchIndex returns the search index of a database of the engine d that has
// been brought up.
func NewSearchIndex(db *sql.DB, d dialect.Dialect) *SearchIndex {
	return &SearchIndex{db, d, engineOf(d).words()}
}

// Of issues i and entries s of the index, those that have drifted.
func (w words) missing() string {
	return "i.indexed = 1 AND NOT EXISTS (SELECT 1 FROM issues_search s WHERE " + w.entry + " = i.id)"
}

func (w words) stray() string {
	return "NOT EXISTS (SELECT 1 FROM issues i WHERE i.id = " + w.entry + ")"
}

// Drift counts the issues that are marked as indexed and are missing from the
// index, and the entries of the index that are no issue's.
func (x *SearchIndex) Drift(ctx context.Context) (lost, strays int64, err error) {
	err = x.db.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM issues i WHERE "+x.missing()+
		"), (SELECT count(*) FROM issues_search s WHERE "+x.stray()+")").Scan(&lost, &strays)
	if err != nil {
		return 0, 0, fmt.Errorf("compare issues and search index: %w", x.d.Classify(err))
	}
	return lost, strays, nil
}

// Mend indexes the missing issues, and takes the strays out, a page in a
// transaction.
func (x *SearchIndex) Mend(ctx context.Context) error {
	for _, mend := range []func(context.Context, *Store, int64) (int64, error){indexMissing, removeStrays} {
		for after, done := int64(math.MinInt64), false; !done; {
			last, err := x.commit(ctx, mend, after)
			if err != nil {
				return fmt.Errorf("mend search index: %w", x.d.Classify(err))
			}
			done, after = last == after, last
		}
	}
	return nil
}

// Size reads the issues alone: it holds of a damaged index too.
func (x *SearchIndex) Size(ctx context.Context) (n int64, err error) {
	err = x.db.QueryRowContext(ctx, "SELECT count(*) FROM issues WHERE indexed = 1").Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count indexed issues: %w", x.d.Classify(err))
	}
	return n, nil
}

// Rebuild empties the index without reading it: then all that should be in it is
// missing.
func (x *SearchIndex) Rebuild(ctx context.Context) error {
	if err := x.clear(ctx); err != nil {
		return fmt.Errorf("empty search index: %w", x.d.Classify(err))
	}
	return x.Mend(ctx)
}

func (x *SearchIndex) clear(ctx context.Context) error {
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	for _, statement := range x.empty {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// Tables are those of the index, and what the engine keeps for it.
func (x *SearchIndex) Tables() []string { return x.tables }

// commit mends one page after an ID in a transaction, and returns the page's last
// ID, or the same where there was none.
func (x *SearchIndex) commit(ctx context.Context, mend func(context.Context, *Store, int64) (int64, error), after int64) (int64, error) {
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // does nothing after Commit
	last, err := mend(ctx, New(tx, x.d), after)
	if err != nil {
		return 0, err
	}
	return last, tx.Commit()
}

// mendPage is how many entries of the index one transaction mends.
const mendPage = 1000

func indexMissing(ctx context.Context, s *Store, after int64) (int64, error) {
	page, err := s.pageByID(ctx, s.engine.words().missing(), after, mendPage)
	if err != nil || len(page) == 0 {
		return after, err
	}
	_, err = s.engine.put(ctx, s.q, page)
	return page[len(page)-1].ID, err
}

func removeStrays(ctx context.Context, s *Store, after int64) (int64, error) {
	var last sql.NullInt64
	w := s.engine.words()
	page := "FROM (SELECT " + w.entry + " AS id FROM issues_search s WHERE " + w.stray() +
		" AND " + w.entry + " > $1 ORDER BY " + w.entry + " LIMIT $2) AS page"
	if err := s.q.QueryRowContext(ctx, "SELECT max(id) "+page, after, mendPage).Scan(&last); err != nil || !last.Valid {
		return after, err
	}
	_, err := s.q.ExecContext(ctx, "DELETE FROM issues_search AS s WHERE "+w.entry+" IN (SELECT id "+page+")", after, mendPage)
	return last.Int64, err
}
