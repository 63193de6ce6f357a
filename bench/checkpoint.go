package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// checkpoint prints what checkpointed, audited iteration costs over a loop by hand
// with the same batches and the same fsync setting, and what a run commits beside
// its batches.
func checkpoint(dir string, rounds, rows int) error {
	batches, err := build(dir, "batches", "./bench/batches")
	if err != nil {
		return err
	}
	fresh := func(folder string, rows int) func() error {
		return func() error {
			if err := os.RemoveAll(folder); err != nil {
				return err
			}
			if err := os.Mkdir(folder, 0o700); err != nil {
				return err
			}
			return command{name: "make", dir: folder, args: []string{batches, "make", fmt.Sprint(rows)}}.runQuietly()
		}
	}
	byHand, asTask := filepath.Join(dir, "loop"), filepath.Join(dir, "task")
	env := []string{"BATCHES_STATE=" + filepath.Join(asTask, "state")}
	run := []string{batches, "task", "run", "batches.sum", "--json", "--log-level", "error"}
	samples, err := measure(rounds,
		command{name: "loop", dir: byHand, prepare: fresh(byHand, rows), args: []string{batches, "loop"}, quiet: true},
		command{name: "task", dir: asTask, env: env, prepare: fresh(asTask, rows), args: run, quiet: true},
	)
	if err != nil {
		return err
	}
	fmt.Printf("%d rows in batches of 1,000 (medians of %d)\n", rows, rounds)
	fmt.Printf("%16s %8.0f rows/s\n", "by hand", float64(rows)/median(samples[0]).Seconds())
	fmt.Printf("%16s %8.0f rows/s  %.3f × the time\n", "as a task", float64(rows)/median(samples[1]).Seconds(),
		median(samples[1]).Seconds()/median(samples[0]).Seconds())

	if err := fresh(asTask, 0)(); err != nil {
		return err
	}
	var told bytes.Buffer
	empty := exec.Command(run[0], run[1:]...)
	empty.Dir, empty.Env, empty.Stderr, empty.Stdout = asTask, append(os.Environ(), env...), &told, io.Discard
	if err := empty.Run(); err != nil {
		return fmt.Errorf("a run over no rows: %w", err)
	}
	for _, line := range strings.Split(told.String(), "\n") {
		if strings.HasPrefix(line, "commits:") {
			fmt.Println("a run over no rows has", line)
		}
	}
	return nil
}
