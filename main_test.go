package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/beignet-go/beignet/cli"
	"github.com/beignet-go/beignet/cli/clitest"
)

func TestMain(m *testing.M) {
	if os.Getenv(childNotes) != "" {
		os.Exit(child())
	}
	if os.Getenv(canaryProcess) != "" {
		os.Exit(runCanary())
	}
	clitest.Main(m, "beignet", checkedMain)
}

// checkedMain is main, with whatever it prints held to the schema of it.
func checkedMain() {
	std := cli.Std()
	var printed bytes.Buffer
	if info, err := os.Stdout.Stat(); err == nil && info.Mode()&os.ModeCharDevice == 0 { // people on a terminal get no JSON
		std.Out = io.MultiWriter(std.Out, &printed)
	}
	exit := program().Main(context.Background(), os.Args[1:], std)
	if err := clitest.CheckOutput(os.Args[1:], printed.Bytes(), schemaOf); err != nil {
		fmt.Fprintln(os.Stderr, err)
		exit = 3 // no code of the program's
	}
	os.Exit(exit)
}

func schemaOf(name string) []byte {
	var schema bytes.Buffer
	program().Main(context.Background(), []string{"schema", name}, cli.IO{Out: &schema})
	return schema.Bytes()
}

func TestScripts(t *testing.T) {
	t.Parallel()
	clitest.Run(t, "testdata/script")
}
