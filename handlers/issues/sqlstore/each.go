package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports/dialect"
)

// Each walks the index of identities, whose order is SQLite's own of text:
// bytewise. One statement sees one state of the database.
func (s *Store) Each(ctx context.Context, f issues.Filter, fn func(*issues.Issue) error) error {
	query, args, err := eachQuery(f)
	if err != nil {
		return fmt.Errorf("read issues: %w", err)
	}
	rows, err := s.q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read issues: %w", dialect.SQLite.Classify(err))
	}
	defer rows.Close()
	var r row
	dest := r.dest()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("read issues: %w", dialect.SQLite.Classify(err))
		}
		i, err := r.decode()
		if err != nil {
			return fmt.Errorf("read issues: %w", err)
		}
		if f.Label != "" && !slices.Contains(i.Labels, f.Label) {
			continue // its text stands in the list without being a label
		}
		if err := fn(i); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read issues: %w", dialect.SQLite.Classify(err))
	}
	return nil
}

// eachQuery selects what the filter lets by, and perhaps more where it has a
// label. It sorts nothing, for that would hold all the rows.
func eachQuery(f issues.Filter) (query string, args []any, err error) {
	conditions := []string{"TRUE"}
	and := func(condition string, value any) {
		conditions = append(conditions, condition)
		args = append(args, value)
	}
	if f.Source != "" {
		and("i.source = ?", f.Source)
	}
	if f.State != "" {
		and("i.state = ?", f.State)
	}
	if f.Label != "" {
		quoted, err := jsontext.AppendQuote(nil, f.Label)
		if err != nil {
			return "", nil, err
		}
		and("instr(i.labels, ?) > 0", string(quoted))
	}
	if phrases := issues.Phrases(f.Query); len(phrases) > 0 { // by + the order stays the index's: what matches is looked up
		and("+i.id IN (SELECT rowid FROM issues_search WHERE issues_search MATCH ?) AND i.indexed = 1", matchAll(phrases))
	} else if f.Query != "" {
		and("i.indexed = 1 AND i.title = ?", f.Query)
	}
	return "SELECT " + selected() + " FROM issues i WHERE " + strings.Join(conditions, " AND ") + " ORDER BY i.source, i.key", args, nil
}
