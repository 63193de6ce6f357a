package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/handlers/issues"
)

// Search asks the index three times, from the best kind of match to the widest,
// until it has enough: so the order holds without sorting all that matches.
func (s *Store) Search(ctx context.Context, q issues.Query) ([]issues.Issue, error) {
	if !s.engine.holds(q.Source) {
		return nil, nil
	}
	phrases := issues.Phrases(q.Text)
	if len(phrases) == 0 {
		found, err := s.titled(ctx, q)
		return found, s.fail(err)
	}
	var hits []issues.Issue
	seen := map[int64]bool{}
	for _, stage := range s.engine.stages(q.Text, phrases) {
		found, err := s.match(ctx, q, stage)
		if err != nil {
			return nil, s.fail(err)
		}
		for _, i := range found {
			if !seen[i.ID] && len(hits) < q.Limit {
				seen[i.ID] = true
				hits = append(hits, i)
			}
		}
		if len(hits) == q.Limit {
			break
		}
	}
	return hits, nil
}

func (s *Store) fail(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("search issues: %w", s.d.Classify(err))
}

// match returns the first matches of one kind, in its order.
func (s *Store) match(ctx context.Context, q issues.Query, of stage) ([]issues.Issue, error) {
	rows, err := s.q.QueryContext(ctx, "SELECT "+selected()+
		" FROM issues_search s JOIN issues i ON i.id = "+s.engine.words().entry+
		" WHERE "+of.condition+" AND i.indexed = 1 AND ($1 = '' OR i.source = $1) ORDER BY "+of.order+" LIMIT $2",
		append([]any{q.Source, q.Limit}, of.args...)...)
	if err != nil {
		return nil, err
	}
	return collect(rows)
}

// titled returns the issues whose title is the query. No index has it: this is
// for queries without a letter or digit, which are rare.
func (s *Store) titled(ctx context.Context, q issues.Query) ([]issues.Issue, error) {
	if !s.engine.holds(q.Text) {
		return nil, nil
	}
	rows, err := s.q.QueryContext(ctx, "SELECT "+selected()+
		` FROM issues i WHERE i.title = $1 AND i.indexed = 1 AND ($2 = '' OR i.source = $2) ORDER BY i.id LIMIT $3`,
		q.Text, q.Source, q.Limit)
	if err != nil {
		return nil, err
	}
	return collect(rows)
}

func collect(rows *sql.Rows) ([]issues.Issue, error) {
	var found []issues.Issue
	err := forEach(rows, func(rows *sql.Rows) error {
		r, err := scan(rows)
		if err != nil {
			return err
		}
		i, err := r.decode()
		if err != nil {
			return err
		}
		found = append(found, *i)
		return nil
	})
	return found, err
}

// whole makes one token of a title's tokens. The dot is no letter, so no other
// text has it in a token.
func whole(title string) string { return strings.ReplaceAll(title, " ", "·") }
