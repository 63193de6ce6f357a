package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// importing prints how an import of generated issues compares with sqlite3's
// .import of the same rows into the same table, under the same pragmas.
func importing(dir string, rounds, rows int) error {
	if _, err := exec.LookPath("sqlite3"); err != nil {
		return fmt.Errorf("the import's reference is the sqlite3 command: %w", err)
	}
	beignet, err := build(dir, "beignet", ".")
	if err != nil {
		return err
	}
	size, err := generate(filepath.Join(dir, "jira.csv"), filepath.Join(dir, "table.csv"), rows)
	if err != nil {
		return err
	}
	state := filepath.Join(dir, "state")
	data := filepath.Join(state, "data.db")
	env := []string{"BEIGNET_STATE=" + state}
	empty := func() error { // a database that beignet has made and nothing is in
		if err := os.RemoveAll(state); err != nil {
			return err
		}
		return command{name: "make the table", dir: dir, env: env,
			args: []string{beignet, "task", "run", "issues.search", "--input", `{"query":"nothing"}`, "--json"}}.runQuietly()
	}
	script := strings.Join([]string{
		"PRAGMA journal_mode=WAL;", "PRAGMA synchronous=FULL;", "PRAGMA foreign_keys=ON;",
		".import --csv --skip 1 table.csv issues",
	}, "\n")
	samples, err := measure(rounds,
		command{name: "sqlite3 .import", dir: dir, prepare: empty, args: []string{"sh", "-c", fmt.Sprintf("printf '%%s\n' '%s' | sqlite3 %s", script, data)}},
		command{name: "issues.import", dir: dir, env: env, prepare: empty,
			args: []string{beignet, "task", "run", "issues.import", "--json", "--log-level", "error", "--input", `{"file":"jira.csv","dryRun":false}`}},
	)
	if err != nil {
		return err
	}
	reference, ours := median(samples[0]), median(samples[1])
	fmt.Printf("import of %d rows, %d MB (medians of %d)\n", rows, size>>20, rounds)
	fmt.Printf("%16s %8.0f rows/s\n", "sqlite3 .import", float64(rows)/reference.Seconds())
	fmt.Printf("%16s %8.0f rows/s  %.2f × the speed, peak %d MiB\n", "issues.import",
		float64(rows)/ours.Seconds(), reference.Seconds()/ours.Seconds(), highest(samples[1])>>20)
	return nil
}

func (c command) runQuietly() error {
	_, err := c.run()
	return err
}
