// Command noop is a program of many tasks that do nothing: what is left is what
// beignet itself costs. Its manifests are found on disk.
package main

import (
	"context"
	"os"
	"testing/fstest"

	"github.com/beignet-go/beignet/cli"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner"
)

type input struct {
	Source string `json:"source"`
	Limit  int    `json:"limit"`
}

type output struct {
	Done bool `json:"done"`
}

func main() {
	p := cli.Program[struct{}]{
		Name:      "noop",
		Manifests: fstest.MapFS{},
		Register: func(r *runner.Registry[struct{}]) {
			runner.Handle(r, "noop.run", func(context.Context, struct{}, input) (output, error) { return output{Done: true}, nil })
		},
		State: func(ctx context.Context, t runner.Target, create bool) (ports.State, error) {
			return sqlite.OpenState(ctx, t.State, sqlite.StateOptions{Create: create, AuditKey: t.AuditKey})
		},
		Open: func(context.Context, runner.Session) (runner.Opened[struct{}], error) {
			return runner.Opened[struct{}]{}, nil
		},
	}
	os.Exit(p.Main(context.Background(), os.Args[1:], cli.Std()))
}
