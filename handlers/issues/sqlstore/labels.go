package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/handlers/issues"
)

// EachLabels reads the whole table once: no index has the labels.
func (s *Store) EachLabels(ctx context.Context, source string, fn func(string, []string) error) error {
	if !s.engine.holds(source) {
		return nil
	}
	query := "SELECT source, labels FROM issues WHERE labels <> '[]' AND ($1 = '' OR source = $1)"
	var ended error // by fn
	err := s.engine.each(ctx, s.q, query, []any{source}, func(rows *sql.Rows) error {
		var of, list string
		if err := rows.Scan(&of, &list); err != nil {
			return err
		}
		labels, err := decodeLabels(list)
		if err != nil {
			return fmt.Errorf("labels of an issue of %s: %w", of, err)
		}
		ended = fn(of, labels)
		return ended
	})
	if ended == nil && err != nil {
		return fmt.Errorf("read labels: %w", s.d.Classify(err))
	}
	return ended
}

// Labeled reads rows until they amount to a page. They stay as they are until the
// transaction ends, so that what is written back has lost nothing.
func (s *Store) Labeled(ctx context.Context, source string, after int64, limit int) ([]issues.Labeled, error) {
	page, err := s.labeled(ctx, source, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read labels: %w", s.d.Classify(err))
	}
	return page, nil
}

func (s *Store) labeled(ctx context.Context, source string, after int64, limit int) ([]issues.Labeled, error) {
	if !s.engine.holds(source) {
		return nil, nil
	}
	w := s.engine.words()
	rows, err := s.q.QueryContext(ctx, "SELECT i.id, i.source, i.key, i.labels FROM issues i"+w.byID+
		" WHERE i.id > $1 AND i.labels <> '[]' AND ($2 = '' OR i.source = $2) ORDER BY i.id LIMIT $3"+w.lock, after, source, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []issues.Labeled
	for size := 0; size < issues.PageBytes && rows.Next(); {
		var i issues.Labeled
		var list string
		if err := rows.Scan(&i.ID, &i.Source, &i.Key, &list); err != nil {
			return nil, err
		}
		if i.Labels, err = decodeLabels(list); err != nil {
			return nil, fmt.Errorf("labels of issue %d: %w", i.ID, err)
		}
		size += len(list)
		page = append(page, i)
	}
	return page, rows.Err()
}

// decodeLabels reads the text of the column labels. Without a backslash in it,
// the quotes are the array's own.
func decodeLabels(list string) (labels []string, err error) {
	if list == "[]" {
		return nil, nil
	}
	if inner, ok := strings.CutPrefix(list, `["`); ok && !strings.Contains(list, `\`) {
		labels = strings.Split(strings.TrimSuffix(inner, `"]`), `","`)
		if strings.Count(list, `"`) == 2*len(labels) {
			return labels, nil
		}
	}
	labels = nil
	err = json.Unmarshal([]byte(list), &labels)
	return labels, err
}

// SetLabels writes the one column, so that what is indexed stays so.
func (s *Store) SetLabels(ctx context.Context, given []issues.Labeled) error {
	ids, lists := make([]int64, len(given)), make([]string, len(given))
	for n, g := range given {
		list, err := issues.AppendLabels(nil, g.Labels)
		if err != nil {
			return fmt.Errorf("labels of %s/%s: %w", g.Source, g.Key, err)
		}
		ids[n], lists[n] = g.ID, string(list)
	}
	if err := s.engine.setLabels(ctx, s.q, ids, lists); err != nil {
		return fmt.Errorf("write labels: %w", s.d.Classify(err))
	}
	return nil
}
