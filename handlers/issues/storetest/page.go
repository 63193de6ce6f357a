package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
)

// pages reads all that the filter lets by, in pages of so many.
func pages(t *testing.T, s issues.Store, f issues.Filter, limit int) []issues.Issue {
	t.Helper()
	var all []issues.Issue
	for after := (issues.Identity{}); ; after = all[len(all)-1].Identity() {
		page, err := s.Page(t.Context(), f, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		if len(page) > limit {
			t.Fatalf("a page of %d, limit %d", len(page), limit)
		}
		all = append(all, page...)
	}
}

// names are the identities of issues, in order.
func names(all []issues.Issue) []string {
	names := []string{}
	for _, i := range all {
		names = append(names, fmt.Sprintf("%q", i.Identity()))
	}
	return names
}

func pageOrder(t *testing.T, db Database) {
	var given []issues.Issue
	for _, source := range []string{"b", "a", "a\x00", "ab", "A", "é", "\U0001F4A5", "\uFFFD", "a b"} {
		for _, key := range []string{"10", "9", "", "x", "X", "x\x00y", "x\x00", "\uFFFD", "\U0001F4A5"} {
			i := issue(key, source)
			i.Source = source
			i.Labels, i.Extra = []string{"b", "a"}, []byte(`{"a":1}`)
			given = append(given, i)
		}
	}
	upsert(t, db.Store, given...)
	for n := range given {
		given[n].ID = int64(n + 1)
	}
	slices.SortFunc(given, func(a, b issues.Issue) int {
		return slices.Compare([]string{a.Source, a.Key}, []string{b.Source, b.Key})
	})
	for _, limit := range []int{1, 2, 7, 1000} {
		same(t, fmt.Sprintf("by %d", limit), pages(t, db.Store, issues.Filter{}, limit), given)
	}
	for _, after := range []issues.Identity{{Source: "a", Key: "5"}, {Source: "aa"}, {Source: "a", Key: "x"}, {Source: "\U0001F4A5\U0001F4A5"}} {
		got, err := db.Store.Page(t.Context(), issues.Filter{}, after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		at, found := slices.BinarySearchFunc(given, after, func(i issues.Issue, after issues.Identity) int {
			return slices.Compare([]string{i.Source, i.Key}, []string{after.Source, after.Key})
		})
		if found {
			at++
		}
		same(t, fmt.Sprintf("after %q", after), names(got), names(given[at:]))
	}
}

func pageBounds(t *testing.T, db Database) {
	for n := range 5 {
		i := issue(fmt.Sprint(n+1), "one")
		i.Body = strings.Repeat("x", issues.PageBytes/2+1)
		upsert(t, db.Store, i)
	}
	for after, want := range map[string][]string{"": {"1", "2"}, "2": {"3", "4"}, "4": {"5"}, "5": {}} {
		page, err := db.Store.Page(t.Context(), issues.Filter{}, issues.Identity{Source: "hadoop", Key: after}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "after "+after, keys(page), want)
	}
}

func pageFilter(t *testing.T, db Database) {
	filtered := func(source, key, state string, labels ...string) issues.Issue {
		return issues.Issue{Source: source, Key: key, State: state, Labels: labels}
	}
	upsert(t, db.Store,
		filtered("b", "1", "open", "ui", "bug"),
		filtered("b", "2", "Open", "ui"),
		filtered("b", "3", "open"),
		filtered("a", "4", "open", "bug", "bugs"),
		filtered("a", "5", "closed", "Bug", `x","bug`, "bug,", `bug"`, `\"bug`, "[bug", "bug\x00"),
		filtered("c", "6", "open", "\x00", "崩", ",", "a,"),
		filtered("c", "7", "open", "x,", "y"),
	)
	for _, test := range []struct {
		filter issues.Filter
		want   []string
	}{
		{issues.Filter{}, []string{"4", "5", "1", "2", "3", "6", "7"}},
		{issues.Filter{Source: "b"}, []string{"1", "2", "3"}},
		{issues.Filter{Source: "B"}, []string{}},
		{issues.Filter{State: "open"}, []string{"4", "1", "3", "6", "7"}},
		{issues.Filter{Label: "bug"}, []string{"4", "1"}},
		{issues.Filter{Label: "Bug"}, []string{"5"}},
		{issues.Filter{Label: `bug"`}, []string{"5"}},
		{issues.Filter{Label: "bug\x00"}, []string{"5"}},
		{issues.Filter{Label: "\x00"}, []string{"6"}},
		{issues.Filter{Label: "崩"}, []string{"6"}},
		{issues.Filter{Label: ","}, []string{"6"}},
		{issues.Filter{Label: "%"}, []string{}},
		{issues.Filter{Source: "b", State: "open", Label: "bug"}, []string{"1"}},
		{issues.Filter{Source: "b", State: "open", Label: "bugs"}, []string{}},
	} {
		for _, limit := range []int{1, 1000} {
			same(t, fmt.Sprintf("%+v by %d", test.filter, limit), keys(pages(t, db.Store, test.filter, limit)), test.want)
		}
	}
	for source, want := range map[string][]string{"a": {}, "b": {"3"}, "c": {"6", "7"}} {
		page, err := db.Store.Page(t.Context(), issues.Filter{Source: source}, issues.Identity{Source: "b", Key: "2"}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "of "+source+" after b/2", keys(page), want)
	}
}

// pageQuery finds with every query what a search finds.
func pageQuery(t *testing.T, db Database) {
	upsert(t, db.Store,
		issue("5", "Crash when the editor opens"), issue("4", "崩溃了"), issue("3", "crash"), issue("2", "!?"), issue("1", `NOT "(`))
	indexAll(t, db.Store)
	upsert(t, db.Store, issue("6", "crash, not indexed"), issue("7", "!?"))
	for _, query := range []string{"crash", "crash editor", "崩溃", "崩", "!?", `NOT "(`, "nothing", "else nothing crash", "nosuchword"} {
		same(t, query, keys(pages(t, db.Store, issues.Filter{Query: query}, 2)), sorted(search(t, db.Store, query)))
	}
	same(t, "with a source", keys(pages(t, db.Store, issues.Filter{Query: "crash", Source: "hadoop"}, 1)), []string{"3", "5"})
	same(t, "of another source", keys(pages(t, db.Store, issues.Filter{Query: "crash", Source: "other"}, 1)), []string{})
}
