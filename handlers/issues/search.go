package issues

import (
	"context"

	"github.com/beignet-go/beignet/runner"
)

// SearchInput is the input of issues.search.
type SearchInput struct {
	Query  string  `json:"query"`
	Source *string `json:"source"`
	Limit  int     `json:"limit"`
}

// SearchOutput is the output of issues.search.
type SearchOutput struct {
	Hits      []Hit  `json:"hits"`                // best first
	Unindexed int64  `json:"unindexed"`           // issues that search cannot find yet
	IndexWith string `json:"indexWith,omitempty"` // the command that makes them found
}

// Hit is one issue that was found.
type Hit struct {
	Source  string `json:"source"`
	Key     string `json:"key"`
	Title   string `json:"title"`
	Snippet string `json:"snippet"` // of the body, around the first match, on one line
}

func search(ctx context.Context, d Deps, in SearchInput) (SearchOutput, error) {
	q := Query{Text: in.Query, Limit: in.Limit}
	if in.Source != nil {
		q.Source = *in.Source
	}
	found, err := d.Issues.Search(ctx, q)
	if err != nil {
		return SearchOutput{}, err
	}
	if err := noWord(in.Query, int64(len(found))); err != nil {
		return SearchOutput{}, err
	}
	out := SearchOutput{Hits: make([]Hit, len(found))}
	phrases := Phrases(in.Query)
	for i, issue := range found {
		out.Hits[i] = Hit{Source: issue.Source, Key: issue.Key, Title: issue.Title, Snippet: snippet(issue.Body, phrases)}
	}
	if out.Unindexed, err = d.Issues.CountUnindexed(ctx); err != nil {
		return SearchOutput{}, err
	}
	out.IndexWith = indexWith(out.Unindexed)
	return out, nil
}

// noWord refuses a query without a word that has found nothing: only a title that
// is the query could have been found by it.
func noWord(query string, found int64) error {
	if found == 0 && len(Phrases(query)) == 0 {
		return runner.InvalidInput("/query", "holds no word to search for")
	}
	return nil
}

// indexWith is the command that has so many issues found; "": there are none.
func indexWith(unindexed int64) string {
	if unindexed == 0 {
		return ""
	}
	return "beignet task run issues.backfill-search --no-dry-run"
}
