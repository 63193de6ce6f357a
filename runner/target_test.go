package runner_test

import (
	"testing"

	"github.com/beignet-go/beignet/runner"
)

// bad-input 71: an address is shown without its password, or not at all.
func TestRedact(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"/var/lib/x/data.db":                        "/var/lib/x/data.db",
		"postgres://db:5432/orders?sslmode=require": "postgres://db:5432/orders?sslmode=require",
		"postgres://ops:s3cret@db/orders":           "postgres://ops:xxxxx@db/orders",
		"postgres://db/orders?password=s3cret":      "postgres://db/orders?xxxxx",
		"postgres://db/orders?sslPassword=s3cret":   "postgres://db/orders?xxxxx",
		"postgres://ops:s3cret%@db/orders":          "(unreadable)",
		"postgres://ops:7/s3cret@db/orders":         "(unreadable)",
		"postgres://ops:/s3cret@db/orders":          "(unreadable)",
		"postgres://ops:12#s3cret@db/orders":        "(unreadable)",
		"postgres://ops:?s3cret@db/orders":          "(unreadable)",
		"postgres://ops:7@x/s3cret@db/orders":       "(unreadable)",
		"postgres://ops:7@x/y?s3cret@db/orders":     "postgres://ops:xxxxx@x/y?xxxxx",
		"postgres://ops@db/a%40b":                   "postgres://ops@db/a%40b",
		"ops:s3cret@tcp(db:3306)/orders":            "(unreadable)",
		"host=db user=ops password=s3cret":          "(unreadable)",
		"host=db password = s3cret":                 "(unreadable)",
		"/var/lib/x@home/data.db":                   "/var/lib/x@home/data.db",
	} {
		if got := runner.Redact(address); got != want {
			t.Errorf("%s is shown as %s, want %s", address, got, want)
		}
	}
}
