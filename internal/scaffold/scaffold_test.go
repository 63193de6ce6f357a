package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/beignet-go/beignet/manifest"
)

// app is a module of its own, which imports beignet as a library.
func app() fstest.MapFS {
	return files(
		"go.mod", "// the app\nmodule example.com/app // its path\n\ngo 1.26\n",
		"beignet.yaml", "name: app\nfeatures: [features/orders/tasks.yaml] # one by one\n",
		"features/orders/tasks.yaml", "feature: orders\ntasks:\n- name: orders.show # first\n  description: Show.\n  handler: orders.show\n  effect: read\n  aliases: [orders.print]\n",
		"handlers/handlers.go", `package handlers

import (
	"log/slog"

	"example.com/app/handlers/orders"

	"github.com/beignet-go/beignet/ports"
	run "github.com/beignet-go/beignet/runner"
)

type App struct {
	Orders  orders.Store
	Storage ports.Files
	Log     *slog.Logger
}

func Register(reg *run.Registry[*App]) {
	orders.Register(run.Mount(reg, func(a *App) orders.Deps { return orders.Deps{Orders: a.Orders} }))
}
`,
		"handlers/orders/orders.go", `package orders

import "github.com/beignet-go/beignet/runner"

type Store interface{}

type Deps struct{ Orders Store }

func show() {}

func Register(r *runner.Registry[Deps]) { runner.Do(r, "orders.show", show) }
`,
	)
}

func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1]), Mode: 0o644}
	}
	return fsys
}

func module(t *testing.T, fsys fstest.MapFS) Module {
	t.Helper()
	m, found := manifest.Load(fsys, "beignet.yaml")
	if len(found) > 0 {
		t.Fatal(found)
	}
	return Module{Files: fsys, Manifest: m}
}

func texts(p Plan) map[string]string {
	all := map[string]string{}
	for _, c := range p.Changes {
		all[c.Path] = string(c.After)
	}
	return all
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
	}
}

// A first task of a new feature, in an app that imports the library under another
// name and has no recorder.
func TestNewFeature(t *testing.T) {
	t.Parallel()
	p, err := module(t, app()).Task(Task{Feature: "data-fixes", Name: "url-check", Kind: KindOnce, Description: "Check: every URL."})
	if err != nil {
		t.Fatal(err)
	}
	got := texts(p)
	want := []string{
		"beignet.yaml", "features/data-fixes/tasks.yaml", "handlers/datafixes/datafixes.go", "handlers/datafixes/memory_test.go",
		"handlers/datafixes/url_check.go", "handlers/datafixes/url_check_test.go", "handlers/handlers.go",
	}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		t.Fatalf("got %q, want %q", names, want)
	}
	same(t, "beignet.yaml", got["beignet.yaml"], "name: app\nfeatures: [features/orders/tasks.yaml, features/data-fixes/tasks.yaml] # one by one\n")
	same(t, "tasks.yaml", got["features/data-fixes/tasks.yaml"], `feature: data-fixes
tasks:
  - name: data-fixes.url-check
    description: "Check: every URL."
    handler: data-fixes.url-check
    effect: read
    timeout: 10m
    output:
      type: object
      required: [found]
      properties:
        found: { type: integer, minimum: 0, description: Things that were found. }
    examples:
      - description: Do it.
        input: {}
`)
	same(t, "the package", got["handlers/datafixes/datafixes.go"], `// Package datafixes has the handlers of the feature data-fixes.
//
// Start with [Register], which binds the feature's tasks to its ports.
package datafixes

import (
	"log/slog"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// Deps is what the feature's handlers work with. All are required.
type Deps struct {
	Files ports.Files
	Log   *slog.Logger
}

// Register adds the feature's handlers.
func Register(r *runner.Registry[Deps]) {
	runner.Handle(r, "data-fixes.url-check", urlCheck)
}
`)
	before := string(app()["handlers/handlers.go"].Data)
	same(t, "handlers.go", got["handlers/handlers.go"], strings.NewReplacer(
		"\t\"example.com/app/handlers/orders\"\n", "\t\"example.com/app/handlers/datafixes\"\n\t\"example.com/app/handlers/orders\"\n",
		"{Orders: a.Orders} }))\n", `{Orders: a.Orders} }))
	datafixes.Register(run.Mount(reg, func(a *App) datafixes.Deps {
		return datafixes.Deps{Files: a.Storage, Log: a.Log}
	}))
`).Replace(before))
	for _, part := range []string{`"example.com/app/handlers/datafixes"`, "datafixes.Deps{Files: s.Files, Log: s.Log}"} {
		if !strings.Contains(got["handlers/datafixes/memory_test.go"], part) {
			t.Errorf("memory_test.go lacks %s:\n%s", part, got["handlers/datafixes/memory_test.go"])
		}
	}
	wantFormatted(t, got)
}

