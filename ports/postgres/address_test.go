package postgres_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

const canary = "c4n4ry"

func TestName(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"postgres://u:" + canary + "@h/d":                               "postgres://h:5432/d",
		"PostgreSQL://u@h:6543/d?sslmode=require":                       "postgres://h:6543/d",
		"postgres://h/d?password=" + canary:                             "postgres://h:5432/d",
		"postgres://u:" + canary + "@[::1]:1/d":                         "postgres://[::1]:1/d",
		"postgres://u@/d?host=/run/postgresql":                          "postgres:///d?host=/run/postgresql",
		"postgres://u@/d?host=/run/postgresql&port=7":                   "postgres:///d?host=/run/postgresql&port=7",
		"postgres://u:" + canary + "@h1:1,h2:2/d?sslmode=prefer":        "postgres://h1:1,h2:2/d",
		"postgres://u:" + canary + "%40%2F@h/d%20e":                     "postgres://h:5432/d e",
		"postgres://u@h/d%40e":                                          "postgres://h:5432/d@e",
		"postgres://u@h/d?application_name=u@x":                         "postgres://h:5432/d",
		"postgres://h/?dbname=d":                                        "postgres://h:5432/d",
		"postgres://u@h/d?default_query_exec_mode=cache_statement":      "postgres://h:5432/d",
		"postgres://u@h/d?search_path=app&application_name=x&options=y": "postgres://h:5432/d",
	} {
		if got, err := postgres.Name(address); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", address, got, err, want)
		}
	}
}

// An address that is none is an AddressError that repeats nothing of it.
func TestAddressRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "data.db", "host=h user=u password=" + canary + " dbname=d", "mysql://u:" + canary + "@h/d", "postgres:u:" + canary + "@h/d",
		"postgres://u:" + canary + "@h", "postgres://u:" + canary + "@h/", "postgres://u:" + canary + "@/d",
		"postgres://u:" + canary + "@h:port/d", "postgres://u:" + canary + "#x@h/d", "postgres://u:" + canary + "%@h/d",
		"postgres://u:" + canary + " @h/d", "postgres://u:" + canary + "/x@h/d", "postgres://u:" + canary + "@h:70000/d",
		"postgres://u:7/" + canary + "@h/d", "postgres://u:/" + canary + "@h/d", "postgres://u:12#" + canary + "@h/d", "postgres://u:?" + canary + "@h/d",
		"postgres://u:7?" + canary + "=1@h/d", "postgres://u/" + canary + "@h/d", "postgres://u:7@x/" + canary + "@h/d", "postgres://u:7@x/d#" + canary + "@h/d",
		"postgres://u:" + canary + "@h/d?sslmode=" + canary, "postgres://u@h/d?password=" + canary + "&connect_timeout=soon",
		"postgres://u:" + canary + "@h/d?sslmode=verify-full&sslrootcert=/none", "postgres://u:" + canary + "@h/d\x00",
	} {
		_, nameErr := postgres.Name(address)
		_, openErr := postgres.Open(t.Context(), address, postgres.Options{Create: true})
		for _, err := range []error{nameErr, openErr} {
			var refused *ports.AddressError
			if !errors.As(err, &refused) {
				t.Errorf("%q: %v, want an AddressError", address, err)
			} else if strings.Contains(err.Error(), canary) {
				t.Errorf("%q: %v holds the password", address, err)
			}
		}
	}
	if _, err := postgres.Name("postgres://h/d?sslmode=verify-full&sslrootcert=/none"); !errors.Is(err, os.ErrNotExist) && !strings.Contains(err.Error(), "/none") {
		t.Errorf("%v, want the file's name", err)
	}
}

func TestIs(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"postgres://": true, "postgresql://h/d": true, "POSTGRES://h/d": true,
		"": false, "postgres": false, "postgres:h": false, "./postgres://x": false, "sqlite://x": false,
	} {
		if got := postgres.Is(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}
