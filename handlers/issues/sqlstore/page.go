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

// Page walks the index of identities, whose order is SQLite's own of text:
// bytewise.
func (s *Store) Page(ctx context.Context, f issues.Filter, after issues.Identity, limit int) ([]issues.Issue, error) {
	page, err := s.page(ctx, f, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read a page of issues: %w", dialect.SQLite.Classify(err))
	}
	return page, nil
}

func (s *Store) page(ctx context.Context, f issues.Filter, after issues.Identity, limit int) ([]issues.Issue, error) {
	query, args, err := pageQuery(f, after)
	if err != nil {
		return nil, err
	}
	rows, err := s.q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []issues.Issue
	var r row
	dest := r.dest()
	for size := 0; len(page) < limit && size < issues.PageBytes && rows.Next(); {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		i, err := r.decode()
		if err != nil {
			return nil, err
		}
		if f.Label != "" && !slices.Contains(i.Labels, f.Label) {
			continue
		}
		for _, text := range r.text {
			size += len(text)
		}
		page = append(page, *i)
	}
	return page, rows.Err()
}

// pageQuery selects what follows an identity. It has no LIMIT, for the text of a
// label may stand in a list of labels without being one of them.
func pageQuery(f issues.Filter, after issues.Identity) (query string, args []any, err error) {
	var conditions []string
	and := func(condition string, values ...any) {
		conditions = append(conditions, condition)
		args = append(args, values...)
	}
	switch {
	case f.Source == "":
		and("(i.source, i.key) > (?, ?)", after.Source, after.Key)
	case f.Source == after.Source:
		and("i.source = ? AND i.key > ?", f.Source, after.Key)
	case f.Source > after.Source:
		and("i.source = ?", f.Source)
	default:
		and("FALSE") // it lies behind
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
	if phrases := issues.Phrases(f.Query); len(phrases) > 0 { // by +, what matches is looked up, not sorted for every page
		and("+i.id IN (SELECT rowid FROM issues_search WHERE issues_search MATCH ?) AND i.indexed = 1", matchAll(phrases))
	} else if f.Query != "" {
		and("i.indexed = 1 AND i.title = ?", f.Query)
	}
	return "SELECT " + selected() + " FROM issues i WHERE " + strings.Join(conditions, " AND ") + " ORDER BY i.source, i.key", args, nil
}
