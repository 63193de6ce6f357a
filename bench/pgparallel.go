package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// postgresParallel prints what two runs of different tasks on one state reach together,
// as a share of what two psql sessions with the same statements reach, and each alone.
func postgresParallel(s server, dir string, rounds, rows int) error {
	s.fresh()
	run, err := s.ranges(dir)
	if err != nil {
		return err
	}
	var sessions, runs together
	for _, side := range []string{"left", "right"} {
		table := side + "_item"
		again := func() error { return s.items(table, rows) }
		if err := errors.Join(s.items(table, 0), run(task("ranges."+side)...).quietly().runQuietly()); err != nil {
			return err
		}
		script := filepath.Join(dir, side+".sql")
		if err := os.WriteFile(script, []byte(byHand(table, rows, 1000)), 0o644); err != nil {
			return err
		}
		session := s.psql("psql " + side).after(again)
		session.args = append(session.args, "-f", script)
		sessions = append(sessions, session)
		runs = append(runs, run(task("ranges."+side)...).quietly().after(again))
	}
	samples, err := measure(rounds, sessions[0], runs[0], sessions, runs)
	if err != nil {
		return err
	}
	speed := func(of int, tables int) float64 { return float64(tables*rows) / median(samples[of]).Seconds() }
	fmt.Printf("backfill of %d rows a table, in batches of 1,000 (medians of %d)\n", rows, rounds)
	fmt.Printf("%24s %8.0f rows/s\n", "one psql session", speed(0, 1))
	fmt.Printf("%24s %8.0f rows/s  %.2f × psql\n", "one run", speed(1, 1), speed(1, 1)/speed(0, 1))
	fmt.Printf("%24s %8.0f rows/s  %.2f × one\n", "two psql sessions", speed(2, 2), speed(2, 2)/speed(0, 1))
	fmt.Printf("%24s %8.0f rows/s  %.2f × one, %.2f × two psql sessions\n", "two runs", speed(3, 2), speed(3, 2)/speed(1, 1), speed(3, 2)/speed(2, 2))
	return nil
}

// byHand are the statements of the task as a careful person writes them: in batches and
// within bounds, and with no checkpoint.
func byHand(table string, rows, size int) string {
	var b strings.Builder
	for after := 0; after < rows; after += size {
		fmt.Fprintf(&b, `BEGIN; SET LOCAL lock_timeout = '5s';
SELECT id FROM %[1]s WHERE id > %[2]d ORDER BY id LIMIT %[3]d;
UPDATE %[1]s SET sum = hashtext(body) WHERE id BETWEEN %[4]d AND %[5]d;
COMMIT;
`, table, after, size, after+1, after+size)
	}
	return b.String()
}
