package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"
)

// alone is how long reader and writer are alone, for comparison.
const alone = 20 * time.Second

type latencies struct {
	Rate          float64 // statements a second
	P50, P99, Max float64 // milliseconds
}

// felt is what a reader and a writer feel while something else is going on.
type felt struct {
	Reads, Writes latencies
	took          time.Duration
}

// postgresAlongside prints how long a reader and a writer wait for their answers
// while nothing else goes on, during a backfill of the table, and during one that is
// throttled.
func postgresAlongside(s server, dir string, rounds, rows int) error {
	s.fresh()
	run, err := s.ranges(dir)
	if err != nil {
		return err
	}
	cases := []struct {
		name string
		run  func() error
		felt []felt
	}{
		{name: "no backfill", run: func() error { time.Sleep(alone); return nil }},
		{name: "backfill", run: run(task("ranges.fill")...).quietly().runQuietly},
		{name: "throttled", run: run(task("ranges.gently")...).quietly().runQuietly},
	}
	if err := s.items("item", 0); err != nil {
		return err
	}
	if err := cases[1].run(); err != nil { // which makes beignet's tables
		return err
	}
	for range rounds {
		for i := range cases {
			if err := s.items("item", rows); err != nil {
				return err
			}
			f, err := during(run("traffic"), cases[i].run)
			if err != nil {
				return fmt.Errorf("%s: %w", cases[i].name, err)
			}
			cases[i].felt = append(cases[i].felt, f)
		}
	}
	fmt.Printf("a reader and a writer beside a backfill of %d rows, ms a statement (medians of %d)\n", rows, rounds)
	fmt.Printf("%16s %8s %8s %8s %8s %8s %8s %8s %8s %8s\n", "", "rows/s", "reads/s", "p50", "p99", "max", "writes/s", "p50", "p99", "max")
	for i, c := range cases {
		speed := "-"
		if i > 0 {
			speed = fmt.Sprintf("%.0f", float64(rows)/middle(c.felt, func(f felt) float64 { return f.took.Seconds() }))
		}
		fmt.Printf("%16s %8s", c.name, speed)
		for _, of := range []func(felt) latencies{func(f felt) latencies { return f.Reads }, func(f felt) latencies { return f.Writes }} {
			fmt.Printf(" %8.0f", middle(c.felt, func(f felt) float64 { return of(f).Rate }))
			for _, at := range []func(latencies) float64{
				func(l latencies) float64 { return l.P50 }, func(l latencies) float64 { return l.P99 }, func(l latencies) float64 { return l.Max },
			} {
				fmt.Printf(" %8.2f", middle(c.felt, func(f felt) float64 { return at(of(f)) }))
			}
		}
		fmt.Println()
	}
	return nil
}

// middle is the median of a number of each.
func middle(all []felt, of func(felt) float64) float64 {
	var numbers []float64
	for _, f := range all {
		numbers = append(numbers, of(f))
	}
	slices.Sort(numbers)
	return numbers[len(numbers)/2]
}

// during has the traffic go on while something else does.
func during(traffic command, do func() error) (f felt, err error) {
	cmd := exec.Command(traffic.args[0], traffic.args[1:]...)
	cmd.Dir, cmd.Env, cmd.Stderr = traffic.dir, append(os.Environ(), traffic.env...), os.Stderr
	var out bytes.Buffer
	cmd.Stdout = &out
	in, err := cmd.StdinPipe()
	if err != nil {
		return f, err
	}
	if err := cmd.Start(); err != nil {
		return f, err
	}
	time.Sleep(time.Second / 2) // it connects
	began := time.Now()
	err = do()
	f.took = time.Since(began)
	_ = in.Close()
	if ended := cmd.Wait(); err == nil {
		err = ended
	}
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &f)
	}
	return f, err
}
