package cli

import (
	"context"
	"embed"
	"strings"

	"github.com/peterbourgon/ff/v4"

	"github.com/beignet-go/beignet/manifest"
)

// outputSchemas are written by a test, from the types of results.go. They are open:
// a member may be added to an output.
//
//go:embed schemas
var outputSchemas embed.FS

// schemaNames are the outputs and the manifests that there is a schema of.
func schemaNames() []string {
	return []string{
		"list", "show", "run", "runs-list", "runs-show", "runs-failed", "runs-cancel", "runs-tune", "runs-prune", "locks", "locks-break",
		"audit-list", "audit-show", "audit-verify", "audit-export", "state-init",
		"check", "make", "version", "tasks", "beignet",
	}
}

func (c *call) schemaCommand(parent *flagSet) *ff.Command {
	cmd, flags := command(parent, "schema", " "+strings.Join(schemaNames(), "|"), "Print the JSON Schema of an output or a manifest.",
		func(_ context.Context, f *flagSet) error { return c.printSchema(f.GetArgs()) })
	flags.operands = func() []candidate { return words(schemaNames()...) }
	cmd.LongHelp = "list, show and run are what task list, task show and task run print with --json;\n" +
		"run is also what runs resume and runs wait print, and any command that is refused.\n" +
		"runs-list is what runs list prints, and so on. tasks is a feature file, beignet is\n" +
		"beignet.yaml."
	return cmd
}

func (c *call) printSchema(args []string) error {
	if err := oneOf(args, "schema", "which schema?", schemaNames()); err != nil {
		return err
	}
	switch args[0] {
	case "tasks":
		c.out.WriteString(manifest.FeatureSchema())
	case "beignet":
		c.out.WriteString(manifest.ModuleSchema())
	default:
		text, err := outputSchemas.ReadFile("schemas/" + args[0] + ".schema.json")
		if err != nil {
			return err
		}
		c.out.Write(text)
	}
	return nil
}
