package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// The rules of this repository, each with its reason. They hold for what a package
// imports itself; tests may import more where it says so.

const modulePath = "github.com/beignet-go/beignet"

// allowed says which packages of this module a package may import. A * stands for
// one folder. What is under internal/ may be imported by all.
var allowed = []struct{ pkg, imports, reason string }{
	{".", "cli handlers handlers/*/sqlstore ports ports/dialect ports/postgres ports/sqlite runner", "main puts the program together, and nothing else does"},
	{"bench", "", "measures binaries from outside"},
	{"bench/*", "cli ports ports/postgres ports/sqlite runner", "a program as an app would write it"},
	{"cli", "runner manifest schema ports ports/disk", "the command line knows no handler and no database"},
	{"cli/clitest", "cli", "drives a program through its main"},
	{"handlers", "handlers/* runner ports", "the one list of features"},
	{"handlers/*", "runner ports records", "a feature knows no other feature and no adapter"},
	{"handlers/*/sqlstore", "handlers/* ports ports/dialect", "a store is written against ports.Querier, for every SQL engine"},
	{"handlers/*/memstore", "handlers/* runner ports ports/memory", "a store and the app that opens it, for tests"},
	{"handlers/*/storetest", "handlers/*", "the contract of a feature's store"},
	{"manifest", "", "plain data: it knows no handler and compiles no schema"},
	{"ports", "", "the vocabulary: the standard library alone"},
	{"ports/*", "ports ports/dialect", "an adapter knows no other adapter and no runner"},
	{"records", "", "readers of formats: no file, no database"},
	{"runner", "manifest schema ports", "the engine knows no file, flag or driver"},
	{"runner/runnertest", "runner manifest ports ports/memory", "what an app's tests use"},
	{"schema", "", "JSON Schema: it knows no YAML"},
	{"internal/*", "", "a helper is one idea and stands on nothing"},
	{"internal/scaffold", "manifest", "it writes manifests, and the code that goes with them"},
}

// lent says what packages import of what is for tests, though they are no tests.
var lent = map[string]string{
	"bench": "internal/pgtest", // it measures on a throw-away server of its own, as tests run on one
}

// confined says where alone a package from elsewhere may be imported.
var confined = []struct{ pkg, only, reason string }{
	{"github.com/goccy/go-yaml", "manifest", "one reader of YAML, behind bounds"},
	{"github.com/kaptinlin/jsonschema", "schema", "one validator, behind the lint that it needs"},
	{"github.com/peterbourgon/ff", "cli", "flags are the front end's"},
	{"modernc.org/sqlite", "ports/sqlite", "a driver stands behind its adapter"},
	{"github.com/jackc/pgx", "ports/postgres internal/pgtest", "a driver stands behind its adapter, and tests make their databases"},
	{"github.com/gofrs/flock", "ports/sqlite", "kernel locks are one adapter's way to keep others out"},
	{"github.com/pressly/goose", "handlers/*/sqlstore", "migrations are a store's own"},
	{"golang.org/x/term", "internal/term", "one place that knows terminals"},
	{"github.com/cenkalti/backoff", "runner", "one idea of how long to wait"},
	{"golang.org/x/text", "cli handlers/* records", "tables of characters: not for every start's path"},
	{"github.com/rogpeppe/go-internal", "cli/clitest", "scripts are run by the kit"},
	{"github.com/santhosh-tekuri/jsonschema", "cli/clitest", "a second opinion for tests: it costs 5 ms of start-up"},
	{"os/exec", "bench cli/clitest internal/pgtest", "beignet starts no program"},
	{"net/http", "internal/webhook", "beignet makes no request but the one that it is told to"},
}

// forbidden says what packages may not import at all.
var forbidden = []struct{ pkgs, imports, reason string }{
	{"handlers handlers/*", "os os/* net net/http database/sql", "a handler reaches the world through its ports"},
	{"runner manifest schema records", "os os/* net net/http flag database/sql", "it is given what it works on"},
	{"ports", "*.*/* *.*/*/*", "the vocabulary: the standard library alone"},
}

type listed struct {
	ImportPath, Doc string
	Imports         []string
}

// rel is the package's path within the module, "." for the root.
func (p listed) rel() string { return within(p.ImportPath) }

