package pgtest_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/beignet-go/beignet/internal/pgtest"
)

func ask(t *testing.T, url, question string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var answer string
	if err := conn.QueryRow(t.Context(), question).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// Databases of one process share a server, and nothing else.
func TestShared(t *testing.T) {
	t.Parallel()
	pgtest.Database(t) // or the test is left out as a whole
	const of = "SELECT pg_postmaster_start_time()::text"
	var times, names []string
	for _, name := range []string{"a", "b", "c"} {
		t.Run(name, func(t *testing.T) {
			url := pgtest.Database(t)
			times = append(times, ask(t, url, of))
			names = append(names, ask(t, url, "SELECT current_database()"))
			if encoding := ask(t, url, "SHOW server_encoding"); encoding != "UTF8" {
				t.Error(encoding)
			}
		})
	}
	if len(times) != 3 || times[0] != times[1] || times[0] != times[2] {
		t.Errorf("the servers were started at %v, want one", times)
	}
	if slices.Sort(names); len(slices.Compact(names)) != 3 || slices.Contains(names, "postgres") {
		t.Errorf("the databases are %q, want three of their own", names)
	}
}

// A server that was killed or stopped has lost nothing that it acknowledged.
func TestKilledAndStarted(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{Durable: true, TCP: true, Settings: []string{"work_mem=5MB"}})
	url := s.Database(t)
	for setting, want := range map[string]string{"fsync": "on", "work_mem": "5MB"} {
		if got := ask(t, url, "SHOW "+setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	s.Exec(t, "CREATE TABLE kept (n int)")
	for i, end := range []func(){func() { s.Kill(t) }, s.Stop} {
		s.Exec(t, "INSERT INTO kept VALUES (1)")
		end()
		if conn, err := pgx.Connect(t.Context(), url); err == nil {
			t.Error("it answers still")
			conn.Close(t.Context())
		}
		s.Start(t)
		if got, want := ask(t, s.URL, "SELECT count(*)::text FROM kept"), strconv.Itoa(i+1); got != want {
			t.Errorf("%s rows are left, want %s", got, want)
		}
	}
}

func TestPrivate(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{})
	if info, err := os.Stat(s.Folder()); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v; want 0700", info, err)
	}
}
