package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// command is a process to be measured.
type command struct {
	name    string
	dir     string
	env     []string
	args    []string
	quiet   bool         // what it says is dropped
	prepare func() error // before each run, unmeasured; may be nil
}

// sample is what one run of a process took.
type sample struct {
	wall time.Duration
	peak int64 // bytes of resident memory; 0 where the system does not tell
}

// runnable is what is measured: a [command], or several at once.
type runnable interface{ run() (sample, error) }

// measure runs the commands in turn, a warm-up and then rounds times, and
// returns each one's samples.
func measure(rounds int, commands ...runnable) ([][]sample, error) {
	samples := make([][]sample, len(commands))
	for round := range rounds + 1 {
		for i, c := range commands {
			s, err := c.run()
			if err != nil {
				return nil, err
			}
			if round > 0 {
				samples[i] = append(samples[i], s)
			}
		}
	}
	return samples, nil
}

func (c command) run() (sample, error) {
	if c.prepare != nil {
		if err := c.prepare(); err != nil {
			return sample{}, err
		}
	}
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Dir, cmd.Env = c.dir, append(os.Environ(), c.env...)
	if !c.quiet {
		cmd.Stderr = os.Stderr
	}
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%s: %w", c.name, err)
	}
	return sample{wall: time.Since(began), peak: peak(cmd.ProcessState)}, nil
}

// together are processes that are started at once; they take as long as the slowest.
type together []command

func (t together) run() (sample, error) {
	for _, c := range t {
		if c.prepare != nil {
			if err := c.prepare(); err != nil {
				return sample{}, err
			}
		}
	}
	began, errs := time.Now(), make(chan error)
	for _, c := range t {
		c.prepare = nil
		go func() { errs <- c.runQuietly() }()
	}
	var err error
	for range t {
		err = errors.Join(err, <-errs)
	}
	return sample{wall: time.Since(began)}, err
}

func median(samples []sample) time.Duration {
	walls := make([]time.Duration, len(samples))
	for i, s := range samples {
		walls[i] = s.wall
	}
	slices.Sort(walls)
	return walls[len(walls)/2]
}

func highest(samples []sample) int64 {
	var most int64
	for _, s := range samples {
		most = max(most, s.peak)
	}
	return most
}

// build builds a package of this module into dir and returns the binary, as the
// releases are built: without cgo.
func build(dir, name, pkg string) (string, error) {
	binary := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, pkg)
	cmd.Env, cmd.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	return binary, cmd.Run()
}
