package release_test

import (
	"testing"

	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner/runnertest"
)

func TestInterrupted(t *testing.T) {
	t.Parallel()
	migrated := func() runnertest.World[release.Deps] {
		open, db := database(t, nil, 1)
		return runnertest.World[release.Deps]{Open: open, State: func() any { return schema(t, db) }}
	}
	runnertest.Chaos(t, tasks, release.Register, migrated, runnertest.Trials{Task: "release.migrate", Input: `{"dryRun": false}`})
	maintained := func() runnertest.World[release.Deps] {
		index := &drifted{missing: 3, stray: 2}
		open, db := database(t, index, 2)
		return runnertest.World[release.Deps]{Open: open, State: func() any { return append(schema(t, db), []any{index.missing, index.stray}) }}
	}
	runnertest.Chaos(t, tasks, release.Register, maintained, runnertest.Trials{Task: "release.maintain", Input: `{"dryRun": false}`})
}

// schema is what there is of a database's schema.
func schema(t *testing.T, db *sqlite.DB) (all []any) {
	t.Helper()
	rows, err := db.SQL().QueryContext(t.Context(), "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, sql string
		if err := rows.Scan(&name, &sql); err != nil {
			t.Fatal(err)
		}
		all = append(all, name+" "+sql)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
