// Command beignet runs the operational tasks of its features: backfills, repairs,
// imports, exports. app.go is where it picks its databases.
package main

import (
	"context"
	"embed"
	"os"
	_ "time/tzdata" // a task may name a time zone, and the machine may know none

	"github.com/beignet-go/beignet/cli"
	"github.com/beignet-go/beignet/handlers"
)

//go:embed beignet.yaml features
var manifests embed.FS

// version is set by the linker for a release; else it is the one that the
// toolchain stamps.
var version string

func main() { os.Exit(program().Main(context.Background(), os.Args[1:], cli.Std())) }

func program() cli.Program[*handlers.App] {
	return cli.Program[*handlers.App]{
		Name: "beignet", Version: version, Manifests: manifests,
		Register: handlers.Register, State: state, Identity: identity, Open: open,
	}
}
