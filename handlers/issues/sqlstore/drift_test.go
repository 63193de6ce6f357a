package sqlstore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/ports/dialect"
)

// What is missing from the index is found again, and what is stray is gone; issues
// that wait to be indexed are left waiting. There is more of each than one
// transaction mends.
func TestMend(t *testing.T) {
	t.Parallel()
	onBoth(t, mend)
}

func mend(t *testing.T, open func(testing.TB) database) {
	const lost, strays, indexed, waiting = 2100, 1100, 3, 2
	db := open(t)
	store, index := db.store(), sqlstore.NewSearchIndex(db.DB, db.Dialect)
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
		map[dialect.Dialect]string{
			dialect.SQLite:   "INSERT INTO issues_search (rowid, title, body, whole_title) SELECT id, title, body, 'a·word' FROM issues WHERE source IN ('stray', 'indexed')",
			dialect.Postgres: "INSERT INTO issues_search (id, title, words) SELECT id, '', array_to_tsvector(ARRAY[source]) FROM issues WHERE source IN ('stray', 'indexed')",
		}[db.Dialect],
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
	if db.Dialect != dialect.SQLite {
		return
	}
	var check string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&check); err != nil || check != "ok" {
		t.Errorf("integrity check: %s, %v", check, err)
	}
}

// A rebuilt index has the text of the issues as they are, whatever became of it,
// and of no issue that waits.
func TestRebuild(t *testing.T) {
	t.Parallel()
	onBoth(t, rebuild)
}

func rebuild(t *testing.T, open func(testing.TB) database) {
	const all = 1100 // more than one transaction indexes
	db := open(t)
	store, index := db.store(), sqlstore.NewSearchIndex(db.DB, db.Dialect)
	given := make([]issues.Issue, all)
	for i := range given {
		given[i] = issues.Issue{Source: "s", Key: fmt.Sprint(i), Title: "a word", Body: "some text"}
	}
	if _, err := store.Upsert(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	page, err := store.Unindexed(t.Context(), 0, all-1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Index(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	type harm struct{ harm, statement, query string }
	for _, test := range map[dialect.Dialect][]harm{dialect.SQLite: {
		{"stray", "INSERT INTO issues_search (rowid, title, body, whole_title) VALUES (5000, 'a word', '', 'a·word')", "word"},
		{"forgotten", "DELETE FROM issues_search_docsize", "word"},
		{"stale", "UPDATE issues SET title = 'New ' || title", "new word"},
		{"scribbled", "UPDATE issues_search_data SET block = zeroblob(50) WHERE id > 1000", "word"},
		{"emptied", "DELETE FROM issues_search_data", "word"},
	}, dialect.Postgres: {
		{"stray", "INSERT INTO issues_search (id, title, words) VALUES (5000, 'word', 'word')", "word"},
		{"stale", "UPDATE issues SET title = 'New ' || title", "new word"},
		{"scribbled", "UPDATE issues_search SET title = '', words = ''", "word"},
		{"emptied", "DELETE FROM issues_search", "word"},
	}}[db.Dialect] {
		if _, err := db.ExecContext(t.Context(), test.statement); err != nil {
			t.Fatal(err)
		}
		size, err := index.Size(t.Context())
		if err != nil || size != all-1 {
			t.Errorf("%s: %d are said to be indexed, %v; want %d", test.harm, size, err, all-1)
		}
		if err := index.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		found, err := store.Search(t.Context(), issues.Query{Text: test.query, Limit: all})
		if err != nil || len(found) != all-1 {
			t.Errorf("%s: %d found, %v; want %d", test.harm, len(found), err, all-1)
		}
		missing, stray, err := index.Drift(t.Context())
		if err != nil || missing != 0 || stray != 0 {
			t.Errorf("%s: %d missing, %d stray, %v", test.harm, missing, stray, err)
		}
		if db.Dialect != dialect.SQLite {
			continue
		}
		var check string
		if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&check); err != nil || check != "ok" {
			t.Errorf("%s: integrity check: %s, %v", test.harm, check, err)
		}
	}
}

// The tables of the index are those that the schema has.
func TestIndexTables(t *testing.T) {
	t.Parallel()
	onBoth(t, indexTables)
}

func indexTables(t *testing.T, open func(testing.TB) database) {
	db := open(t)
	rows, err := db.QueryContext(t.Context(), map[dialect.Dialect]string{
		dialect.SQLite:   "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'issues_search*'",
		dialect.Postgres: "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND starts_with(relname, 'issues_search')",
	}[db.Dialect])
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var want []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	got := sqlstore.NewSearchIndex(db.DB, db.Dialect).Tables()
	slices.Sort(got)
	slices.Sort(want)
	if err := rows.Err(); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, want %q, %v", got, want, err)
	}
}
