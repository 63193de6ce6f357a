package storetest

import (
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
)

// begun does the same things in a transaction that the caller ends.
func begun(t *testing.T, db Database) (commit, rollback func() error) {
	t.Helper()
	upsert(t, db.Store, issue("1", "one"), issue("2", "two"))
	indexAll(t, db.Store)
	s, commit, rollback, err := db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	upsert(t, s, issue("1", "ONE"), issue("2", "changed"), issue("3", "three"))
	same(t, "left, in it", keys(unindexed(t, s)), []string{"1", "2", "3"})
	indexAll(t, s)
	same(t, "found, in it", search(t, s, "changed"), []string{"2"})
	same(t, "found, beside it", search(t, db.Store, "changed"), []string{})
	return commit, rollback
}

func rollback(t *testing.T, db Database) {
	_, rollback := begun(t, db)
	if err := rollback(); err != nil {
		t.Fatal(err)
	}
	same(t, "old", search(t, db.Store, "two"), []string{"2"})
	same(t, "new", search(t, db.Store, "three"), []string{})
	got := upsert(t, db.Store, issue("1", "one"), issue("2", "two"), issue("3", "three"))
	same(t, "stored", changes(got), []issues.Change{issues.Unchanged, issues.Unchanged, issues.Inserted})
	same(t, "left", count(t, db.Store), int64(1))
	if id := unindexed(t, db.Store)[0].ID; id <= 2 {
		t.Errorf("ID %d is not above those before", id)
	}
}

func transaction(t *testing.T, db Database) {
	commit, _ := begun(t, db)
	if err := commit(); err != nil {
		t.Fatal(err)
	}
	same(t, "old", search(t, db.Store, "two"), []string{})
	same(t, "new", search(t, db.Store, "changed"), []string{"2"})
	got := upsert(t, db.Store, issue("1", "ONE"), issue("2", "changed"), issue("3", "three"))
	same(t, "stored", changes(got), []issues.Change{issues.Unchanged, issues.Unchanged, issues.Unchanged})
	same(t, "left", count(t, db.Store), int64(0))
}
