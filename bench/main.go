// Command bench measures beignet as whole processes, each against a reference in
// the same run: start-up against a Go program that does nothing, checkpoints
// against a loop without them, an import against sqlite3's own .import; on a private
// PostgreSQL server an import against psql's \copy, a backfill against one UPDATE, two
// runs at once against two psql sessions, and what readers and writers feel of a
// backfill. It prints ratios of medians of interleaved runs, for single times mean
// little on a busy machine.
//
//	go run ./bench startup
//	go run ./bench checkpoint
//	go run ./bench import [-rows 300000]
//	go run ./bench postgres-import
//	go run ./bench postgres-backfill
//	go run ./bench postgres-parallel
//	go run ./bench postgres-alongside
//
// Flags come first: go run ./bench -rows 1000000 postgres-import. Without a name it
// does the first three, which need no server.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	rounds := flag.Int("rounds", 21, "start-up: runs of each command")
	imports := flag.Int("imports", 5, "all others: runs of each command")
	rows := flag.Int("rows", 0, "all but start-up: rows to generate (by default what the benchmark says)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./bench [flags] [NAME]")
		for _, b := range all() {
			fmt.Fprintln(flag.CommandLine.Output(), "  "+b.name)
		}
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(flag.Arg(0), *rounds, *imports, *rows); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type benchmark struct {
	name  string
	rows  int  // unless told otherwise; 0: it has rounds of start-ups
	extra bool // only by its name
	run   func(dir string, rounds, rows int) error
}

func all() []benchmark {
	return []benchmark{
		{name: "startup", run: func(dir string, rounds, _ int) error { return startup(dir, rounds) }},
		{name: "checkpoint", rows: 300_000, run: checkpoint},
		{name: "import", rows: 300_000, run: importing},
		{name: "postgres-import", rows: 100_000, extra: true, run: onServer(postgresImport)},
		{name: "postgres-backfill", rows: 300_000, extra: true, run: onServer(postgresBackfill)},
		{name: "postgres-parallel", rows: 300_000, extra: true, run: onServer(postgresParallel)},
		{name: "postgres-alongside", rows: 1_000_000, extra: true, run: onServer(postgresAlongside)},
	}
}

func run(what string, rounds, imports, rows int) error {
	chosen := slices.DeleteFunc(all(), func(b benchmark) bool { return b.name != what && (what != "" || b.extra) })
	if len(chosen) == 0 {
		return fmt.Errorf("no benchmark %s", what)
	}
	dir, err := os.MkdirTemp("", "beignet-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, b := range chosen {
		times, dir := imports, filepath.Join(dir, b.name)
		if b.rows == 0 {
			times = rounds
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := b.run(dir, times, cmp.Or(rows, b.rows)); err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
	}
	return nil
}
