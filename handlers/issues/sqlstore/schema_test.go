package sqlstore_test

import (
	"strings"
	"testing"
)

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
