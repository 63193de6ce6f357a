package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports/dialect"
)

// Search asks the index three times, from the best kind of match to the widest,
// until it has enough: so the order holds without sorting all that matches.
func (s *Store) Search(ctx context.Context, q issues.Query) ([]issues.Issue, error) {
	phrases := issues.Phrases(q.Text)
	if len(phrases) == 0 {
		found, err := s.titled(ctx, q)
		return found, fail(err)
	}
	all := matchAll(phrases)
	exact := `whole_title : "` + whole(string(issues.AppendTokens(nil, q.Text))) + `"`
	var hits []issues.Issue
	seen := map[int64]bool{}
	for n, expression := range []string{exact, "title : (" + all + ")", all} {
		order := "issues_search.rank"
		var args []any
		if n == 0 {
			order, args = "i.title = ?4 DESC, "+order, []any{q.Text} // these are few
		}
		found, err := s.match(ctx, q, expression, order, args...)
		if err != nil {
			return nil, fail(err)
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

func fail(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("search issues: %w", dialect.SQLite.Classify(err))
}

// match returns the first matches of an FTS5 expression in an order, whose
// arguments begin at ?4. FTS5 sorts by
// rank itself; asked for anything beside, SQLite reads every matching issue.
func (s *Store) match(ctx context.Context, q issues.Query, expression, order string, args ...any) ([]issues.Issue, error) {
	rows, err := s.q.QueryContext(ctx, "SELECT "+selected()+
		` FROM issues_search JOIN issues i ON i.id = issues_search.rowid
		 WHERE issues_search MATCH ?1 AND i.indexed = 1 AND (?2 = '' OR i.source = ?2)
		 ORDER BY `+order+` LIMIT ?3`, append([]any{expression, q.Source, q.Limit}, args...)...)
	if err != nil {
		return nil, err
	}
	return collect(rows)
}

// titled returns the issues whose title is the query. No index has it: this is
// for queries without a letter or digit, which are rare.
func (s *Store) titled(ctx context.Context, q issues.Query) ([]issues.Issue, error) {
	rows, err := s.q.QueryContext(ctx, "SELECT "+selected()+
		` FROM issues i WHERE i.title = ?1 AND i.indexed = 1 AND (?2 = '' OR i.source = ?2) ORDER BY i.id LIMIT ?3`,
		q.Text, q.Source, q.Limit)
	if err != nil {
		return nil, err
	}
	return collect(rows)
}

func collect(rows *sql.Rows) ([]issues.Issue, error) {
	defer rows.Close()
	var found []issues.Issue
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		i, err := r.decode()
		if err != nil {
			return nil, err
		}
		found = append(found, *i)
	}
	return found, rows.Err()
}

// matchAll is the FTS5 expression for all phrases. Tokens are letters and digits, so
// that nothing in them can end the quotes.
func matchAll(phrases []issues.Phrase) string {
	terms := make([]string, len(phrases))
	for n, p := range phrases {
		terms[n] = `"` + p.Tokens + `"`
		if p.Prefix {
			terms[n] += "*"
		}
	}
	return strings.Join(terms, " AND ")
}

// whole makes one token of a title's tokens. The dot is no letter, so no other
// text has it in a token.
func whole(title string) string { return strings.ReplaceAll(title, " ", "·") }