func wantFormatted(t *testing.T, all map[string]string) {
	t.Helper()
	for name, text := range all {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		if formatted, err := format.Source([]byte(text)); err != nil || string(formatted) != text {
			t.Errorf("%s is not as gofmt writes it (%v):\n%s", name, err, text)
		}
	}
}

// A further task of a feature that stands on one line.
func TestExistingFeature(t *testing.T) {
	t.Parallel()
	p, err := module(t, app()).Task(Task{Feature: "orders", Name: "show-all", Kind: KindBatches, Fields: []string{"userId:string", "dryRun:boolean=false", "rate:number?"}})
	if err != nil {
		t.Fatal(err)
	}
	got := texts(p)
	wantFormatted(t, got)
	if _, ok := got["handlers/handlers.go"]; ok || len(got) != 5 {
		t.Errorf("changes %q", slices.Sorted(maps.Keys(got)))
	}
	before := string(app()["features/orders/tasks.yaml"].Data)
	entry, ok := strings.CutPrefix(got["features/orders/tasks.yaml"], before+"\n- name: orders.show-all\n")
	if !ok || !strings.Contains(entry, "    required: [to, userId]\n") || !strings.Contains(entry, "      rate: { type: number }\n      dryRun:\n        type: boolean\n        default: false\n") {
		t.Errorf("tasks.yaml:\n%s", got["features/orders/tasks.yaml"])
	}
	same(t, "orders.go", got["handlers/orders/orders.go"], strings.Replace(string(app()["handlers/orders/orders.go"].Data), "{ runner.Do(r, \"orders.show\", show) }",
		"{\n\trunner.Do(r, \"orders.show\", show)\n\trunner.HandleBatches(r, \"orders.show-all\", showAllPage, showAllItem.cursor, showAllBatch).Count(showAllTotal)\n}", 1))
}

// Names that Go or the package has a use for are not taken from them.
func TestTakenNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file, registered string
		kind                   Kind
	}{
		{"orders", "orders_task.go", `HandleTx(r, "orders.orders", orders)`, KindTx},
		{"memory", "memory_task.go", `HandleTx(r, "orders.memory", memory)`, KindTx},
		{"import", "import.go", `HandleTx(r, "orders.import", importTask)`, KindTx},
		{"delete", "delete.go", `Handle(r, "orders.delete", deleteTask)`, KindOnce},
		{"runner", "runner.go", `Handle(r, "orders.runner", runnerTask)`, KindOnce},
		{"context", "context.go", `Handle(r, "orders.context", contextTask)`, KindOnce},
		{"store", "store.go", `HandleBatches(r, "orders.store", storePage, storeItem.cursor, storeBatch).Count(storeTotal)`, KindBatches},
		{"register", "register.go", `Handle(r, "orders.register", register)`, KindOnce},
		{"show-2", "show_2.go", `HandleTx(r, "orders.show-2", show2Task)`, KindTx},
	} {
		fsys := app()
		fsys["handlers/orders/more.go"] = &fstest.MapFile{Data: []byte("package orders\n\nconst show2 = 2\n"), Mode: 0o644}
		p, err := module(t, fsys).Task(Task{Feature: "orders", Name: test.name, Kind: test.kind})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := texts(p); got["handlers/orders/"+test.file] == "" || !strings.Contains(got["handlers/orders/orders.go"], test.registered) {
			t.Errorf("%s: got %q and\n%s", test.name, slices.Sorted(maps.Keys(got)), got["handlers/orders/orders.go"])
		}
	}
}

