package sqlstore

import (
	"context"
	"fmt"

	"github.com/beignet-go/beignet/handlers/issues"
)

// Unindexed reads rows until they amount to a page.
func (s *Store) Unindexed(ctx context.Context, after int64, limit int) ([]issues.Issue, error) {
	page, err := s.pageByID(ctx, "i.indexed = 0", after, limit)
	if err != nil {
		return nil, fmt.Errorf("read unindexed issues: %w", s.d.Classify(err))
	}
	return page, nil
}

// pageByID returns the issues i that a condition holds for. They stay as they are
// until the transaction ends, so that what is indexed is what is stored.
func (s *Store) pageByID(ctx context.Context, condition string, after int64, limit int) ([]issues.Issue, error) {
	rows, err := s.q.QueryContext(ctx, "SELECT "+selected()+
		" FROM issues i WHERE "+condition+" AND i.id > $1 ORDER BY i.id LIMIT $2"+s.engine.words().lock, after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []issues.Issue
	for size := 0; size < issues.PageBytes && rows.Next(); {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		i, err := r.decode()
		if err != nil {
			return nil, err
		}
		for _, text := range r.text {
			size += len(text)
		}
		page = append(page, *i)
	}
	return page, rows.Err()
}

// CountUnindexed reads an index that holds those alone.
func (s *Store) CountUnindexed(ctx context.Context) (int64, error) {
	var n int64
	err := s.q.QueryRowContext(ctx, "SELECT count(*) FROM issues WHERE indexed = 0").Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count unindexed issues: %w", s.d.Classify(err))
	}
	return n, nil
}

// Index replaces the issues' rows in the search index and marks the issues.
func (s *Store) Index(ctx context.Context, given []issues.Issue) (int64, error) {
	n, err := s.engine.put(ctx, s.q, given)
	if err != nil {
		return 0, fmt.Errorf("index issues: %w", s.d.Classify(err))
	}
	return n, nil
}
