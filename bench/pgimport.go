package main

import (
	"fmt"
	"path/filepath"
)

// postgresImport prints how an import of generated issues compares with psql's \copy of
// the same rows into the same table, with the same indexes. State is in the database.
func postgresImport(s server, dir string, rounds, rows int) error {
	beignet, err := build(dir, "beignet", ".")
	if err != nil {
		return err
	}
	size, err := generate(filepath.Join(dir, "jira.csv"), filepath.Join(dir, "table.csv"), rows)
	if err != nil {
		return err
	}
	env := []string{"BEIGNET_STATE=" + s.url(), "BEIGNET_DATABASE=" + s.url()}
	empty := func() error { // a database that beignet has made and nothing is in
		s.fresh()
		err := command{name: "make the table", dir: dir, env: env,
			args: []string{beignet, "task", "run", "issues.search", "--input", `{"query":"nothing"}`, "--json"}}.runQuietly()
		s.Exec(s.host, "CHECKPOINT")
		return err
	}
	reference := s.psql(`psql \copy`, `\copy issues from 'table.csv' with (format csv, header match, force_not_null (url))`)
	reference.dir, reference.prepare = dir, empty
	commands, sizes := []runnable{reference}, []int{1000, 5000}
	for _, size := range sizes {
		commands = append(commands, command{name: "issues.import", dir: dir, env: env, prepare: empty, quiet: true,
			args: append([]string{beignet}, task("issues.import", "--batch-size", fmt.Sprint(size), "--input", `{"file":"jira.csv","dryRun":false}`)...)})
	}
	samples, err := measure(rounds, commands...)
	if err != nil {
		return err
	}
	copied := median(samples[0])
	fmt.Printf("import of %d rows, %d MB, into Postgres (medians of %d)\n", rows, size>>20, rounds)
	fmt.Printf("%32s %8.0f rows/s\n", reference.name, float64(rows)/copied.Seconds())
	for i, size := range sizes {
		took := median(samples[i+1])
		fmt.Printf("%32s %8.0f rows/s  %.2f × the time, peak %d MiB\n", fmt.Sprintf("issues.import in batches of %d", size),
			float64(rows)/took.Seconds(), took.Seconds()/copied.Seconds(), highest(samples[i+1])>>20)
	}
	return nil
}