// moving is a module of which each file has a line more whenever it is read.
type moving struct {
	fstest.MapFS
	reads map[string]int
}

func (m moving) ReadFile(name string) ([]byte, error) {
	text, err := m.MapFS.ReadFile(name)
	m.reads[name]++
	mark := map[bool]string{true: "//", false: "#"}[strings.HasSuffix(name, ".go")]
	return fmt.Appendf(text, "\n%s read %d\n", mark, m.reads[name]), err
}

// A change goes out from the text that it was made for, whoever writes meanwhile.
func TestReadsOnce(t *testing.T) {
	t.Parallel()
	for _, feature := range []string{"orders", "stock"} {
		m := module(t, app())
		m.Files = moving{app(), map[string]int{}}
		p, err := m.Task(Task{Feature: feature, Name: "x"})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range p.Changes {
			for line := range strings.Lines(string(c.Before)) {
				if strings.Contains(line, " read ") && !strings.Contains(string(c.After), line) {
					t.Errorf("%s has lost %s", c.Path, line)
				}
			}
		}
	}
}

func TestThereAlready(t *testing.T) {
	t.Parallel()
	p, err := module(t, app()).Task(Task{Feature: "orders", Name: "show"})
	if err != nil || p.There != "features/orders/tasks.yaml:3:9" || len(p.Changes) > 0 {
		t.Errorf("got %+v, %v", p, err)
	}
	p, err = module(t, app()).Feature("orders")
	if err != nil || p.There != "features/orders/tasks.yaml" || len(p.Changes) > 0 {
		t.Errorf("got %+v, %v", p, err)
	}
}

