package sqlite_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// version1 returns the folder of a state that version 1 of the schema made.
func version1(t *testing.T) string {
	t.Helper()
	folder := privateFolder(t)
	tables, err := os.ReadFile(filepath.Join("testdata", "state-1.sql"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "state.db")
	write(t, path, nil)
	alter(t, path, "PRAGMA journal_mode = wal")
	alter(t, path, string(tables))
	return folder
}

// A state of the version before is upgraded by whoever opens it first, and nothing
// in it is lost.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	folder := version1(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			s, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()

	s := openState(t, folder)
	run, err := s.Run(t.Context(), "0190-a")
	if err != nil || run.Attempt != 1 || run.Progress.Batches != 3 || string(run.Input) != `{"n":9007199254740993}` || run.Log != nil || run.Order != nil {
		t.Errorf("the run is %+v, %v", run, err)
	}
	runs, err := s.List(t.Context(), ports.RunFilter{Task: "issues.search", Status: ports.Succeeded})
	if err != nil || len(runs) != 1 || runs[0].ID != "0190-b" {
		t.Errorf("listed are %+v, %v", runs, err)
	}
	if c, err := s.Checkpoint(t.Context(), "0190-a"); err != nil || c.Batch != 3 {
		t.Errorf("the checkpoint is %+v, %v", c, err)
	}
	if name, err := s.Environment(t.Context()); err != nil || name != "local" { // there was no other
		t.Errorf("the state is environment %q's, %v", name, err)
	}
	before, err := s.Head(t.Context())
	if err != nil || before.Hash != ports.AuditKey(nil).Hash("", before.Body) {
		t.Errorf("the head is %+v, %v", before, err)
	}

	if run.Database != "data.db" {
		t.Errorf("the run is of the database %q", run.Database)
	}
	run.Log = []string{"INFO on again"}
	if err := s.Update(t.Context(), run, run.Mark(), ports.Event{Action: "task.resumed"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Order(t.Context(), run.ID, ports.Order{Cancel: true}); err != nil {
		t.Fatal(err)
	}
	if got := committed(t, s); !slices.Equal(got, []string{"0190-a"}) {
		t.Errorf("after an update known to have committed are %q", got)
	}
}

// committed is what is known to have committed something in the default database.
func committed(t *testing.T, s ports.State) (ids []string) {
	t.Helper()
	name := "data.db"
	runs, err := s.List(t.Context(), ports.RunFilter{CommittedIn: &name})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	return ids
}

// What version 1 has committed guards the database after the upgrade too.
func TestUpgradeKnowsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	folder := version1(t)
	for id, change := range map[string]string{
		"once":    `'$.status', 'succeeded', '$.progress.batches', 0`,
		"dry":     `'$.dryRun', json('true')`,
		"dryonce": `'$.status', 'succeeded', '$.dryRun', json('true'), '$.progress.batches', 0`,
		"begun":   `'$.progress.batches', 0`,
		"odd":     `'$.progress', NULL`,
	} {
		alter(t, filepath.Join(folder, "state.db"), `INSERT INTO run SELECT '`+id+`', task, actor, changed ->> 'status', attempt, started, changed
			FROM (SELECT *, json_set(body, '$.id', '`+id+`', `+change+`) AS changed FROM run WHERE id = '0190-a')`)
	}
	s := openState(t, folder)
	want := []string{"once", "0190-a"}
	if got := committed(t, s); !slices.Equal(got, want) {
		t.Errorf("known to have committed are %q, want %q", got, want)
	}
	for _, id := range want {
		if r, err := s.Run(t.Context(), id); err != nil || !r.Committed() || r.Database != "data.db" {
			t.Errorf("run %s: database %q, committed %v, %v", id, r.Database, r.Committed(), err)
		}
	}
}

// An upgraded state has the very tables that a new one has.
func TestUpgradedIsAsNew(t *testing.T) {
	t.Parallel()
	upgraded, fresh := version1(t), privateFolder(t)
	for _, folder := range []string{upgraded, fresh} {
		if err := openState(t, folder).Close(); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := tables(t, upgraded), tables(t, fresh); got != want {
		t.Errorf("upgraded it has\n%s\nand a new one\n%s", got, want)
	}
}

func tables(t *testing.T, folder string) (all string) {
	t.Helper()
	db, err := sqlite.Raw(filepath.Join(folder, "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const statement = `SELECT group_concat(sql, char(10) ORDER BY name) || (SELECT user_version FROM pragma_user_version) FROM sqlite_schema`
	if err := db.QueryRowContext(t.Context(), statement).Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// An upgrade that fails on the way leaves the file as it was.
func TestUpgradeIsWhole(t *testing.T) {
	t.Parallel()
	folder := version1(t)
	path := filepath.Join(folder, "state.db")
	alter(t, path, "CREATE INDEX run_committed ON audit (seq)") // whose name the upgrade wants
	before := tables(t, folder)
	if _, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{Create: true}); err == nil || errors.Is(err, sql.ErrTxDone) {
		t.Errorf("OpenState: %v, want SQLite's own error", err)
	}
	if after := tables(t, folder); after != before {
		t.Errorf("the file has\n%s\nwas\n%s", after, before)
	}
}
