package memstore

import (
	"cmp"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/handlers/issues"
)

// match is how well an entry answers a query.
type match struct {
	issue   *issues.Issue
	titleIs bool    // the title is the query
	exact   bool    // it has the query's tokens
	titled  bool    // every phrase is in it
	weight  float64 // matches for each token
}

func (t *table) search(q issues.Query) []issues.Issue {
	var matches []match
	for n := range t.entries {
		e := &t.entries[n]
		if q.Source != "" && q.Source != e.issue.Source {
			continue
		}
		if m, ok := e.answers(q.Text); ok {
			matches = append(matches, m)
		}
	}
	slices.SortStableFunc(matches, func(a, b match) int {
		return cmp.Or(first(a.titleIs, b.titleIs), first(a.exact, b.exact), first(a.titled, b.titled), cmp.Compare(b.weight, a.weight))
	})
	found := make([]issues.Issue, min(len(matches), q.Limit))
	for n := range found {
		found[n] = clone(*matches[n].issue)
	}
	return found
}

// first orders what is true before what is not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// answers tells how well an entry answers a query, if it does.
func (e *entry) answers(query string) (match, bool) {
	phrases := issues.Phrases(query)
	m, ok := e.match(tokens(query), phrases)
	m.titleIs = e.issue.Title == query
	return m, e.indexed && (ok && len(phrases) > 0 || m.titleIs)
}

func (e *entry) match(query []string, phrases []issues.Phrase) (match, bool) {
	m := match{issue: &e.issue, exact: slices.Equal(e.title, query), titled: true}
	all := 0
	for _, p := range phrases {
		title, body := count(e.title, p), count(e.body, p)
		if title+body == 0 {
			return match{}, false
		}
		m.titled = m.titled && title > 0
		all += title + body
	}
	m.weight = float64(all) / float64(len(e.title)+len(e.body))
	return m, true
}

// count is how often a phrase stands among tokens.
func count(tokens []string, p issues.Phrase) int {
	phrase := strings.Fields(p.Tokens)
	n := 0
	for at := range len(tokens) - len(phrase) + 1 {
		last := at + len(phrase) - 1
		here := slices.Equal(tokens[at:last], phrase[:len(phrase)-1])
		if p.Prefix {
			here = here && strings.HasPrefix(tokens[last], phrase[len(phrase)-1])
		} else {
			here = here && tokens[last] == phrase[len(phrase)-1]
		}
		if here {
			n++
		}
	}
	return n
}
