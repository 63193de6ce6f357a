package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// startup prints what listing tasks and running one that does nothing cost, as
// multiples of a program that does nothing.
func startup(dir string, rounds int) error {
	floor, err := build(dir, "floor", "./bench/floor")
	if err != nil {
		return err
	}
	noop, err := build(dir, "noop", "./bench/noop")
	if err != nil {
		return err
	}
	fmt.Printf("start-up, × a Go program that does nothing (medians of %d)\n%8s %8s %10s\n", rounds, "tasks", "list", "no-op run")
	for _, n := range []int{10, 100, 1000} {
		module := filepath.Join(dir, fmt.Sprint(n))
		if err := writeModule(module, n); err != nil {
			return err
		}
		state, err := memoryFolder(module)
		if err != nil {
			return err
		}
		samples, err := measure(rounds,
			command{name: "floor", dir: module, args: []string{floor}},
			command{name: "list", dir: module, args: []string{noop, "task", "list"}},
			command{name: "run", dir: module, env: []string{"NOOP_STATE=" + state}, args: []string{noop, "task", "run", "noop.task-1", "--input", `{"source":"x"}`}, quiet: true},
		)
		os.RemoveAll(state)
		if err != nil {
			return err
		}
		base := float64(median(samples[0]))
		fmt.Printf("%8d %8.1f %10.1f\n", n, float64(median(samples[1]))/base, float64(median(samples[2]))/base)
	}
	return nil
}

// memoryFolder is a folder on tmpfs where there is one, so that a disk's fsync is
// not what is measured.
func memoryFolder(otherwise string) (string, error) {
	if dir, err := os.MkdirTemp("/dev/shm", "beignet-bench"); err == nil {
		return dir, nil
	}
	return os.MkdirTemp(otherwise, "state")
}

// writeModule writes a beignet.yaml and one feature file of n tasks.
func writeModule(dir string, n int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var tasks strings.Builder
	tasks.WriteString("feature: noop\ntasks:\n")
	for i := range n {
		fmt.Fprintf(&tasks, taskTemplate, i+1)
	}
	module := "name: noop\nfeatures: [tasks.yaml]\n"
	if err := os.WriteFile(filepath.Join(dir, "beignet.yaml"), []byte(module), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "tasks.yaml"), []byte(tasks.String()), 0o644)
}

const taskTemplate = `  - name: noop.task-%d
    description: Do nothing at all, and be listed.
    handler: noop.run
    effect: read
    timeout: 30m
    input:
      type: object
      required: [source]
      properties:
        source: { type: string, maxLength: 100, description: Where nothing comes from. }
        limit: { type: integer, minimum: 1, maximum: 1000, default: 100, description: How much of it. }
`
