package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports/dialect"
)

// Unindexed reads rows until they amount to a page.
func (s *Store) Unindexed(ctx context.Context, after int64, limit int) ([]issues.Issue, error) {
	page, err := s.pageByID(ctx, "i.indexed = 0", after, limit)
	if err != nil {
		return nil, fmt.Errorf("read unindexed issues: %w", dialect.SQLite.Classify(err))
	}
	return page, nil
}

// pageByID returns the issues i that a condition holds for.
func (s *Store) pageByID(ctx context.Context, condition string, after int64, limit int) ([]issues.Issue, error) {
	rows, err := s.q.QueryContext(ctx, "SELECT "+selected()+
		" FROM issues i WHERE "+condition+" AND i.id > ?1 ORDER BY i.id LIMIT ?2", after, limit)
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
		return 0, fmt.Errorf("count unindexed issues: %w", dialect.SQLite.Classify(err))
	}
	return n, nil
}

// Index replaces the issues' rows in the search index and marks the issues.
func (s *Store) Index(ctx context.Context, given []issues.Issue) (int64, error) {
	n, err := s.index(ctx, given)
	if err != nil {
		return 0, fmt.Errorf("index issues: %w", dialect.SQLite.Classify(err))
	}
	return n, nil
}

func (s *Store) index(ctx context.Context, given []issues.Issue) (int64, error) {
	put, err := s.q.PrepareContext(ctx,
		"INSERT OR REPLACE INTO issues_search (rowid, title, body, whole_title) VALUES (?1, ?2, ?3, ?4)")
	if err != nil {
		return 0, err
	}
	defer put.Close()
	ids := make([]any, len(given))
	var tokens []byte
	for n, i := range given {
		ids[n] = i.ID
		title := string(issues.AppendTokens(nil, i.Title))
		tokens = issues.AppendTokens(tokens[:0], i.Body)
		if _, err := put.ExecContext(ctx, i.ID, title, string(tokens), whole(title)); err != nil {
			return 0, err
		}
	}
	var marked int64
	for some := range slices.Chunk(ids, keysPerSelect) {
		done, err := s.q.ExecContext(ctx, "UPDATE issues SET indexed = 1 WHERE id IN ("+marks(len(some))+")", some...)
		if err != nil {
			return 0, err
		}
		n, err := done.RowsAffected()
		if err != nil {
			return 0, err
		}
		marked += n
	}
	return marked, nil
}
