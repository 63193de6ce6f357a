package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/cli"
)

const cliReference = "docs/cli.md"

// docs/cli.md is what help says, command by command. UPDATE_DOCS=1 writes it.
func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	help := func(args ...string) string {
		var out bytes.Buffer
		exit := program().Main(context.Background(), append([]string{"help"}, args...), cli.IO{Out: &out, Dir: t.TempDir()})
		if exit != 0 {
			t.Fatalf("help %q exits with %d", args, exit)
		}
		return "```text\n" + out.String() + "```\n"
	}
	root := help()
	var doc strings.Builder
	doc.WriteString("# The command line\n\nWhat `beignet help` says, command by command. `beignet task run NAME --help` adds a task's own flags.\n\n" + root)
	for _, path := range leaves(root) {
		doc.WriteString("\n## beignet " + path + "\n\n" + help(strings.Fields(path)...))
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(cliReference, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(cliReference)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != doc.String() {
		t.Errorf("%s is not what help says; UPDATE_DOCS=1 go test -run %s . writes it", cliReference, t.Name())
	}
}

// leaves are the commands that a help lists, such as "task run".
func leaves(help string) []string {
	_, commands, _ := strings.Cut(help, "commands:\n")
	commands, _, _ = strings.Cut(commands, "\n\n")
	var all []string
	for line := range strings.Lines(commands) {
		if strings.HasPrefix(line, "   ") {
			continue // of a description
		}
		path, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
		all = append(all, path)
	}
	return all
}
