package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/beignet-go/beignet/cli/clitest"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(killedFolder); folder != "" {
		if err := killedChild(folder, os.Getenv(killedRun)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	clitest.Main(m, "beignet", main)
}

func TestScripts(t *testing.T) {
	t.Parallel()
	clitest.Run(t, "testdata/script")
}
