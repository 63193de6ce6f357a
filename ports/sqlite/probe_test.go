package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/beignet-go/beignet/ports"
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
	for query, refused := range map[string]bool{
		"SELECT 'much'": false, "SELECT NULL": false, "SELECT 1 WHERE false": false,
		"SELEC 1": true, "SELECT lag FROM nowhere": true, "SELECT lag": true, "SELECT lag()": true,
		"INSERT INTO beignet_fence VALUES ('k', 1) RETURNING token": true,
	} {
		if got, err := db.Probe(t.Context(), query); err == nil || errors.Is(err, ports.ErrSchema) != refused {
			t.Errorf("%s: %g, %v; want it refused: %v", query, got, err, refused)
		}
	}
	if _, err := db.SQL().ExecContext(t.Context(), `INSERT INTO beignet_fence VALUES ('k', 1)`); err != nil {
		t.Errorf("after the probes nothing can be written: %v", err)
	}
}
