package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
)

// server is a private PostgreSQL server that lasts for one benchmark. It keeps what it
// has acknowledged, as one in production does.
type server struct {
	*pgtest.Server
	host
}

// onServer gives a benchmark a server.
func onServer(do func(s server, dir string, rounds, rows int) error) func(string, int, int) error {
	return func(dir string, rounds, rows int) (err error) {
		if _, err := exec.LookPath("psql"); err != nil {
			return fmt.Errorf("the reference is the psql command: %w", err)
		}
		h := host{undone: new([]func())}
		defer func() {
			for _, undo := range *h.undone {
				undo()
			}
			if r := recover(); r != nil {
				told, ok := r.(unfit)
				if !ok {
					panic(r)
				}
				err = told
			}
		}()
		options := pgtest.Options{Durable: true, Settings: []string{"shared_buffers=256MB", "max_wal_size=4GB", "checkpoint_timeout=30min"}}
		return do(server{pgtest.New(h, options), h}, dir, rounds, rows)
	}
}

// fresh makes the database bench anew, and returns its URL.
func (s server) fresh() string {
	s.Exec(s.host, "DROP DATABASE IF EXISTS bench WITH (FORCE)")
	s.Exec(s.host, "CREATE DATABASE bench TEMPLATE template0")
	return s.url()
}

func (s server) url() string { return s.Named("bench") }

// psql is a command of psql that runs statements of the database bench, each in a
// transaction of its own unless they say otherwise.
func (s server) psql(name string, statements ...string) command {
	args := []string{"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.DevNull, s.url()}
	for _, statement := range statements {
		args = append(args, "-c", statement)
	}
	return command{name: name, env: []string{"PGOPTIONS=-c client_min_messages=warning"}, args: args}
}

// host is what a server for tests wants of its test, in a program that is none.
type host struct {
	testing.TB
	undone *[]func()
}

// unfit is why a benchmark cannot be done here.
type unfit struct{ error }

func (h host) Helper()                  {}
func (h host) Name() string             { return "the benchmark" }
func (h host) Context() context.Context { return context.Background() }
func (h host) Cleanup(undo func())      { *h.undone = append([]func(){undo}, *h.undone...) }
func (h host) Fatal(args ...any)        { panic(unfit{errors.New(fmt.Sprint(args...))}) }

func (h host) Fatalf(format string, args ...any) { panic(unfit{fmt.Errorf(format, args...)}) }
func (h host) Skipf(format string, args ...any)  { panic(unfit{fmt.Errorf(format, args...)}) }
