package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/beignet-go/beignet/ports/sqlite"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "data.db"), sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for query, want := range map[string]float64{"SELECT 7": 7, "SELECT 2.5": 2.5, "SELECT count(*) FROM beignet_fence": 0} {
		if got, err := db.Probe(t.Context(), query); err != nil || got != want {
			t.Errorf("%s: %g, %v, want %g", query, got, err, want)
		}
	}
	for _, query := range []string{"SELECT 'much'", "SELECT NULL", "SELECT 1 WHERE false", "INSERT INTO beignet_fence VALUES ('k', 1) RETURNING token"} {
		if got, err := db.Probe(t.Context(), query); err == nil {
			t.Errorf("%s: %g and no error", query, got)
		}
	}
	if _, err := db.SQL().ExecContext(t.Context(), `INSERT INTO beignet_fence VALUES ('k', 1)`); err != nil {
		t.Errorf("after the probes nothing can be written: %v", err)
	}
}
