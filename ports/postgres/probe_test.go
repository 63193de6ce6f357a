package postgres_test

import (
	"errors"
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
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
		"SELECT extract(epoch FROM interval '1.5s')":                                1.5,
		"SELECT extract(epoch FROM current_setting('statement_timeout')::interval)": 5,
	} {
		if got, err := db.Probe(t.Context(), query); err != nil || got != want {
			t.Errorf("%s: %g, %v, want %g", query, got, err, want)
		}
	}
	for query, refused := range map[string]bool{
		"SELECT 'much'": false, "SELECT NULL::int": false, "SELECT 1 WHERE false": false, "SELECT 1/0": false,
		"SELEC 1": true, "SELECT lag FROM nowhere": true, "SELECT lag": true, "SELECT lag()": true,
		"INSERT INTO beignet_fence VALUES ('k', 1) RETURNING token": true,
	} {
		if got, err := db.Probe(t.Context(), query); err == nil || errors.Is(err, ports.ErrSchema) != refused {
			t.Errorf("%s: %g, %v; want it refused: %v", query, got, err, refused)
		}
	}
}