func within(importPath string) string {
	if importPath == modulePath {
		return "."
	}
	return strings.TrimPrefix(importPath, modulePath+"/")
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Doc,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// matches reports whether one of the patterns is the package.
func matches(patterns, pkg string) bool {
	for _, pattern := range strings.Fields(patterns) {
		if ok, _ := path.Match(pattern, pkg); ok {
			return true
		}
	}
	return false
}

func TestPackages(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		checkModule(t, p)
		checkOthers(t, p)
		if matches("*util *utils *common *helpers *misc", path.Base(p.rel())) {
			t.Errorf("%s is named for no idea", p.rel())
		}
		if p.Doc == "" {
			t.Errorf("%s has no package comment", p.rel())
		}
	}
}

// checkModule holds what a package imports of this module to the rules.
func checkModule(t *testing.T, p listed) {
	rule := -1
	for i, a := range allowed {
		if matches(a.pkg, p.rel()) && (rule < 0 || len(a.pkg) > len(allowed[rule].pkg)) {
			rule = i // the most exact one
		}
	}
	if rule < 0 {
		t.Errorf("%s has no line among the rules: say what it may import, and why", p.rel())
		return
	}
	for _, imported := range p.Imports {
		if !strings.HasPrefix(imported, modulePath) {
			continue
		}
		imported = within(imported)
		if !strings.HasPrefix(imported, "internal/") && !matches(allowed[rule].imports, imported) {
			t.Errorf("%s imports %s: %s", p.rel(), imported, allowed[rule].reason)
		}
		if strings.HasSuffix(imported, "test") && !matches(lent[p.rel()], imported) {
			t.Errorf("%s imports %s, which is for tests", p.rel(), imported)
		}
		feature, ok := strings.CutPrefix(imported, "handlers/")
		feature, _, _ = strings.Cut(feature, "/")
		if ok && strings.HasPrefix(p.rel(), "handlers/") && p.rel() != "handlers/"+feature && !strings.HasPrefix(p.rel(), "handlers/"+feature+"/") {
			t.Errorf("%s imports %s: a feature knows no other feature", p.rel(), imported)
		}
	}
}

// checkOthers holds what a package imports from elsewhere to the rules.
func checkOthers(t *testing.T, p listed) {
	for _, imported := range p.Imports {
		for _, c := range confined {
			if (imported == c.pkg || strings.HasPrefix(imported, c.pkg+"/")) && !matches(c.only, p.rel()) {
				t.Errorf("%s imports %s: %s", p.rel(), imported, c.reason)
			}
		}
		for _, f := range forbidden {
			if matches(f.pkgs, p.rel()) && matches(f.imports, imported) {
				t.Errorf("%s imports %s: %s", p.rel(), imported, f.reason)
			}
		}
	}
}

const (
	maxFile     = 600 // lines
	maxFunction = 100
)

// What a file must be, and what no file may do.
func TestSources(t *testing.T) {
	t.Parallel()
	var lengths []int
	for _, name := range sources(t) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
			t.Errorf("%s is not as gofmt writes it (%v)", name, err)
		}
		if n := bytes.Count(text, []byte("\n")); n > maxFile {
			t.Errorf("%s has %d lines, more than %d", name, n, maxFile)
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := files.Position(f.End()).Line - files.Position(f.Pos()).Line + 1
			lengths = append(lengths, lines)
			if lines > maxFunction {
				t.Errorf("%s: %s has %d lines, more than %d", name, f.Name.Name, lines, maxFunction)
			}
			if f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s has an init function: what happens at start-up is called by main", name)
			}
		}
		checkCalls(t, name, file)
	}
	over := 0
	for _, n := range lengths {
		if n > 40 {
			over++
		}
	}
	if 10*over > len(lengths) {
		t.Errorf("%d of %d functions have over 40 lines: more than a tenth", over, len(lengths))
	}
}

// checkCalls finds what ends a process below main.
func checkCalls(t *testing.T, name string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := call.X.(*ast.Ident)
		if !ok {
			return true
		}
		ends := pkg.Name == "os" && call.Sel.Name == "Exit" || pkg.Name == "log" && strings.HasPrefix(call.Sel.Name, "Fatal")
		if ends && file.Name.Name != "main" {
			t.Errorf("%s uses %s.%s: only main ends the process", name, pkg.Name, call.Sel.Name)
		}
		return true
	})
}

// sources lists the Go files of the module.
func sources(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "dist") {
			return filepath.SkipDir
		}
		if filepath.Ext(name) == ".go" {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
