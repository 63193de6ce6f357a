package postgres_test

import (
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports/postgres"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), pgtest.Database(t), postgres.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string]float64{
		"SELECT 7": 7, "SELECT 2.5": 2.5, "SELECT count(*) FROM pg_stat_activity WHERE false": 0,
		"SELECT extract(epoch FROM interval '1.5s')": 1.5,
	} {
		if got, err := db.Probe(t.Context(), query); err != nil || got != want {
			t.Errorf("%s: %g, %v, want %g", query, got, err, want)
		}
	}
	for _, query := range []string{"SELECT 'much'", "SELECT NULL::int", "SELECT 1 WHERE false", "INSERT INTO beignet_fence VALUES ('k', 1) RETURNING token"} {
		if got, err := db.Probe(t.Context(), query); err == nil {
			t.Errorf("%s: %g and no error", query, got)
		}
	}
}
