package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/cli/clitest"
	"github.com/beignet-go/beignet/internal/pgtest"
)

// Each script of testdata/postgres runs with a database of its own in $POSTGRES.
func TestPostgresScripts(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/postgres/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("scripts: %q, %v", scripts, err)
	}
	for _, name := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			script, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			clitest.Script(t, "env POSTGRES='"+pgtest.Database(t)+"'\n"+string(script))
		})
	}
}
