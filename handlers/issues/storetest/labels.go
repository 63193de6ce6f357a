package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
)

func labeled(source, key string, labels ...string) issues.Issue {
	return issues.Issue{Source: source, Key: key, Title: "Title " + key, Labels: labels}
}

// someLabels are five issues, of which the second has none.
func someLabels(t *testing.T, s issues.Store) {
	t.Helper()
	upsert(t, s,
		labeled("a", "1", "ui", "Bug"), labeled("a", "2"), labeled("b", "3", "bug"), labeled("a", "4", "", "\x00", `"`), labeled("b", "5", "bug", "bug"))
}

func eachLabels(t *testing.T, db Database) {
	someLabels(t, db.Store)
	for source, want := range map[string][]string{
		"":  {`a ["" "\x00" "\""]`, `a ["ui" "Bug"]`, `b ["bug" "bug"]`, `b ["bug"]`},
		"b": {`b ["bug" "bug"]`, `b ["bug"]`},
		"c": {},
	} {
		got := []string{}
		err := db.Store.EachLabels(t.Context(), source, func(of string, labels []string) error {
			got = append(got, fmt.Sprintf("%s %q", of, labels))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "of "+source, sorted(got), want)
	}
	enough, calls := errors.New("enough"), 0
	err := db.Store.EachLabels(t.Context(), "", func(string, []string) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("after an error of fn: %v, called %d times", err, calls)
	}
}

func labeledPage(t *testing.T, s issues.Store, source string, after int64, limit int) []issues.Labeled {
	t.Helper()
	page, err := s.Labeled(t.Context(), source, after, limit)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func labeledPages(t *testing.T, db Database) {
	someLabels(t, db.Store)
	same(t, "first", labeledPage(t, db.Store, "", 0, 2), []issues.Labeled{
		{ID: 1, Source: "a", Key: "1", Labels: []string{"ui", "Bug"}}, {ID: 3, Source: "b", Key: "3", Labels: []string{"bug"}},
	})
	for _, test := range []struct {
		source string
		after  int64
		limit  int
		want   []int64
	}{
		{"", 0, 9, []int64{1, 3, 4, 5}},
		{"", 3, 9, []int64{4, 5}},
		{"", 5, 9, nil},
		{"", 100, 9, nil},
		{"b", 0, 9, []int64{3, 5}},
		{"b", 0, 1, []int64{3}},
		{"c", 0, 9, nil},
	} {
		var got []int64
		for _, i := range labeledPage(t, db.Store, test.source, test.after, test.limit) {
			got = append(got, i.ID)
		}
		same(t, fmt.Sprintf("%+v", test), got, test.want)
	}
}

func labeledBounds(t *testing.T, db Database) {
	for n := range 3 {
		upsert(t, db.Store, labeled("a", fmt.Sprint(n), strings.Repeat("x", issues.PageBytes/2+1)))
	}
	same(t, "a page", len(labeledPage(t, db.Store, "", 0, 1000)), 2)
}

func setLabels(t *testing.T, db Database) {
	someLabels(t, db.Store)
	indexAll(t, db.Store)
	want := each(t, db.Store, issues.Filter{})
	given := []issues.Labeled{
		{ID: 1, Labels: []string{"Bug", "", "\x00", "崩"}}, {ID: 3}, {ID: 2, Labels: []string{"new"}}, {ID: 99, Labels: []string{"nobody's"}},
	}
	if err := db.Store.SetLabels(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	for n := range want {
		at := slices.IndexFunc(given, func(g issues.Labeled) bool { return g.ID == want[n].ID })
		if at >= 0 {
			want[n].Labels = slices.Clone(given[at].Labels)
		}
	}
	same(t, "stored", each(t, db.Store, issues.Filter{}), want)
	same(t, "not indexed", count(t, db.Store), int64(0))
	same(t, "found", sorted(search(t, db.Store, "title")), []string{"1", "2", "3", "4", "5"})
	given[0].Labels[0] = "changed by the caller"
	same(t, "a copy is stored", each(t, db.Store, issues.Filter{}), want)
}
