package clitest

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

func TestMain(m *testing.M) {
	Main(m, "hello", func() {
		text, err := os.ReadFile(os.Args[1])
		if err != nil {
			panic(err) // which exits with 2
		}
		fmt.Printf("hello %s", text)
	})
}

func TestScript(t *testing.T) {
	t.Parallel()
	Script(t, `
# The program is run, with the script's files and nobody's state.
exec hello whom.txt
stdout '^hello Ann$'
exitcode 2 hello nobody.txt
stderr nobody.txt
! exists $XDG_STATE_HOME
-- whom.txt --
Ann
`)
}

// A script that does not hold fails its test.
func TestScriptFails(t *testing.T) {
	if os.Getenv("BEIGNET_TEST_FAILING_SCRIPT") != "" {
		Script(t, "exitcode 0 hello nobody.txt\n")
		return
	}
	t.Parallel()
	child := exec.Command(os.Args[0], "-test.run", "^TestScriptFails$")
	child.Env = append(os.Environ(), "BEIGNET_TEST_FAILING_SCRIPT=1")
	out, err := child.CombinedOutput()
	if err == nil {
		t.Errorf("it passes: %s", out)
	}
}
