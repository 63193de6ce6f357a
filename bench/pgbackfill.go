package main

import (
	"errors"
	"fmt"
)

// items makes a table of rows with nothing computed yet, and settles it.
func (s server) items(table string, rows int) error {
	return s.psql("make "+table,
		"DROP TABLE IF EXISTS "+table,
		"CREATE TABLE "+table+" (id bigint PRIMARY KEY, body text NOT NULL, sum integer, note integer NOT NULL DEFAULT 0)",
		fmt.Sprintf("INSERT INTO %s SELECT i, lpad(i::text, 200, 'beignet ') FROM generate_series(1, %d) i", table, rows),
		"VACUUM ANALYZE "+table,
		"CHECKPOINT",
	).runQuietly()
}

// ranges builds the program of that name, and returns its command for a task.
func (s server) ranges(dir string) (run func(args ...string) command, err error) {
	program, err := build(dir, "ranges", "./bench/ranges")
	env := []string{"RANGES_STATE=" + s.url(), "RANGES_DATABASE=" + s.url()}
	return func(args ...string) command {
		return command{name: fmt.Sprint("ranges ", args), dir: dir, env: env, args: append([]string{program}, args...)}
	}, err
}

// task are the arguments of a run without words.
func task(name string, more ...string) []string {
	return append([]string{"task", "run", name, "--json", "--log-level", "error"}, more...)
}

// postgresBackfill prints how a backfill by key ranges compares with one UPDATE of the
// whole table.
func postgresBackfill(s server, dir string, rounds, rows int) error {
	s.fresh()
	run, err := s.ranges(dir)
	if err != nil {
		return err
	}
	// One run makes beignet's tables, so that no measured one does.
	if err := errors.Join(s.items("item", 0), run(task("ranges.fill")...).quietly().runQuietly()); err != nil {
		return err
	}
	again := func() error { return s.items("item", rows) }
	once := s.psql("one UPDATE", "UPDATE item SET sum = hashtext(body)")
	commands, sizes := []runnable{once.after(again)}, []int{1000, 5000, 20000}
	for _, size := range sizes {
		commands = append(commands, run(task("ranges.fill", "--batch-size", fmt.Sprint(size))...).quietly().after(again))
	}
	samples, err := measure(rounds, commands...)
	if err != nil {
		return err
	}
	base := median(samples[0])
	fmt.Printf("backfill of %d rows of Postgres (medians of %d)\n", rows, rounds)
	fmt.Printf("%24s %8.0f rows/s\n", "one UPDATE", float64(rows)/base.Seconds())
	for i, size := range sizes {
		took := median(samples[i+1])
		fmt.Printf("%24s %8.0f rows/s  %.2f × the time\n", fmt.Sprintf("in batches of %d", size), float64(rows)/took.Seconds(), took.Seconds()/base.Seconds())
	}
	return nil
}

// after returns the command with something to do before each run.
func (c command) after(prepare func() error) command {
	c.prepare = prepare
	return c
}

// quietly returns the command without what it says.
func (c command) quietly() command {
	c.quiet = true
	return c
}
