package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports"
)

// stages are FTS5 expressions. FTS5 sorts by rank itself; asked for anything
// beside, SQLite reads every matching issue, which are few where the title is exact.
func (sqlite) stages(text string, phrases []issues.Phrase) []stage {
	all := matchAll(phrases)
	exact := `whole_title : "` + whole(string(issues.AppendTokens(nil, text))) + `"`
	const match = "issues_search MATCH $3"
	return []stage{
		{match, "i.title = $4 DESC, s.rank", []any{exact, text}},
		{match, "s.rank", []any{"title : (" + all + ")"}},
		{match, "s.rank", []any{all}},
	}
}

// matching keeps the order that of the index of identities, by +: what matches is
// looked up.
func (sqlite) matching(phrases []issues.Phrase, n int) (condition string, args []any) {
	return fmt.Sprintf("+i.id IN (SELECT rowid FROM issues_search WHERE issues_search MATCH $%d)", n), []any{matchAll(phrases)}
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

func (sqlite) put(ctx context.Context, q ports.Querier, given []issues.Issue) (int64, error) {
	put, err := q.PrepareContext(ctx,
		"INSERT OR REPLACE INTO issues_search (rowid, title, body, whole_title) VALUES ($1, $2, $3, $4)")
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
		done, err := q.ExecContext(ctx, "UPDATE issues SET indexed = 1 WHERE id IN ("+marks(len(some))+")", some...)
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
