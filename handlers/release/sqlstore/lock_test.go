package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	osexec "os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/beignet-go/beignet/ports/dialect"
)

// The environment of a process that migrates a database instead of testing.
const (
	migratedFile = "RELEASE_TEST_MIGRATES"
	forEver      = "RELEASE_TEST_FOR_EVER" // not "": the last migration does not end
)

// once are migrations that no transaction keeps from being applied twice, and that
// take their time.
func once(n int) fstest.MapFS {
	const slow = "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d) INSERT INTO done SELECT -1 FROM c WHERE i < 0"
	files := fstest.MapFS{"00001_first.sql": step("CREATE TABLE done (version INTEGER)")}
	for v := 2; v <= n; v++ {
		last := 20_000
		if v == n && os.Getenv(forEver) != "" {
			last = 1 << 60
		}
		file := step("INSERT INTO done VALUES (%d);\n"+slow, v, last)
		file.Data = slices.Concat([]byte("-- +goose NO TRANSACTION\n"), file.Data)
		files[fmt.Sprintf("%05d_next.sql", v)] = file
	}
	return files
}

const onceSteps = 6

// TestProcess is the other process of the tests below, which run this binary again.
func TestProcess(t *testing.T) {
	if file := os.Getenv(migratedFile); file != "" {
		done, err := migrator(openFile(t, file), once(onceSteps)).Migrate(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("applied", len(done.Migrations))
	}
}

func process(t *testing.T, file string, environment ...string) (*osexec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := osexec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcess$")
	cmd.Env = slices.Concat(os.Environ(), []string{migratedFile + "=" + file}, environment)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &out
}

// Processes that migrate at once apply each migration once, all together.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a b?&%.db")
	openFile(t, file)
	applied := 0
	var processes []*osexec.Cmd
	var outputs []*bytes.Buffer
	for range 3 {
		cmd, out := process(t, file)
		processes, outputs = append(processes, cmd), append(outputs, out)
	}
	for i, cmd := range processes {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %d: %v\n%s", i, err, outputs[i])
		}
		var n int
		if _, err := fmt.Fscanf(outputs[i], "applied %d", &n); err != nil {
			t.Errorf("process %d: %v", i, err)
		}
		applied += n
	}
	db, want := openFile(t, file), []string{"2", "3", "4", "5", "6"}
	if got := texts(t, db, "SELECT version FROM done"); !slices.Equal(got, want) || applied != onceSteps {
		t.Errorf("done were %q, want %q; %d were said to be applied, want %d", got, want, applied, onceSteps)
	}
	if got := texts(t, db, "SELECT version_id FROM goose_db_version ORDER BY id"); !slices.Equal(got, slices.Concat([]string{"0", "1"}, want)) {
		t.Errorf("on record are %q", got)
	}
}

// While a process migrates another waits, until its ctx ends; once the first is
// dead, however it died, the other goes on.
func TestTheHolderDies(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data.db")
	db := openFile(t, file)
	holder, out := process(t, file, forEver+"=1")
	waits := migrator(db, once(onceSteps-1)) // not the one that does not end
	for end := time.Now().Add(time.Minute); !slices.Contains(engine{Dialect: dialect.SQLite}.contents(t, db), "5"); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the holder does not come to its last migration")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := waits.Migrate(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("beside the holder: %v, want that the time is over\n%s", err, out)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // it was killed
	if got, err := waits.Migrate(t.Context(), 0); err != nil || got.From != 5 {
		t.Errorf("after its death: %+v, %v", got, err)
	}
}

// The lock's file is as private as the database's.
func TestLockIsPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a Windows file has no mode")
	}
	file := filepath.Join(t.TempDir(), "data.db")
	if _, err := migrator(openFile(t, file), steps(1)).Migrate(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file + "-migrate")
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != fs.FileMode(0o600) || info.Size() != 0 {
		t.Errorf("mode %v, %d bytes", info.Mode(), info.Size())
	}
}
