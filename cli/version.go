package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/peterbourgon/ff/v4"
)

func (c *call) versionCommand(parent *flagSet) *ff.Command {
	cmd, _ := command(parent, "version", "", "Print the version.", func(_ context.Context, f *flagSet) error {
		if err := noArguments(f); err != nil {
			return err
		}
		if c.json {
			return c.printJSON(versionResult{
				SchemaVersion: schemaVersion, Name: c.name, Version: c.versionString(),
				Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
			})
		}
		fmt.Fprintf(&c.out, "%s %s %s %s/%s\n", c.name, c.versionString(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return nil
	})
	return cmd
}

// versionString is the program's version: its own, else what the toolchain
// stamped, which is a tag or a pseudo-version of the commit.
func (c *call) versionString() string {
	if c.version != "" {
		return c.version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
