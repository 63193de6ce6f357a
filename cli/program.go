// Package cli is the command line of a program that runs operational tasks.
//
// Start with [Program], which an app fills in, and [Program.Main], which is the
// whole program: it returns the exit code and calls nothing that exits.
//
//   - Standard output carries the result and nothing else, in JSON under --json
//     a refusal's object too. Everything else goes to standard error.
//   - An error is printed once, with what to do next, and its exit code is that of
//     the table in exit.go.
//   - No control or bidi character of a name, a value or a message reaches a
//     terminal or a log line raw.
//   - A closed pipe or a full disk behind standard output ends no run.
package cli

import (
	"context"
	"io"
	"io/fs"
	"os"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// Program is an app's command line over its context type A.
type Program[A any] struct {
	// Name is the program's name: the one in its manifest and the prefix of its
	// variables. Required.
	Name string

	// Version is what version prints and runs record. Optional: without it the
	// version that the Go toolchain stamped into the binary.
	Version string

	// Manifests holds beignet.yaml and the feature files, for where none are found
	// on disk. Required.
	Manifests fs.FS

	// Register adds the app's handlers. Required.
	Register func(*runner.Registry[A])

	// State opens the state of a target, as runner.Options says. Required.
	State func(ctx context.Context, t runner.Target, create bool) (ports.State, error)

	// Identity names a database by its address, as runner.Target says. Optional.
	Identity func(address string) string

	// Open opens the app for one run. Required.
	Open runner.Open[A]
}

// IO is what a program is given by the system it runs on. The zero value gives it
// nothing: no input, no variables, output dropped.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string
	Dir      string // the working folder; "": the process's own
}

// Std is the process's own IO.
func Std() IO {
	dir, _ := os.Getwd() // without one relative paths fail where they are used
	return IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv, Dir: dir}
}

// Main runs the program with its arguments, without its own name, and returns the
// exit code.
func (p Program[A]) Main(ctx context.Context, args []string, std IO) int {
	bound := program{
		name: p.Name, version: p.Version, manifests: p.Manifests, state: p.State, identity: p.Identity,
		handlers: func() *runner.Handlers {
			registry := runner.NewRegistry[A]()
			p.Register(registry)
			return runner.Bind(registry, p.Open)
		},
	}
	return bound.main(ctx, args, std)
}
