package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// keeper is a shell that keeps the server. It ends with it; and what it leaves behind
// stops the server when it is told so by a line, or by the end of its input, which
// comes with the end of the test process, however that ends. Then the files go too.
const keeper = `folder=$1; shift
exec 3<&0
"$@" & server=$!
(
	read word
	kill -INT $server
	while kill -0 $server; do sleep 0.02; done
	[ "$word" ] || rm -rf "$folder"
) <&3 2>/dev/null &
wait $server`

// Start starts a server that was stopped or killed, on what it has kept.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = s.run(); err == nil {
			return
		}
	} // while a process of the killed one is about, which holds its memory
	t.Fatal(err)
}

// Stop stops the server as an administrator does: open transactions are rolled back.
func (s *Server) Stop() { s.stop() }

// Kill kills the server with SIGKILL, which leaves it no time for anything.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(pid)
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	<-s.ended
	s.Stop()
}

// run starts the server and waits until it answers.
func (s *Server) run() error {
	p, err := s.keep(append([]string{filepath.Join(s.bin, "postgres")}, s.args...))
	if err != nil {
		return err
	}
	s.process = p
	if err := s.await(); err != nil {
		s.Stop()
		return err
	}
	return nil
}

// process is a program with its keeper.
type process struct {
	word  *os.File      // to the keeper
	ended chan struct{} // closed once the program has
}

// keep starts a program with a keeper.
func (s *Server) keep(program []string) (process, error) {
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return process{}, err
	}
	defer log.Close()
	in, word, err := os.Pipe()
	if err != nil {
		return process{}, err
	}
	defer in.Close()
	cmd := exec.Command("sh", append([]string{"-c", keeper, "keeper", s.folder}, program...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, log, log
	if err = s.asOther(cmd); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return process{}, errors.Join(err, word.Close())
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // a program that was killed is an error
		close(ended)
		runtime.KeepAlive(word) // or it would be closed, and the program be stopped
	}()
	return process{word, ended}, nil
}

// stop stops the program, and leaves its files.
func (p process) stop() {
	_, _ = p.word.WriteString("keep\n") // it may be stopped already
	_ = p.word.Close()
	<-p.ended
}

func (p process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

func (s *Server) log() string { return filepath.Join(s.folder, "log") }

// await waits until the server answers or has ended.
func (s *Server) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.URL)
		if err == nil {
			return conn.Close(ctx)
		}
		if ctx.Err() != nil || !s.running() {
			text, _ := os.ReadFile(s.log()) // the other error is the one to tell
			return fmt.Errorf("the server does not answer: %w\n%s", err, text)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
