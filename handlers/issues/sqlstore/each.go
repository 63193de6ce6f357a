package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/handlers/issues"
)

// Each reads in the order of the index of identities, which is bytewise on both
// engines.
func (s *Store) Each(ctx context.Context, f issues.Filter, fn func(*issues.Issue) error) error {
	query, args, err := s.eachQuery(f)
	if err != nil {
		return fmt.Errorf("read issues: %w", err)
	}
	var r row
	dest := r.dest()
	var ended error // by fn
	err = s.engine.each(ctx, s.q, query, args, func(rows *sql.Rows) error {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		i, err := r.decode()
		if err != nil {
			return err
		}
		if f.Label == "" || slices.Contains(i.Labels, f.Label) { // its text may stand in the list without being a label
			ended = fn(i)
		}
		return ended
	})
	if ended == nil && err != nil {
		return fmt.Errorf("read issues: %w", s.d.Classify(err))
	}
	return ended
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
