package sqlstore_test

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/ports"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data.db")
	db := openFile(t, path).SQL()
	wantVersion(t, sqlstore.Ready(t.Context(), db), 0)
	for range 2 { // the second finds what the first has made
		if err := sqlstore.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if err := sqlstore.Ready(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
	if err := sqlstore.Migrate(t.Context(), openFile(t, path).SQL()); err != nil {
		t.Error(err)
	}
}

// What a process that died while it brought the database up has left is brought
// up.
func TestMigrateHalfway(t *testing.T) {
	t.Parallel()
	db := open(t).SQL()
	for _, statement := range []string{
		"DROP TABLE issues_search", "DROP TABLE issues", "DELETE FROM goose_db_version WHERE version_id > 0",
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := sqlstore.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlstore.New(db).CountUnindexed(t.Context()); err != nil {
		t.Error(err)
	}
}

// A database of another version, or of no version and with tables, is refused as
// it is.
func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		setup []string
		have  int64
	}{
		{"newer", []string{"INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)"}, 99},
		{"older", []string{"DELETE FROM goose_db_version WHERE version_id > 0"}, 0},
		{"no version", []string{"DROP TABLE goose_db_version"}, 0},
	} {
		db := open(t).SQL()
		for _, statement := range test.setup {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		t.Run(test.name, func(t *testing.T) {
			wantVersion(t, sqlstore.Migrate(t.Context(), db), test.have)
			wantVersion(t, sqlstore.Ready(t.Context(), db), test.have)
		})
	}
}

func wantVersion(t *testing.T, err error, have int64) {
	t.Helper()
	var version *ports.VersionError
	if want := (ports.VersionError{What: "issues data", Have: have, Want: 1}); !errors.As(err, &version) || *version != want {
		t.Errorf("got %v, want %v", err, &want)
	}
}

// Several processes may bring the same database up.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data.db")
	var group sync.WaitGroup
	for range 4 {
		db := openFile(t, path).SQL()
		group.Go(func() {
			if err := sqlstore.Migrate(t.Context(), db); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	var versions int
	if err := openFile(t, path).SQL().QueryRowContext(t.Context(), "SELECT count(*) FROM goose_db_version WHERE version_id = 1").Scan(&versions); err != nil || versions != 1 {
		t.Errorf("the migration is on record %d times, %v", versions, err)
	}
}

// What is read often is read by an index.
func TestPlans(t *testing.T) {
	t.Parallel()
	db := open(t).SQL()
	for query, want := range map[string]string{
		"SELECT count(*) FROM issues WHERE indexed = 0":                                   "USING COVERING INDEX issues_unindexed",
		"SELECT i.* FROM issues i WHERE i.indexed = 0 AND i.id > 5 ORDER BY i.id LIMIT 9": "USING INDEX issues_unindexed (indexed=? AND rowid>?)",
		"SELECT i.* FROM issues i WHERE (i.source, i.key) > ('a', 'b') AND +i.id IN (SELECT rowid FROM issues_search WHERE issues_search MATCH 'c') AND i.indexed = 1 ORDER BY i.source, i.key": "USING INDEX sqlite_autoindex_issues_1 ((source,key)>(?,?))",
		"SELECT i.* FROM issues i WHERE i.source = 'a' AND i.key > 'b' AND i.state = 'c' ORDER BY i.source, i.key":                                                                              "USING INDEX sqlite_autoindex_issues_1 (source=? AND key>?)",
		"SELECT i.* FROM issues i NOT INDEXED WHERE i.id > 5 AND i.labels <> '[]' ORDER BY i.id LIMIT 9":                                                                                        "USING INTEGER PRIMARY KEY (rowid>?)",
		"SELECT i.* FROM issues i WHERE i.source = 'a' AND i.key IN ('b', 'c')":                                                                                                                 "USING INDEX sqlite_autoindex_issues_1 (source=? AND key=?)",
	} {
		rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(plan, "; "); !strings.Contains(got, want) || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
}
