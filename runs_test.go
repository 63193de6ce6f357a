package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
)

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
