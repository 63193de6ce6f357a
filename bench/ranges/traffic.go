package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/beignet-go/beignet/ports/postgres"
)

// pace is how often the reader and the writer ask, each, as long as the answers come in
// time.
const pace = 10 * time.Millisecond

// latencies are what statements of one kind took, in milliseconds.
type latencies struct {
	Rate float64 `json:"rate"` // statements a second
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

// traffic reads rows and writes rows of the table item, any of them, until
// standard input ends.
func traffic(ctx context.Context, address string) error {
	db, err := postgres.Open(ctx, address, postgres.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	var most int64
	if err := db.SQL().QueryRowContext(ctx, "SELECT max(id) FROM item").Scan(&most); err != nil {
		return err
	}
	reads := statement(db.SQL(), most, "SELECT note FROM item WHERE id = $1")
	writes := statement(db.SQL(), most, "UPDATE item SET note = note + 1 WHERE id = $1 RETURNING note")
	end := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(end)
	}()
	var said struct {
		Reads  latencies `json:"reads"`
		Writes latencies `json:"writes"`
	}
	wrote := make(chan error)
	go func() {
		var err error
		said.Writes, err = repeat(ctx, writes, end)
		wrote <- err
	}()
	said.Reads, err = repeat(ctx, reads, end)
	if err := errors.Join(err, <-wrote); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(said)
}

// statement is a statement on a row that is picked at random.
func statement(db *sql.DB, most int64, query string) func(context.Context) error {
	return func(ctx context.Context) error {
		var note int64
		return db.QueryRowContext(ctx, query, 1+rand.Int64N(most)).Scan(&note)
	}
}

// repeat asks at every tick that finds it idle: one that waits does not ask meanwhile, which
// its rate tells.
func repeat(ctx context.Context, ask func(context.Context) error, end <-chan struct{}) (latencies, error) {
	var took []time.Duration
	began := time.Now()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		select {
		case <-end:
			return summary(took, time.Since(began)), nil
		case <-tick.C:
		}
		asked := time.Now()
		if err := ask(ctx); err != nil {
			return latencies{}, err
		}
		took = append(took, time.Since(asked))
	}
}

func summary(took []time.Duration, within time.Duration) latencies {
	if len(took) == 0 {
		return latencies{}
	}
	slices.Sort(took)
	at := func(share float64) float64 {
		return float64(took[min(int(share*float64(len(took))), len(took)-1)].Microseconds()) / 1000
	}
	return latencies{Rate: float64(len(took)) / within.Seconds(), P50: at(0.50), P99: at(0.99), Max: at(1)}
}
