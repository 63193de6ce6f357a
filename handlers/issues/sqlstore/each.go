package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/handlers/issues"
)

// Each reads in the order of the index of identities, which is bytewise on both
// engines. One statement sees one state of the database.
func (s *Store) Each(ctx context.Context, f issues.Filter, fn func(*issues.Issue) error) error {
	query, args, err := s.eachQuery(f)
	if err != nil {
		return fmt.Errorf("read issues: %w", err)
	}
	rows, err := s.q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read issues: %w", s.d.Classify(err))
	}
	defer rows.Close()
	var r row
	dest := r.dest()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("read issues: %w", s.d.Classify(err))
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
		return fmt.Errorf("read issues: %w", s.d.Classify(err))
	}
	return nil
}

// eachQuery selects what the filter lets by, and perhaps more where it has a
// label.
func (s *Store) eachQuery(f issues.Filter) (query string, args []any, err error) {
	conditions := []string{"TRUE"}
	and := func(condition, value string) {
		if !s.engine.holds(value) {
			conditions = append(conditions, "FALSE")
			return
		}
		args = append(args, value)
		conditions = append(conditions, fmt.Sprintf(condition, fmt.Sprint("$", len(args))))
	}
	if f.Source != "" {
		and("i.source = %s", f.Source)
	}
	if f.State != "" {
		and("i.state = %s", f.State)
	}
	if f.Label != "" {
		quoted, err := jsontext.AppendQuote(nil, f.Label)
		if err != nil {
			return "", nil, err
		}
		and(fmt.Sprintf(s.engine.words().contains, "i.labels", "%s"), string(quoted))
	}
	if phrases := issues.Phrases(f.Query); len(phrases) > 0 {
		condition, more := s.engine.matching(phrases, len(args)+1)
		conditions, args = append(conditions, condition, "i.indexed = 1"), append(args, more...)
	} else if f.Query != "" {
		and("i.indexed = 1 AND i.title = %s", f.Query)
	}
	return "SELECT " + selected() + " FROM issues i WHERE " + strings.Join(conditions, " AND ") + " ORDER BY i.source, i.key", args, nil
}
