package pgtest

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// patience is how long a server may take to start, on a machine with much to do.
const patience = time.Minute

// Options say how to run a server.
type Options struct {
	// Durable turns fsync on, as a server has it that is not for tests. Optional.
	Durable bool

	// TCP has the server listen on 127.0.0.1 too, where it asks for [Password]; URL
	// then names that address. Optional: without it a socket alone.
	TCP bool

	// Settings are more of the server's, such as "max_connections=3". Optional.
	Settings []string
}

// Server is a running server, or one that was stopped or killed and may be started
// again on what it has kept.
type Server struct {
	URL string // of its database postgres, as its superuser

	bin    string
	folder string
	args   []string

	process
}

// New starts a server that lasts for the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{bin: binaries(t)}
	folder, err := os.MkdirTemp(tempDir(), "beignet-pg-")
	if err != nil {
		t.Fatal(err)
	}
	s.folder, s.URL = folder, socketURL(folder)
	if err := s.begin(o, ""); err != nil {
		_ = os.RemoveAll(folder) // the other error is the one to tell
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(folder) // a temporary folder
	})
	return s
}

// Named returns the URL of one of the server's databases.
func (s *Server) Named(database string) string {
	return strings.Replace(s.URL, "/postgres?", "/"+database+"?", 1)
}

// Folder holds the server's socket, .s.PGSQL.5432, its data and its log.
func (s *Server) Folder() string { return s.folder }

func socketURL(folder string) string {
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(folder)
}

// begin makes the server's files and starts it. A file of the name said is there
// once it is ready; "": none.
func (s *Server) begin(o Options, said string) error {
	secret := filepath.Join(s.folder, "secret")
	if err := errors.Join(os.WriteFile(secret, []byte(Password), 0o600), own(s.folder, s.folder, secret)); err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(s.bin, "initdb"), "-D", s.data(), "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync",
		"--no-instructions", "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile="+secret)
	if err := s.asOther(initdb); err != nil {
		return err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	s.args = []string{"-D", s.data(), "-k", s.folder, "-c", "max_connections=200", "-c", "shared_buffers=32MB"}
	if !o.Durable {
		s.args = append(s.args, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	if err := s.listen(o.TCP); err != nil {
		return err
	}
	for _, setting := range o.Settings {
		s.args = append(s.args, "-c", setting)
	}
	if err := s.run(); err != nil || said == "" {
		return err
	}
	return os.WriteFile(said, nil, 0o600)
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// listen picks a port that is free now.
func (s *Server) listen(tcp bool) error {
	if !tcp {
		s.args = append(s.args, "-c", "listen_addresses=")
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.URL = "postgres://postgres:" + Password + "@" + l.Addr().String() + "/postgres?sslmode=disable"
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	s.args = append(s.args, "-c", "listen_addresses=127.0.0.1", "-p", port)
	return l.Close()
}
