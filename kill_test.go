package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers"
	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/disk"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner"
)

// The environment of a child that starts or resumes a run instead of testing.
const (
	killedFolder = "BEIGNET_TEST_KILLED_FOLDER" // the working folder
	killedRun    = "BEIGNET_TEST_KILLED_RUN"    // the run to resume; "": start one
)

// killedChild imports rows.csv of the folder into its state, as a new run or as the
// next attempt of one.
func killedChild(folder, run string) error {
	ctx := context.Background()
	m, found := manifest.Load(manifests, "beignet.yaml")
	registry := runner.NewRegistry[*handlers.App]()
	handlers.Register(registry)
	r, crossed := runner.New(m, runner.Bind(registry, open), runner.Options{
		State: state,
		Files: func(string) ports.Files { return disk.New(disk.Options{Dir: folder}) },
	})
	if err := errors.Join(found.Err(), crossed.Err()); err != nil {
		return err
	}
	req := runner.Request{
		Task: "issues.import", Input: []byte(`{"file":"rows.csv","dryRun":false}`), Actor: "tester", Client: "test",
		Target: runner.Target{State: filepath.Join(folder, "state"), Database: filepath.Join(folder, "data.db")},
		Limits: runner.Limits{BatchSize: 100},
	}
	var err error
	if run == "" {
		_, err = r.Run(ctx, req)
	} else {
		_, err = r.Resume(ctx, run, req)
	}
	return err
}

// An import that is killed at random, and killed again while it goes on, loses no
// row and doubles none, and its counters add up.
func TestAKilledImportGoesOn(t *testing.T) {
	t.Parallel()
	const rows, imports = 15_000, 3
	for n := range imports {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			writeRows(t, filepath.Join(folder, "rows.csv"), rows)
			kills := 0
			// At first far less than the import takes, and ever more, so that a slow
			// machine comes to an end.
			for !importOrDie(t, folder, 120*time.Millisecond+time.Duration(kills)*40*time.Millisecond) {
				if kills++; kills > 1000 {
					t.Fatal("no end is in sight")
				}
			}
			if kills == 0 {
				t.Error("the import was never killed: the test proves nothing")
			}
			run := onlyRun(t, folder)
			var out issues.ImportOutput
			if err := json.Unmarshal(run.Output, &out); err != nil {
				t.Fatal(err)
			}
			want := issues.ImportOutput{Inserted: rows}
			if out != want || run.Progress.Processed != rows || run.Progress.Changed != rows || run.Status != ports.Succeeded {
				t.Errorf("after %d kills: output %+v, want %+v; %s with %+v", kills, out, want, run.Status, run.Progress)
			}
			if n := countIssues(t, folder); n != rows {
				t.Errorf("after %d kills: %d issues stored, want %d", kills, n, rows)
			}
			t.Logf("killed %d times, %d attempts on record", kills, run.Attempt)
		})
	}
}

// importOrDie starts or resumes the import in a process of its own, kills it at
// a random moment within a time, and reports whether it was faster.
func importOrDie(t *testing.T, folder string, within time.Duration) (done bool) {
	t.Helper()
	run := onlyRun(t, folder)
	if run.Status == ports.Succeeded { // killed after its last word
		return true
	}
	child := exec.Command(os.Args[0])
	var stderr bytes.Buffer
	child.Stderr = &stderr
	child.Env = append(os.Environ(), killedFolder+"="+folder, killedRun+"="+run.ID)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		begun(filepath.Join(folder, "data.db"), ended)
		time.Sleep(rand.N(within))
		_ = child.Process.Kill()
	}()
	err := child.Wait()
	close(ended)
	if err != nil && child.ProcessState.ExitCode() >= 0 {
		t.Fatalf("the import failed: %s", stderr.String())
	}
	return err == nil
}

// begun waits until there is a database, or the import has ended.
func begun(data string, ended <-chan struct{}) {
	for {
		if _, err := os.Stat(data); err == nil {
			return
		}
		select {
		case <-ended:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// onlyRun is the one run on record; zero where none is yet.
func onlyRun(t *testing.T, folder string) ports.Run {
	t.Helper()
	state, err := sqlite.OpenState(t.Context(), filepath.Join(folder, "state"), sqlite.StateOptions{})
	if errors.Is(err, ports.ErrNotFound) {
		return ports.Run{}
	}
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	runs, err := state.List(t.Context(), ports.RunFilter{})
	if err != nil || len(runs) > 1 {
		t.Fatalf("%d runs on record, %v", len(runs), err)
	}
	if len(runs) == 0 {
		return ports.Run{}
	}
	return runs[0]
}

func countIssues(t *testing.T, folder string) (n int) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(folder, "data.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.SQL().QueryRowContext(t.Context(), "SELECT count(*) FROM issues").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// writeRows writes a Jira export.
func writeRows(t *testing.T, name string, rows int) {
	t.Helper()
	var text bytes.Buffer
	text.WriteString("Project key,Issue key,Summary,Description\n")
	for i := range rows {
		fmt.Fprintf(&text, "KILL,KILL-%d,Row %d,\"A body,\r\nof two lines\"\n", i, i)
	}
	if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
