package postgres_test

import (
	"errors"
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

// A database that is not the expected is refused before a table is made in it.
func TestExpect(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	_, err := postgres.Open(t.Context(), url, postgres.Options{Create: true, Expect: "orders"})
	var other *ports.OtherDatabaseError
	if !errors.As(err, &other) || other.Want != "orders" {
		t.Fatalf("got %v", err)
	}
	if _, err := postgres.Open(t.Context(), url, postgres.Options{Expect: other.Have}); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("something was made: %v", err)
	}
	db, err := postgres.Open(t.Context(), url, postgres.Options{Create: true, Expect: other.Have})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if name, err := db.Database(t.Context()); name != other.Have || err != nil {
		t.Errorf("its name is %q, %v", name, err)
	}
}
