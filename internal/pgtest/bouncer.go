package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bouncer starts a PgBouncer in transaction mode before the server, for the test. It
// has up to size connections to each database: with one, what a client leaves in a
// session is the next one's. It returns what makes a fresh database behind it.
func (s *Server) Bouncer(t testing.TB, size int) (database func(testing.TB) string) {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/pgbouncer") // where users have no PATH to
	}
	if err != nil {
		Missing(t, "PgBouncer")
	}
	file := filepath.Join(s.folder, "pgbouncer.ini")
	text := fmt.Sprintf(`[databases]
* = host=%[1]s user=postgres
[pgbouncer]
listen_port = 6432
unix_socket_dir = %[1]s
auth_type = any
pool_mode = transaction
default_pool_size = %[2]d
`, s.folder, size)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := own(file); err != nil {
		t.Fatal(err)
	}
	p, err := s.keep([]string{program, file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	through := func(direct string) string { return direct + "&port=6432" }
	for {
		conn, err := pgx.Connect(t.Context(), through(s.URL))
		if err == nil {
			conn.Close(t.Context())
			return func(t testing.TB) string { t.Helper(); return through(s.Database(t)) }
		}
		if !p.running() {
			text, _ := os.ReadFile(s.log()) // the other error is the one to tell
			t.Fatalf("PgBouncer: %v\n%s", err, text)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
