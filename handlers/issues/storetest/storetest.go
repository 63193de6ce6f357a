// Package storetest holds an issues.Store to every sentence of its comment.
// [Run] is the suite; each adapter's tests call it.
package storetest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
)

// Database is an empty database of the adapter under test.
type Database struct {
	// Store speaks outside any transaction.
	Store issues.Store

	// Begin opens a transaction, and a store that speaks through it.
	Begin func(ctx context.Context) (s issues.Store, commit, rollback func() error, err error)

	// NoNUL says that the database cannot hold NUL in a text, and refuses it.
	NoNUL bool
}

// held is a text with another control character for NUL, where the database cannot
// hold that.
func (db Database) held(text string) string {
	if db.NoNUL {
		return strings.ReplaceAll(text, "\x00", "\x01")
	}
	return text
}

// Run runs the suite. open returns a database of its own at every call.
func Run(t *testing.T, open func(t *testing.T) Database) {
	for name, test := range map[string]func(*testing.T, Database){
		"upsert tells what it did":      upsertOutcomes,
		"upsert keeps IDs":              upsertKeepsIDs,
		"upsert sees each field":        upsertFields,
		"upsert of one identity twice":  upsertTwice,
		"upsert at any batch size":      upsertBatches,
		"identity is source and key":    identities,
		"text is kept":                  text,
		"what cannot be held":           refused,
		"times are instants":            times,
		"labels and extra":              lists,
		"what is returned is a copy":    copies,
		"unindexed pages":               unindexedPages,
		"unindexed pages are bounded":   unindexedBounds,
		"index":                         index,
		"new text leaves the index":     newText,
		"index again":                   indexAgain,
		"search matches":                searchMatches,
		"search in CJK":                 searchCJK,
		"search title":                  searchTitle,
		"search order":                  searchOrder,
		"search in long texts":          searchLong,
		"search by source and limit":    searchBounds,
		"no query is a syntax error":    searchSyntax,
		"each in order":                 eachOrder,
		"each ends with fn's error":     eachEnds,
		"each of one moment":            eachOfOneMoment,
		"each by filter":                eachFilter,
		"each by query":                 eachQuery,
		"each labels":                   eachLabels,
		"labeled pages":                 labeledPages,
		"labeled pages are bounded":     labeledBounds,
		"set labels":                    setLabels,
		"a rollback leaves nothing":     rollback,
		"a transaction sees its writes": transaction,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// issue has a key and a title, and a body that has nothing in common with other
// tests' words.
func issue(key, title string) issues.Issue {
	return issues.Issue{Source: "hadoop", Key: key, Title: title, Body: "nothing else"}
}

func upsert(t *testing.T, s issues.Store, given ...issues.Issue) []issues.Outcome {
	t.Helper()
	outcomes, err := s.Upsert(t.Context(), given)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

// changes are those of outcomes.
func changes(outcomes []issues.Outcome) []issues.Change {
	all := make([]issues.Change, len(outcomes))
	for n, o := range outcomes {
		all[n] = o.Change
	}
	return all
}

// unindexed reads all that is not indexed, which in a new database is all.
func unindexed(t *testing.T, s issues.Store) []issues.Issue {
	t.Helper()
	var all []issues.Issue
	for after := int64(0); ; after = all[len(all)-1].ID {
		page, err := s.Unindexed(t.Context(), after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// indexAll indexes all that is not indexed.
func indexAll(t *testing.T, s issues.Store) {
	t.Helper()
	if _, err := s.Index(t.Context(), unindexed(t, s)); err != nil {
		t.Fatal(err)
	}
}

// search returns the keys of what matches, in order.
func search(t *testing.T, s issues.Store, query string) []string {
	t.Helper()
	return searchBy(t, s, issues.Query{Text: query, Limit: 100})
}

func searchBy(t *testing.T, s issues.Store, q issues.Query) []string {
	t.Helper()
	found, err := s.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("search %q: %v", q.Text, err)
	}
	return keys(found)
}

func keys(all []issues.Issue) []string {
	keys := []string{}
	for _, i := range all {
		keys = append(keys, i.Key)
	}
	return keys
}

// same fails the test where got is not want.
func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, brief(got), brief(want))
	}
}

// brief is a value for a message, cut where it is long.
func brief(v any) string {
	text := fmt.Sprintf("%+v", v)
	if len(text) > 2000 {
		return text[:2000] + "…"
	}
	return text
}
