package storetest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
)

func count(t *testing.T, s issues.Store) int64 {
	t.Helper()
	n, err := s.CountUnindexed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func unindexedPages(t *testing.T, db Database) {
	for n := range 7 {
		upsert(t, db.Store, issue(fmt.Sprint(n+1), "one"))
	}
	indexed := unindexed(t, db.Store)[2:4]
	if _, err := db.Store.Index(t.Context(), indexed); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		after int64
		limit int
		want  []string
	}{
		{0, 3, []string{"1", "2", "5"}},
		{5, 3, []string{"6", "7"}},
		{2, 1, []string{"5"}},
		{7, 3, []string{}},
		{100, 3, []string{}},
	} {
		page, err := db.Store.Unindexed(t.Context(), test.after, test.limit)
		if err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprintf("%d after %d", test.limit, test.after), keys(page), test.want)
	}
	same(t, "count", count(t, db.Store), int64(5))
}

func unindexedBounds(t *testing.T, db Database) {
	for n := range 5 {
		i := issue(fmt.Sprint(n+1), "one")
		i.Body = strings.Repeat("x", issues.PageBytes/2+1)
		upsert(t, db.Store, i)
	}
	big := issue("6", "one")
	big.Body = strings.Repeat("x", 2*issues.PageBytes)
	upsert(t, db.Store, big)
	for after, want := range map[int64][]string{0: {"1", "2"}, 2: {"3", "4"}, 5: {"6"}} {
		page, err := db.Store.Unindexed(t.Context(), after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprintf("after %d", after), keys(page), want)
	}
}

func index(t *testing.T, db Database) {
	upsert(t, db.Store, issue("1", "one"), issue("2", "two"), issue("3", "three"))
	same(t, "found before", search(t, db.Store, "two"), []string{})
	same(t, "count before", count(t, db.Store), int64(3))

	all := unindexed(t, db.Store)
	n, err := db.Store.Index(t.Context(), append(all[1:2:2], issues.Issue{ID: 99, Title: "not stored"}))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "indexed", n, int64(1))
	same(t, "found after", search(t, db.Store, "two"), []string{"2"})
	same(t, "not stored", search(t, db.Store, "stored"), []string{})
	same(t, "left", keys(unindexed(t, db.Store)), []string{"1", "3"})
	same(t, "count after", count(t, db.Store), int64(2))
}

func newText(t *testing.T, db Database) {
	upsert(t, db.Store, issue("1", "one"), issue("2", "two"), issue("3", "three"), issue("4", "four"))
	indexAll(t, db.Store)

	same1 := issue("1", "one")
	same1.State = "closed"
	title, body := issue("2", "changed"), issue("3", "three")
	body.Body = "changed"
	upsert(t, db.Store, same1, title, body)
	same(t, "left", keys(unindexed(t, db.Store)), []string{"2", "3"})
	same(t, "state changed", search(t, db.Store, "one"), []string{"1"})
	same(t, "old title", search(t, db.Store, "two"), []string{})
	same(t, "new text", search(t, db.Store, "changed"), []string{})

	// There and back in one call is as in two.
	upsert(t, db.Store, issue("4", "five"), issue("4", "four"))
	same(t, "left", keys(unindexed(t, db.Store)), []string{"2", "3", "4"})
}

func indexAgain(t *testing.T, db Database) {
	upsert(t, db.Store, issue("1", "one"))
	indexAll(t, db.Store)
	upsert(t, db.Store, issue("1", "two"))
	indexAll(t, db.Store)
	same(t, "old title", search(t, db.Store, "one"), []string{})
	same(t, "new title", search(t, db.Store, "two"), []string{"1"})
	same(t, "left", count(t, db.Store), int64(0))
}
