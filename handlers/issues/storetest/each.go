package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
)

// each reads all that the filter lets by.
func each(t *testing.T, s issues.Store, f issues.Filter) []issues.Issue {
	t.Helper()
	var all []issues.Issue
	err := s.Each(t.Context(), f, func(i *issues.Issue) error {
		all = append(all, *i)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func eachOrder(t *testing.T, db Database) {
	var given []issues.Issue
	for _, source := range []string{"b", "a", "a\x00", "ab", "A", "é", "\U0001F4A5", "\uFFFD", "a b", "a-b", "a_b", "ß", "ss"} {
		for _, key := range []string{"10", "9", "", "x", "X", "x\x00y", "x\x00", "\uFFFD", "\U0001F4A5", "x ", " x", "-x", "Ü", "ü", "u\u0308"} {
			i := issue(db.held(key), source)
			i.Source, i.Title = db.held(source), db.held(source)
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
	same(t, "all", each(t, db.Store, issues.Filter{}), given)
}

func eachEnds(t *testing.T, db Database) {
	upsert(t, db.Store, issue("1", "one"), issue("2", "two"))
	enough, calls := errors.New("enough"), 0
	err := db.Store.Each(t.Context(), issues.Filter{}, func(*issues.Issue) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("after an error of fn: %v, called %d times", err, calls)
	}
	same(t, "read again", keys(each(t, db.Store, issues.Filter{})), []string{"1", "2"})
}

// eachOfOneMoment reads while another transaction writes, as an import does
// beside an export: it is not held up, and nothing of it is read.
func eachOfOneMoment(t *testing.T, db Database) {
	given := []issues.Issue{issue("1", "one"), issue("2", "two"), issue("4", "four")}
	upsert(t, db.Store, given...)
	indexAll(t, db.Store)
	for n := range given {
		given[n].ID = int64(n + 1)
	}
	for _, f := range []issues.Filter{{}, {Source: "hadoop"}, {Query: "else"}} {
		want := each(t, db.Store, f)
		var got []issues.Issue
		err := db.Store.Each(t.Context(), f, func(i *issues.Issue) error {
			got = append(got, *i)
			s, commit, _, err := db.Begin(t.Context())
			if err != nil {
				return err
			}
			at := fmt.Sprintf("%+v %d", f, len(got))
			upsert(t, s, issue("2", at), issue("3"+at, "new"), issue("4", at))
			indexAll(t, s)
			return commit()
		})
		if err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprintf("%+v", f), got, want)
		if after := each(t, db.Store, f); len(after) != 2*len(want) {
			t.Errorf("%+v: of what was written meanwhile %d issues are read", f, len(after)-len(want))
		}
	}
}

func eachFilter(t *testing.T, db Database) {
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
		{issues.Filter{Source: "\x00"}, []string{}},
		{issues.Filter{State: "open\x00"}, []string{}},
		{issues.Filter{Query: "\x00"}, []string{}},
	} {
		same(t, fmt.Sprintf("%+v", test.filter), keys(each(t, db.Store, test.filter)), test.want)
	}
}

// eachQuery finds with every query what a search finds.
func eachQuery(t *testing.T, db Database) {
	upsert(t, db.Store,
		issue("5", "Crash when the editor opens"), issue("4", "崩溃了"), issue("3", "crash"), issue("2", "!?"), issue("1", `NOT "(`))
	indexAll(t, db.Store)
	upsert(t, db.Store, issue("6", "crash, not indexed"), issue("7", "!?"))
	for _, query := range []string{"crash", "crash editor", "崩溃", "崩", "!?", `NOT "(`, "nothing", "else nothing crash", "nosuchword"} {
		same(t, query, keys(each(t, db.Store, issues.Filter{Query: query})), sorted(search(t, db.Store, query)))
	}
	same(t, "with a source", keys(each(t, db.Store, issues.Filter{Query: "crash", Source: "hadoop"})), []string{"3", "5"})
	same(t, "of another source", keys(each(t, db.Store, issues.Filter{Query: "crash", Source: "other"})), []string{})
}
