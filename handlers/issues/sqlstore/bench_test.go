package sqlstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/postgres"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// BenchmarkUpsert stores new issues of about 500 bytes, and stores them again,
// in transactions of a thousand.
func BenchmarkUpsert(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { benchmarkUpsert(b, sqlite.Begin(open(b), bound(dialect.SQLite))) })
	b.Run("Postgres", func(b *testing.B) { benchmarkUpsert(b, postgres.Begin(openPostgres(b), bound(dialect.Postgres))) })
}

func benchmarkUpsert(b *testing.B, begin func(context.Context, ports.TxOptions) (issues.Store, ports.Tx, error)) {
	const size = 1000
	store := func(batch int) {
		s, tx, err := begin(b.Context(), ports.TxOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Upsert(b.Context(), generated(batch*size, size)); err != nil {
			b.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	stored := 0
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			store(stored)
			stored++
		}
		b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("unchanged", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			store(n % stored)
		}
		b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "rows/s")
	})
}

func generated(from, n int) []issues.Issue {
	all := make([]issues.Issue, n)
	for i := range all {
		all[i] = issues.Issue{
			Source: "generated", Key: fmt.Sprint(13_000_000 + from + i), Title: fmt.Sprint("Issue number ", from+i),
			Body: strings.Repeat("some words ", 35), State: "Open", CreatedAt: time.Unix(int64(from+i), 0).UTC(),
			Extra: []byte(`{"Priority":"Major"}`),
		}
	}
	return all
}
