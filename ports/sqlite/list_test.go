package sqlite

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

// What is asked for at every start and every short ID is found by an index.
func TestListsAreFoundByIndex(t *testing.T) {
	t.Parallel()
	opened, err := OpenState(t.Context(), t.TempDir()+"/state", StateOptions{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for name, f := range map[string]ports.RunFilter{
		"status and task": {Task: "issues.import", Status: ports.Running},
		"status":          {Status: ports.Running},
		"prefix":          {Prefix: "0190"},
		"prefix, limited": {Prefix: "0190", Limit: 2},
		"since":           {Since: time.Unix(1, 0)},
		"since, limited":  {Since: time.Unix(1, 0), Limit: 9},
		"task, limited":   {Task: "issues.import", Status: ports.Running, Since: time.Unix(1, 0), Limit: 9},
		"before":          {Before: time.Unix(1, 0), Limit: 9},
	} {
		statement, args := listing(f)
		plan := explain(t, opened.(state).DB, statement, args)
		if !strings.HasPrefix(plan, "SEARCH run USING ") {
			t.Errorf("%s: %s", name, plan)
		}
		if f.Limit > 0 && f.Prefix == "" && strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: all are sorted to return %d: %s", name, f.Limit, plan)
		}
	}
}

// The latest runs are read from an end of an index: none is sorted, and no more are read.
func TestTheLatestAreNotSorted(t *testing.T) {
	t.Parallel()
	opened, err := OpenState(t.Context(), t.TempDir()+"/state", StateOptions{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	for name, f := range map[string]ports.RunFilter{"last": {Limit: 1}, "of a task": {Task: "issues.import", Limit: 9}} {
		statement, args := listing(f)
		if plan := explain(t, opened.(state).DB, statement, args); plan != "SCAN run USING INDEX run_seq\n" {
			t.Errorf("%s: %s", name, plan)
		}
	}
}

func explain(t *testing.T, db *DB, statement string, args []any) (plan string) {
	t.Helper()
	rows, err := db.SQL().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan += fmt.Sprintln(detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}
