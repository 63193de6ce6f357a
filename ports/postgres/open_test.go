package postgres_test

import (
	"database/sql"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

// raw opens a database without looking at what is in it.
func raw(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func exec(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// ask returns what a question yields, as text.
func ask(t *testing.T, db ports.Querier, question string, args ...any) (answer string) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), question, args...).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", question, err)
	}
	return answer
}

const ours = `SELECT count(*)::text FROM pg_class WHERE relname LIKE 'beignet%' AND relkind = 'r'`

// What is not there is not made on the way, and what is there is found again.
func TestMissing(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	if _, err := postgres.Open(t.Context(), url, postgres.Options{}); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("no tables: %v, want ErrNotFound", err)
	}
	if n := ask(t, raw(t, url), ours); n != "0" {
		t.Errorf("%s tables were made", n)
	}
	for _, create := range []bool{true, true, false} {
		db, err := postgres.Open(t.Context(), url, postgres.Options{Create: create})
		if err != nil {
			t.Fatal(err)
		}
		if name, err := db.Database(t.Context()); err != nil || !strings.Contains(url, "/"+name+"?") {
			t.Errorf("the database calls itself %q, %v", name, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// bad-input 77
func TestVersions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		change     string
		have, want int64
	}{
		{`UPDATE beignet_version SET version = 3`, 3, 1},
		{`UPDATE beignet_version SET version = -1`, -1, 1},
	} {
		url := pgtest.Database(t)
		openData(t, url)
		exec(t, raw(t, url), test.change)
		_, err := postgres.Open(t.Context(), url, postgres.Options{Create: true, Adopt: true})
		var version *ports.VersionError
		if !errors.As(err, &version) || version.Have != test.have || version.Want != test.want {
			t.Errorf("%s: %v, want a VersionError of %d and %d", test.change, err, test.have, test.want)
		}
	}
}

// A database that others made gets beignet's tables only when asked, and is else
// left as it is.
func TestTablesOfAnother(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	db := raw(t, url)
	exec(t, db, `CREATE TABLE customer (id bigint)`)
	var version *ports.VersionError
	if _, err := postgres.Open(t.Context(), url, postgres.Options{Create: true}); !errors.As(err, &version) || version.Have != 0 {
		t.Errorf("Open to create: %v, want a VersionError of 0", err)
	}
	if n := ask(t, db, ours); n != "0" {
		t.Errorf("%s tables were made", n)
	}
	adopted, err := postgres.Open(t.Context(), url, postgres.Options{Create: true, Adopt: true})
	if err != nil {
		t.Fatal(err)
	}
	defer adopted.Close()
	if n := ask(t, db, ours); n != "4" {
		t.Errorf("%s tables were made, want 4", n)
	}
}

func TestBroughtUpAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			db, err := postgres.Open(t.Context(), url, postgres.Options{Create: true})
			if err != nil {
				t.Error(err)
				return
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// The tables stand in the first schema of the search path, which a database or an
// address may set.
func TestSearchPath(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	exec(t, raw(t, url), `CREATE SCHEMA app`, `CREATE SCHEMA other`)
	for _, schema := range []string{"app", "other"} {
		db := openData(t, url+"&search_path="+schema)
		d := database(t, db)
		_, tx, err := d.Begin(t.Context(), ports.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: 1}, nil, nil); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if n := ask(t, raw(t, url), `SELECT count(*)::text FROM `+schema+`.beignet_checkpoint`); n != "1" {
			t.Errorf("%s has %s checkpoints, want 1", schema, n)
		}
	}
}

// Text in another encoding would not come back as it was written.
func TestNotUTF8(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{})
	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		name := "in_" + strings.ToLower(encoding)
		s.Exec(t, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING '"+encoding+"'")
		_, err := postgres.Open(t.Context(), s.Named(name), postgres.Options{Create: true})
		var refused *ports.AddressError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), encoding) {
			t.Errorf("%s: %v, want an AddressError that names it", encoding, err)
		}
	}
}

// Whoever is not let in, or may not make tables, is told so, and nobody his password.
func TestDenied(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{TCP: true})
	url := s.Database(t)
	s.Exec(t, `CREATE ROLE clerk LOGIN PASSWORD '`+canary+`'; CREATE ROLE nobody NOLOGIN PASSWORD '`+canary+`'`)
	as := func(user, password, url string) string {
		return strings.Replace(url, "postgres:"+pgtest.Password+"@", user+":"+password+"@", 1)
	}
	for name, address := range map[string]string{
		"a wrong password":   as("postgres", canary+"2", url),
		"no such user":       as("none", canary, url),
		"no login":           as("nobody", canary, url),
		"no such database":   as("postgres", pgtest.Password, s.Named("none")),
		"no right to tables": as("clerk", canary, url),
	} {
		_, err := postgres.Open(t.Context(), address, postgres.Options{Create: true})
		var denied *ports.DeniedError
		if !errors.As(err, &denied) || errors.Is(err, ports.ErrUnavailable) {
			t.Errorf("%s: %v, want a DeniedError", name, err)
		}
		wantNoPassword(t, err)
	}
}

func wantNoPassword(t *testing.T, err error) {
	t.Helper()
	if err != nil && (strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), pgtest.Password)) {
		t.Errorf("%v holds the password", err)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // it takes connections, and never answers
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, host := range []string{l.Addr().String(), closed.Addr().String(), "no-such-host.invalid:1"} {
		_, err := postgres.Open(t.Context(), "postgres://u:"+canary+"@"+host+"/orders?connect_timeout=1&sslmode=disable", postgres.Options{})
		if !errors.Is(err, ports.ErrUnavailable) || !strings.Contains(err.Error(), "postgres://"+host+"/orders") {
			t.Errorf("%s: %v, want ErrUnavailable with host, port and database", host, err)
		}
		wantNoPassword(t, err)
	}
}

// A server that has no connection to spare is one to try again.
func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{Settings: []string{"max_connections=4", "superuser_reserved_connections=3"}})
	s.Exec(t, `CREATE ROLE clerk LOGIN`)
	url := strings.Replace(s.URL, "postgres@", "clerk@", 1)
	for range 4 {
		_ = raw(t, url).PingContext(t.Context()) // and keeps its connection; the last have none
	}
	if _, err := postgres.Open(t.Context(), url, postgres.Options{}); !errors.Is(err, ports.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
}