// What is refused, and what of the module is not as it must be.
func TestRefuses(t *testing.T) {
	t.Parallel()
	replace := func(name, old, new string) func(fstest.MapFS) {
		return func(fsys fstest.MapFS) {
			fsys[name] = &fstest.MapFile{Data: []byte(strings.Replace(string(fsys[name].Data), old, new, 1)), Mode: 0o644}
		}
	}
	add := func(name, text string) func(fstest.MapFS) {
		return func(fsys fstest.MapFS) { fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644} }
	}
	for _, test := range []struct {
		feature, name, kind string
		with                func(fstest.MapFS)
		shape               bool
		want                string
	}{
		{feature: "Orders", name: "x", want: "Orders is no name"},
		{feature: "orders", name: "a--b", want: "a--b is no name"},
		{feature: "orders", name: "", want: "an empty text is no name"},
		{feature: "orders", name: "2fa", want: "2fa is no name"},
		{feature: "orders", name: strings.Repeat("a", 65), want: "a name of aaaaaaaaaaaaaaaa... is too long"},
		{feature: "select", name: "x", want: "a feature cannot be called select: it is a word of the Go language"},
		{feature: "internal", name: "x", want: "a feature cannot be called internal: the name means something else to Go or to this program"},
		{feature: "data-base", name: "x", shape: true, with: add("handlers/database/doc.go", "package database\n"), want: "handlers/database is there already, and beignet.yaml has no feature data-base"},
		{feature: "con", name: "x", want: "a feature cannot be called con: Windows has a device of that name, and Go takes no file or folder called so"},
		{feature: "lpt-1", name: "x", want: "a feature cannot be called lpt-1: Windows has a device of that name, and Go takes no file or folder called so"},
		{feature: "orders", name: "nul", want: "a task cannot be called nul: Windows has a device of that name, and Go takes no file or folder called so"},
		{feature: "app-test", name: "x", want: "a feature cannot be called app-test: packages whose name ends in test are for tests"},
		{feature: "or-ders", name: "x", want: "handlers/orders is that of the feature orders"},
		{feature: "run", name: "x", want: "a feature cannot be called run: handlers/handlers.go uses run for something else"},
		{feature: "reg", name: "x", want: "a feature cannot be called reg: handlers/handlers.go uses reg for something else"},
		{feature: "orders", name: "x", kind: "cron", want: "no kind cron"},
		{feature: "orders", name: "print", want: "orders.print is an alias of orders.show"},
		{feature: "orders", name: "x", shape: true, with: add("handlers/orders/x.go", "package orders\n"), want: "handlers/orders/x.go is there already, and features/orders/tasks.yaml has no task for it"},
		{feature: "stock", name: "x", shape: true, with: add("features/stock/tasks.yaml", "feature: stock\n"), want: "features/stock/tasks.yaml is there already, and beignet.yaml does not name it"},
		{feature: "orders", name: "x", with: replace("handlers/orders/orders.go", "func show", "type XInput int\n\ntype XTaskInput int\n\nfunc show"), want: "handlers/orders has a XTaskInput already"},
		{feature: "orders", name: "x", with: add("handlers/orders/more.go", "package orders\n\nconst context = 1\n"), want: "handlers/orders has a context already"},
		{feature: "orders", name: "x", shape: true, kind: "import", want: "handlers/orders/orders.go:7: Deps has no field of type ports.Files, through which a task of kind import works"},
		{feature: "orders", name: "x", shape: true, with: replace("handlers/orders/orders.go", "Register", "register"), want: "no func Register(r *runner.Registry[Deps]) in handlers/orders, to register the task in"},
		{feature: "orders", name: "x", shape: true, with: replace("handlers/orders/orders.go", "[Deps]", "[*Deps]"), want: "handlers/orders/orders.go:11: Register takes a registry of *Deps, and no exported type of its package"},
		{feature: "orders", name: "x", shape: true, with: replace("handlers/orders/orders.go", ") { ", `) { _ = "orders.x"; `), want: "handlers/orders/orders.go:11 registers orders.x already, and features/orders/tasks.yaml has no task of that name"},
		{feature: "orders", name: "x", shape: true, with: replace("handlers/orders/orders.go", "func show()", "func  show()"), want: "handlers/orders/orders.go is not as gofmt writes it"},
		{feature: "orders", name: "x", shape: true, with: func(f fstest.MapFS) {
			f["handlers/orders/orders.go"].Data = bytes.ReplaceAll(f["handlers/orders/orders.go"].Data, []byte("\n"), []byte("\r\n"))
		}, want: "handlers/orders/orders.go has Windows line ends, and gofmt writes none"},
		{feature: "orders", name: "x", shape: true, with: replace("handlers/orders/orders.go", "show) }", "show); panic(1) }"), want: "handlers/orders/orders.go:11: nothing behind this line is ever reached"},
		{feature: "orders", name: "x", shape: true, with: replace("handlers/orders/orders.go", "show) }", "show); for { } }"), want: "handlers/orders/orders.go:11: nothing behind this line is ever reached"},
		{feature: "stock", name: "x", shape: true, with: func(f fstest.MapFS) {
			f["features/stock"] = &fstest.MapFile{Data: []byte("../../elsewhere"), Mode: fs.ModeSymlink | 0o777}
		}, want: "features/stock is a link out of the module, or to nothing"},
		{feature: "orders", name: "show", shape: true, with: replace("handlers/orders/orders.go", `"orders.show"`, `"orders.shown"`), want: "features/orders/tasks.yaml:3:9 has orders.show, and nothing in handlers/orders registers orders.show"},
		{feature: "orders", name: "show", shape: true, with: replace("handlers/orders/orders.go", "func show() {}", ""), want: "features/orders/tasks.yaml:3:9 has orders.show, handlers/orders registers it, and there is no show"},
		{feature: "orders", name: "x", shape: true, with: replace("handlers/orders/orders.go", "package", "packet"), want: "handlers/orders/orders.go:1:1: expected 'package', found packet"},
		{feature: "orders", name: "x", shape: true, with: func(f fstest.MapFS) {
			f["shared.go"] = f["handlers/orders/orders.go"]
			f["handlers/orders/orders.go"] = &fstest.MapFile{Data: []byte("../../shared.go"), Mode: fs.ModeSymlink | 0o777}
		}, want: "handlers/orders/orders.go is no regular file"},
		{feature: "stock", name: "x", shape: true, with: replace("handlers/handlers.go", "Register(reg", "Mount(reg"), want: "no func Register(r *runner.Registry[*App]) in handlers, to mount a feature in"},
		{feature: "stock", name: "x", shape: true, with: func(f fstest.MapFS) { delete(f, "handlers/handlers.go") }, want: "cannot read handlers/handlers.go: open handlers/handlers.go: file does not exist"},
		{feature: "stock", name: "x", shape: true, with: func(f fstest.MapFS) { delete(f, "go.mod") }, want: "cannot read go.mod: open go.mod: file does not exist"},
		{feature: "stock", name: "x", shape: true, with: add("go.mod", "go 1.26\n"), want: "go.mod names no module"},
	} {
		fsys := app()
		if test.with != nil {
			test.with(fsys)
		}
		p, err := module(t, fsys).Task(Task{Feature: test.feature, Name: test.name, Kind: Kind(test.kind)})
		var refusal *Refusal
		var shape *ShapeError
		if err == nil || err.Error() != test.want || errors.As(err, &shape) != test.shape || errors.As(err, &refusal) == test.shape || len(p.Changes) > 0 {
			t.Errorf("%s/%s: got %v (%T), %d changes; want %s", test.feature, test.name, err, err, len(p.Changes), test.want)
		}
	}
}

