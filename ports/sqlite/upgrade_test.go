package sqlite_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// version1 returns the folder of a state that version 1 of the schema made.
func version1(t *testing.T) string {
	t.Helper()
	return older(t, "state-1.sql")
}

// older returns the folder of a state that a file of testdata makes.
func older(t *testing.T, file string) string {
	t.Helper()
	folder := privateFolder(t)
	tables, err := os.ReadFile(filepath.Join("testdata", file))
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
	wantUsed(t, s, "0190-a")
}

// wantUsed wants a run to be the first that is known to have committed something in the
// default database; "": none is.
func wantUsed(t *testing.T, s ports.State, run string) {
	t.Helper()
	use, err := s.Used(t.Context(), "data.db")
	if use.Run != run || (run == "") != errors.Is(err, ports.ErrNotFound) || run != "" && err != nil {
		t.Errorf("first in the database is %+v, %v, want run %s", use, err, run)
	}
}

// What an older version has committed guards the database after the upgrade too, also
// where the run's record is pruned then.
func TestUpgradeKnowsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, change string
		used         bool
	}{
		{"batches", `'$.reason', ''`, true},
		{"once", `'$.status', 'succeeded', '$.progress.batches', 0`, true},
		{"dry", `'$.dryRun', json('true')`, false},
		{"dryonce", `'$.status', 'succeeded', '$.dryRun', json('true'), '$.progress.batches', 0`, false},
		{"begun", `'$.progress.batches', 0`, false},
		{"odd", `'$.progress', NULL`, false},
	} {
		folder := version1(t)
		alter(t, filepath.Join(folder, "state.db"), `INSERT INTO run SELECT '`+test.name+`', task, actor, changed ->> 'status', attempt, started, changed
			FROM (SELECT *, json_set(body, '$.id', '`+test.name+`', `+test.change+`) AS changed FROM run WHERE id = '0190-a');
			DELETE FROM run WHERE id = '0190-a'`)
		s, want := openState(t, folder), ""
		if test.used {
			want = test.name
		}
		wantUsed(t, s, want)
		r, err := s.Run(t.Context(), test.name)
		if err != nil || r.Committed() != test.used || r.Database != "data.db" {
			t.Errorf("run %s: database %q, committed %v, %v", test.name, r.Database, r.Committed(), err)
		}
		if err := s.Delete(t.Context(), test.name); err != nil {
			t.Fatal(err)
		}
		wantUsed(t, s, want)
	}
}

// Of the runs of version 2 the first that has committed is found, of each database, and
// they are in the order of their starts.
func TestUpgradeOfVersion2(t *testing.T) {
	t.Parallel()
	s := openState(t, older(t, "state-2.sql"))
	wantUsed(t, s, "0190-b")
	if use, err := s.Used(t.Context(), "other.db"); err != nil || use.Run != "0190-d" || !use.Since.Equal(time.Date(2026, 11, 24, 13, 0, 0, 0, time.UTC)) {
		t.Errorf("the other database: %+v, %v", use, err)
	}
	if got, want := listed(t, s), []string{"0190-c", "0190-b", "0190-d", "0190-a", "0190-e"}; !slices.Equal(got, want) {
		t.Errorf("listed are %q, want %q", got, want)
	}
	late := ports.Run{ID: "0190-0", Status: ports.Running, Started: time.Unix(0, 0), Input: []byte("{}")}
	if err := s.Start(t.Context(), late); err != nil || listed(t, s)[0] != late.ID {
		t.Errorf("%v: a run after the upgrade is not the latest: %q", err, listed(t, s))
	}
	if r, err := s.Run(t.Context(), "0190-b"); err != nil || r.Database != "data.db" || len(r.Log) != 1 || r.Order == nil {
		t.Errorf("the run is %+v, %v", r, err)
	}
}

func listed(t *testing.T, s ports.State) (ids []string) {
	t.Helper()
	runs, err := s.List(t.Context(), ports.RunFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	return ids
}

// An upgraded state has the very tables that a new one has.
func TestUpgradedIsAsNew(t *testing.T) {
	t.Parallel()
	fresh := privateFolder(t)
	if err := openState(t, fresh).Close(); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"state-1.sql", "state-2.sql"} {
		upgraded := older(t, file)
		if err := openState(t, upgraded).Close(); err != nil {
			t.Fatal(err)
		}
		if got, want := tables(t, upgraded), tables(t, fresh); got != want {
			t.Errorf("%s: upgraded it has\n%s\nand a new one\n%s", file, got, want)
		}
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

// A look leaves an older state as it is, and says what it is.
func TestReadOnlyUpgradesNothing(t *testing.T) {
	t.Parallel()
	folder := version1(t)
	before := tables(t, folder)
	var version *ports.VersionError
	if _, err := sqlite.OpenState(t.Context(), folder, sqlite.StateOptions{ReadOnly: true}); !errors.As(err, &version) || version.Have != 1 {
		t.Errorf("got %v", err)
	}
	if after := tables(t, folder); after != before {
		t.Errorf("the file has\n%s\nwas\n%s", after, before)
	}
}
