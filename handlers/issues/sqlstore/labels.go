package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports/dialect"
)

// EachLabels reads the whole table once: no index has the labels.
func (s *Store) EachLabels(ctx context.Context, source string, fn func(string, []string) error) error {
	rows, err := s.q.QueryContext(ctx,
		"SELECT source, labels FROM issues WHERE labels <> '[]' AND (?1 = '' OR source = ?1)", source)
	if err != nil {
		return fmt.Errorf("read labels: %w", dialect.SQLite.Classify(err))
	}
	defer rows.Close()
	for rows.Next() {
		var of, list string
		if err := rows.Scan(&of, &list); err != nil {
			return fmt.Errorf("read labels: %w", dialect.SQLite.Classify(err))
		}
		labels, err := decodeLabels(list)
		if err != nil {
			return fmt.Errorf("labels of an issue of %s: %w", of, err)
		}
		if err := fn(of, labels); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read labels: %w", dialect.SQLite.Classify(err))
	}
	return nil
}

// Labeled reads rows until they amount to a page.
func (s *Store) Labeled(ctx context.Context, source string, after int64, limit int) ([]issues.Labeled, error) {
	page, err := s.labeled(ctx, source, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read labels: %w", dialect.SQLite.Classify(err))
	}
	return page, nil
}

func (s *Store) labeled(ctx context.Context, source string, after int64, limit int) ([]issues.Labeled, error) {
	rows, err := s.q.QueryContext(ctx, `SELECT id, source, key, labels FROM issues NOT INDEXED
		WHERE id > ?1 AND labels <> '[]' AND (?2 = '' OR source = ?2) ORDER BY id LIMIT ?3`, after, source, limit)
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
	set, err := s.q.PrepareContext(ctx, "UPDATE issues SET labels = ?1 WHERE id = ?2")
	if err != nil {
		return fmt.Errorf("write labels: %w", dialect.SQLite.Classify(err))
	}
	defer set.Close()
	for _, g := range given {
		list, err := issues.AppendLabels(nil, g.Labels)
		if err != nil {
			return fmt.Errorf("labels of %s/%s: %w", g.Source, g.Key, err)
		}
		if _, err := set.ExecContext(ctx, string(list), g.ID); err != nil {
			return fmt.Errorf("write labels: %w", dialect.SQLite.Classify(err))
		}
	}
	return nil
}
