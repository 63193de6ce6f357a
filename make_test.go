package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// inModule runs a program in a copy of this module and returns what it prints. It
// must succeed.
func inModule(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func readIn(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tasksToMake is how many tasks show that many can be made: one of each kind for
// each feature, and eight times as many where time matters less.
func tasksToMake() int {
	info, ok := debug.ReadBuildInfo()
	race := ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
	if os.Getenv("CI") == "" || race {
		return 25
	}
	return 200
}

// Many tasks are made, in features old and new and of every kind, by a program that
// knows none of them: the tree then builds, its checks and tests pass untouched, and
// no line that was there before is lost.
func TestMakeMany(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and tests a module of many tasks")
	}
	t.Parallel()
	made := tasksToMake()
	dir := t.TempDir()
	copyModule(t, dir)
	inModule(t, dir, "go", "build", "-o", "made", ".")
	inModule(t, dir, "./made", "make", "feature", "shop")
	const shop = "features/shop/tasks.yaml"
	const byHand = "# The shop.\r\nfeature: shop\r\n\r\n# None yet.\r\n# The end.\r\n" // on another system
	if err := os.WriteFile(filepath.Join(dir, shop), []byte(byHand), 0o644); err != nil {
		t.Fatal(err)
	}
	features := []string{"issues", "shop", "data-fixes", "stock", "release"}
	kinds := []string{"tx", "once", "batches", "import", "export"}
	fields := [][]string{nil, {"--field", "source:string", "--field", "limit:integer?"}, {"--field", "dryRun:boolean=false", "--field", "tags:string[]"}}
	for i := range made {
		feature, kind := features[i%len(features)], kinds[i/len(features)%len(kinds)]
		if feature == "release" && (kind == "import" || kind == "export") {
			kind = "tx" // its Deps has no files
		}
		name := fmt.Sprintf("%s-%d", kind, i)
		args := append([]string{"make", "task", feature + "/" + name, "--kind", kind}, fields[i%len(fields)]...)
		if got, want := inModule(t, dir, "./made", args...), feature+"."+name+" is made\n"; !strings.HasPrefix(got, want) {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	for _, name := range []string{"features/issues/tasks.yaml", "features/release/tasks.yaml", "beignet.yaml"} {
		if got, want := readIn(t, dir, name), readIn(t, ".", name); !strings.HasPrefix(got, want) {
			t.Errorf("%s has lost something:\n%s", name, got)
		}
	}
	tasks := readIn(t, dir, shop)
	if !strings.HasPrefix(tasks, strings.TrimSuffix(byHand, "\r\n")) || strings.Count(tasks, "\r\n") != strings.Count(tasks, "\n") || strings.Count(tasks, "  - name: shop.") != made/len(features) {
		t.Errorf("%s has lost something:\n%s", shop, tasks)
	}
	const madeTests = "^Test(Tx|Once|Batches|Import|Export)[0-9]" // the others are run where they stand
	inModule(t, dir, "go", "build", "./...")
	inModule(t, dir, "go", "vet", "./handlers/...")
	inModule(t, dir, "go", "test", "-run", madeTests, "./handlers/issues", "./handlers/shop", "./handlers/datafixes", "./handlers/stock", "./handlers/release")

	if got, want := inModule(t, dir, "./made", "make", "task", "shop/tx-1"), "shop.tx-1 is there already: "+shop; !strings.HasPrefix(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if readIn(t, dir, shop) != tasks {
		t.Error("what is there already has been made again")
	}
	inModule(t, dir, "go", "build", "-o", "made", ".")
	if got := inModule(t, dir, "./made", "check"); !strings.HasPrefix(got, "ok: ") {
		t.Errorf("check says %s", got)
	}
}
