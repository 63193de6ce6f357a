package clitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// CheckOutput holds what a program printed under --json to the schema that the
// program gives of it: schema returns what its command schema NAME prints. A member
// that the schema does not name is an error here, though a schema lets it by. Output
// that is no object with a schemaVersion is none of its business.
func CheckOutput(args []string, stdout []byte, schema func(name string) []byte) error {
	var result struct {
		SchemaVersion *int
		Exit          *int
	}
	if json.Unmarshal(stdout, &result) != nil || result.SchemaVersion == nil {
		return noObject(args, stdout)
	}
	name := "run" // and whatever is refused
	if result.Exit == nil {
		i := slices.IndexFunc(args, func(arg string) bool {
			return slices.Contains([]string{"audit", "state", "runs", "locks", "list", "show", "check", "make", "version"}, arg)
		})
		if i < 0 {
			return fmt.Errorf("%q: there is no schema of what it printed", args)
		}
		switch name = args[i]; {
		case slices.Contains(args, "--failed"):
			name = "runs-failed"
		case (name == "runs" || name == "audit" || name == "state") && i+1 < len(args):
			name += "-" + args[i+1]
		case name == "locks" && i+1 < len(args) && args[i+1] == "break":
			name = "locks-break"
		}
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema(name)))
	if err != nil {
		return fmt.Errorf("schema %s: %w", name, err)
	}
	closeObjects(document)
	c := jsonschema.NewCompiler()
	url := "schema:" + name
	if err := c.AddResource(url, document); err != nil {
		return err
	}
	compiled, err := c.Compile(url)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(stdout))
	return errors.Join(err, compiled.Validate(value))
}

// noObject is an error where --json was asked for and something else was printed,
// for which only an export to standard output has a reason, and a command that
// prints no result.
func noObject(args []string, stdout []byte) error {
	asked := slices.Contains(args, "--json") && !slices.Contains(args, "--")
	exports := slices.ContainsFunc(args, func(arg string) bool { return arg == "-" || arg == "export" || strings.Contains(arg, `"-"`) })
	help := slices.ContainsFunc(args, func(arg string) bool {
		return slices.Contains([]string{"help", "--help", "-h", "schema", "completion", "__complete"}, arg)
	})
	if !asked || exports || help || len(stdout) == 0 {
		return nil
	}
	return fmt.Errorf("%q: no JSON object under --json: %s", args, stdout)
}

// closeObjects makes every schema that lists properties refuse all others.
func closeObjects(schema any) {
	switch schema := schema.(type) {
	case map[string]any:
		if _, ok := schema["properties"].(map[string]any); ok {
			schema["additionalProperties"] = false
		}
		for _, within := range schema {
			closeObjects(within)
		}
	case []any:
		for _, within := range schema {
			closeObjects(within)
		}
	}
}
