package runner_test

import (
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports/memory"
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

// A run is of the database that its target's Identity names, whoever opens it: it can be
// resumed by another role, and nowhere else.
func TestIdentityOfADatabase(t *testing.T) {
	t.Parallel()
	app, state := newNumbers(8), memory.NewState()
	r := newRunner(t, app, runner.Options{State: inMemory(state)})
	at := func(address string) runner.Target {
		return runner.Target{Database: address, Identity: func(address string) string {
			_, host, _ := strings.Cut(address, "@")
			return host
		}}
	}
	run, err := r.Run(t.Context(), runner.Request{
		Task: "numbers.double", Actor: "a", Client: "c", Target: at("x://ci@db/orders"), Limits: runner.Limits{Items: 4},
	})
	if err != nil || run.Database != "db/orders" {
		t.Fatalf("a run of %q, %v", run.Database, err)
	}
	_, err = r.Resume(t.Context(), run.ID, runner.Request{Actor: "b", Client: "c", Target: at("x://ci@db/test")})
	if e := failure(t, err); e.Code != runner.CodeConfig {
		t.Errorf("on another database: %s", e.Message)
	}
	if _, err = r.Resume(t.Context(), run.ID, runner.Request{Actor: "b", Client: "c", Target: at("x://ann@db/orders")}); err != nil {
		t.Error(err)
	}
	if got := (runner.Target{Identity: func(string) string { return "" }}).Name("x://a:b@c/d"); got != "x://a:xxxxx@c/d" {
		t.Errorf("without a name it is %s", got)
	}
}
