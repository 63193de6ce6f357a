// Command bench measures beignet as whole processes, each against a reference in
// the same run: start-up against a Go program that does nothing, checkpoints
// against a loop without them, an import against sqlite3's own .import. It prints ratios of medians of interleaved runs,
// for single times mean little on a busy machine.
//
//	go run ./bench startup
//	go run ./bench checkpoint
//	go run ./bench import [-rows 300000]
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	rounds := flag.Int("rounds", 21, "start-up: runs of each command")
	imports := flag.Int("imports", 5, "checkpoint, import: runs of each command")
	rows := flag.Int("rows", 300_000, "checkpoint, import: rows to generate")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./bench [flags] [startup|checkpoint|import]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(flag.Arg(0), *rounds, *imports, *rows); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(what string, rounds, imports, rows int) error {
	dir, err := os.MkdirTemp("", "beignet-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if what == "" || what == "startup" {
		if err := startup(filepath.Join(dir, "startup"), rounds); err != nil {
			return err
		}
	}
	if what == "" || what == "checkpoint" {
		if err := checkpoint(filepath.Join(dir, "checkpoint"), imports, rows); err != nil {
			return err
		}
	}
	if what == "" || what == "import" {
		return importing(filepath.Join(dir, "import"), imports, rows)
	}
	return nil
}