// What works inside a transaction is tested with interrupted runs, which open the
// feature again and again. A package whose tests have a function for that which was
// made before there were any is left as it is.
func TestInterruptedRuns(t *testing.T) {
	t.Parallel()
	const older = "package orders_test\n\nfunc inMemory() {}\n"
	for _, test := range []struct {
		kind   Kind
		helper string // in a test file of the package
		want   string // the input of the trials; "": there are none
	}{
		{KindTx, "", `{"dryRun": false}`},
		{KindBatches, "", `{"to": 5, "dryRun": false}`},
		{KindImport, "", `{"file": "rows.csv", "dryRun": false}`},
		{KindOnce, "", ""},
		{KindExport, "", ""},
		{KindBatches, older, ""},
		{KindBatches, older + "\nfunc world() {}\n", `{"to": 5, "dryRun": false}`},
	} {
		fsys := app()
		fsys["handlers/orders/orders.go"].Data = []byte(strings.NewReplacer(
			`import "github.com/beignet-go/beignet/runner"`, "import (\n\t\"github.com/beignet-go/beignet/ports\"\n\t\"github.com/beignet-go/beignet/runner\"\n)",
			"Deps struct{ Orders Store }", "Deps struct{ Files ports.Files }",
		).Replace(string(fsys["handlers/orders/orders.go"].Data)))
		if test.helper != "" {
			fsys["handlers/orders/memory_test.go"] = &fstest.MapFile{Data: []byte(test.helper), Mode: 0o644}
		}
		p, err := module(t, fsys).Task(Task{Feature: "orders", Name: "sweep", Kind: test.kind})
		if err != nil {
			t.Fatal(err)
		}
		got := texts(p)
		trials := got["handlers/orders/sweep_test.go"]
		if strings.Contains(trials, "runnertest.Chaos(") != (test.want != "") || !strings.Contains(trials, test.want) {
			t.Errorf("%s beside %q:\n%s", test.kind, test.helper, trials)
		}
		if _, made := got["handlers/orders/memory_test.go"]; made != (test.helper == "") {
			t.Errorf("%s beside %q: %t", test.kind, test.helper, made)
		}
		wantFormatted(t, got)
	}
}
