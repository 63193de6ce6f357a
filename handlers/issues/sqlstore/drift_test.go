package sqlstore_test

import (
	"fmt"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
)

// What is missing from the index is found again, and what is stray is gone; issues
// that wait to be indexed are left waiting. There is more of each than one
// transaction mends.
func TestMend(t *testing.T) {
	t.Parallel()
	const lost, strays, indexed, waiting = 2100, 1100, 3, 2
	db := open(t).SQL()
	store, index := sqlstore.New(db), sqlstore.NewSearchIndex(db)
	for n, kind := range map[string]int{"lost": lost, "stray": strays, "indexed": indexed, "waiting": waiting} {
		given := make([]issues.Issue, kind)
		for i := range given {
			given[i] = issues.Issue{Source: n, Key: fmt.Sprint(i), Title: "a word", Body: n}
		}
		if _, err := store.Upsert(t.Context(), given); err != nil {
			t.Fatal(err)
		}
	}
	wait := "UPDATE issues SET indexed = 0 WHERE source = 'waiting'"
	for _, statement := range []string{
		"INSERT INTO issues_search (rowid, title, body, whole_title) SELECT id, title, body, 'a·word' FROM issues WHERE source IN ('stray', 'indexed')",
		"UPDATE issues SET indexed = 1", wait, "DELETE FROM issues WHERE source = 'stray'",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	drift := func(when string, wantMissing, wantStray int64) {
		t.Helper()
		if missing, stray, err := index.Drift(t.Context()); err != nil || missing != wantMissing || stray != wantStray {
			t.Errorf("%s: %d missing, %d stray, %v; want %d and %d", when, missing, stray, err, wantMissing, wantStray)
		}
	}
	drift("before", lost, strays)
	if err := index.Mend(t.Context()); err != nil {
		t.Fatal(err)
	}
	drift("after", 0, 0)
	found, err := store.Search(t.Context(), issues.Query{Text: "lost", Limit: lost + 1})
	if err != nil || len(found) != lost {
		t.Errorf("%d found, %v; want %d", len(found), err, lost)
	}
	if n, err := store.CountUnindexed(t.Context()); err != nil || n != waiting {
		t.Errorf("%d wait to be indexed, %v; want %d", n, err, waiting)
	}
	var check string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&check); err != nil || check != "ok" {
		t.Errorf("integrity check: %s, %v", check, err)
	}
}
