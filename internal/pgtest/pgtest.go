// Package pgtest gives tests a PostgreSQL server of their own, started from the
// installed binaries and gone with the test process, however that ends.
//
// [Database] is what most tests want: a fresh database on a server that the tests
// of one process share. [New] starts a server for one test, which it may kill. A
// machine without the binaries skips such tests, and says what it leaves out; with
// CI=true that is a failure. The server never runs as root.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Password is that of the user postgres on a server that listens to TCP.
const Password = "pgtest-canary-password"

// Database returns the URL of a fresh UTF-8 database that lasts for the test. It
// stands on a server without fsync, which starts with the first call and ends with
// the process.
func Database(t testing.TB) string {
	t.Helper()
	return shared(t).Database(t)
}

// Database returns the URL of a fresh UTF-8 database that lasts for the test.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := "t" + strings.ToLower(rand.Text()[:12])
	s.Exec(t, "CREATE DATABASE "+name+" TEMPLATE template0")
	t.Cleanup(func() {
		if s.running() { // what a test has killed goes with its folder
			s.Exec(t, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		}
	})
	return s.Named(name)
}

// Exec runs a statement as the server's superuser, in its database postgres.
func (s *Server) Exec(t testing.TB, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// shared returns the server of this process, and starts it where it is not there
// yet. That it is there is known by its folder, which carries the process's name:
// whoever makes that starts the server, and the others wait.
func shared(t testing.TB) *Server {
	t.Helper()
	bin := binaries(t)
	test := fnv.New64a() // of this very build, so that a process ID that comes again is no matter
	fmt.Fprint(test, os.Args[0], os.Getppid())
	folder := filepath.Join(tempDir(), fmt.Sprintf("beignet-pg-%d-%x", os.Getpid(), test.Sum64()))
	s := &Server{URL: socketURL(folder), bin: bin, folder: folder}
	said := filepath.Join(folder, "ready")
	switch err := os.Mkdir(folder, 0o700); {
	case err == nil:
		err = s.begin(Options{}, said)
		if err != nil {
			_ = os.RemoveAll(folder) // so that the next test says the same
			t.Fatal(err)
		}
		return s
	case !os.IsExist(err):
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(said); err == nil {
			return s
		}
	}
	t.Fatalf("the server in %s does not become ready", folder)
	return nil
}
