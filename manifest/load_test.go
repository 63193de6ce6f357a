package manifest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// files makes a file system of paths and texts by turns.
func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

// oneFeature loads a module whose only feature file is text, at f.yaml.
func oneFeature(text string) (*Manifest, Diagnostics) {
	return Load(files("beignet.yaml", "name: app\nfeatures: [f.yaml]\n", "f.yaml", text), "beignet.yaml")
}

// sound is a feature file with one task of the least keys, and more keys for it.
func sound(more ...string) string {
	text := "feature: issues\ntasks:\n  - name: issues.search\n    description: Search.\n    handler: issues.search\n    effect: read\n"
	for _, line := range more {
		text += "    " + line + "\n"
	}
	return text
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

const wholeModule = `# the module
name: beignet
features:
  - features/*/tasks.yaml
environments:
  production: { protected: true, database: $DATABASE_URL, state: $BEIGNET_STATE_URL, expect: { database: orders } }
  local: {}
`

const wholeFeature = `feature: issues
tasks:
  - name: issues.backfill-search          # literal and greppable
    description: >
      Backfill the issues
      search index.
    help: |
      Long.

      	Text.
    handler: issues.backfill
    effect: write
    aliases: [issues.reindex, reindex]
    deprecated: "use issues.index"
    timeout: 30m
    batch: { size: 1000 }
    onError: skip
    maxFailures: 5%
    tenant: required
    lock: [table:issues, "import:{{source}}"]
    input:
      type: object
      properties:
        dryRun: { type: boolean, default: true }
    output: { type: object }
    examples:
      - description: Look first.
        input: { dryRun: true }
      - {}
  - name: issues.search
    description: Search.
    handler: issues.search
    effect: read
    lock: none
`

func TestLoad(t *testing.T) {
	t.Parallel()
	m, found := Load(files("sub/beignet.yaml", wholeModule, "sub/features/issues/tasks.yaml", wholeFeature), "sub/beignet.yaml")
	if found != nil {
		t.Fatal(found.String())
	}
	at := func(line, column, width int) Position {
		return Position{"sub/features/issues/tasks.yaml", line, column, width}
	}
	same(t, "environments", m.Environments, []Environment{
		{Name: "production", Protected: true, Database: "$DATABASE_URL", State: "$BEIGNET_STATE_URL", Expect: Expect{"orders"}, At: Position{"sub/beignet.yaml", 6, 3, 10}},
		{Name: "local", At: Position{"sub/beignet.yaml", 7, 3, 5}},
	})
	same(t, "module", []string{m.Name, m.File, m.Features[0].Name, m.Features[0].File}, []string{"beignet", "sub/beignet.yaml", "issues", "sub/features/issues/tasks.yaml"})
	same(t, "feature", m.Features[0].NameAt, at(1, 10, 6))

	full, short := m.Features[0].Tasks[0], m.Features[0].Tasks[1]
	same(t, "input", string(full.Input.JSON), `{"type":"object","properties":{"dryRun":{"type":"boolean","default":true}}}`)
	same(t, "output", string(full.Output.JSON), `{"type":"object"}`)
	same(t, "no input", string(short.Input.JSON), `{"type":"object"}`)
	same(t, "place of no input", short.Input.At("/properties/x"), short.NameAt)
	same(t, "no output", short.Output.JSON, []byte(nil))
	full.Input, full.Output, short.Input = Schema{}, Schema{}, Schema{}
	same(t, "task", full, Task{
		Name: "issues.backfill-search", Feature: "issues", Description: "Backfill the issues search index.", Help: "Long.\n\n\tText.",
		Handler: "issues.backfill", Effect: EffectWrite, Aliases: []string{"issues.reindex", "reindex"}, Deprecated: "use issues.index",
		Timeout: 30 * time.Minute, Batch: Batch{Size: 1000}, OnError: OnErrorSkip, MaxFailures: &MaxFailures{Share: .05}, Tenant: TenantRequired,
		Lock: []string{"table:issues", "import:{{source}}"},
		Examples: []Example{
			{Description: "Look first.", Input: []byte(`{"dryRun":true}`), At: at(27, 9, 11)},
			{Input: []byte(`{}`), At: at(29, 9, 1)},
		},
		NameAt: at(3, 11, 22), HandlerAt: at(11, 14, 15), AliasesAt: []Position{at(13, 15, 14), at(13, 31, 7)},
		BatchAt: at(16, 5, 5), OnErrorAt: at(17, 14, 4), MaxFailuresAt: at(18, 18, 2), LockAt: at(20, 5, 4),
	})
	same(t, "task by default", short, Task{
		Name: "issues.search", Feature: "issues", Description: "Search.", Handler: "issues.search", Effect: EffectRead,
		OnError: OnErrorStop, Tenant: TenantOptional, Lock: []string{"none"},
		NameAt: at(30, 11, 13), HandlerAt: at(32, 14, 13), LockAt: at(34, 11, 4),
	})
}

func TestFind(t *testing.T) {
	t.Parallel()
	m, _ := Load(files("beignet.yaml", wholeModule, "features/issues/tasks.yaml", wholeFeature), "beignet.yaml")
	first, second := &m.Features[0].Tasks[0], &m.Features[0].Tasks[1]
	for name, want := range map[string]*Task{"issues.backfill-search": first, "reindex": first, "issues.search": second, "issues.serch": nil, "": nil} {
		if got, ok := m.Task(name); got != want || ok != (want != nil) {
			t.Errorf("Task(%q) = %v, %v", name, got, ok)
		}
	}
	if got := slices.Collect(m.Tasks()); !slices.Equal(got, []*Task{first, second}) {
		t.Errorf("Tasks: %v", got)
	}
	for range m.Tasks() {
		break // must not go on
	}
}

func TestDiagnostic(t *testing.T) {
	t.Parallel()
	m, _ := oneFeature(sound())
	task, _ := m.Task("issues.search")
	got := m.Diagnostic(task.HandlerAt, "unknown-handler", "no handler issues.search", "did you mean \x1b[31missues.serch?")
	same(t, "diagnostic", got, Diagnostic{
		Position: Position{"f.yaml", 5, 14, 13}, Code: "unknown-handler", Message: "no handler issues.search",
		Hint: `did you mean \x1b[31missues.serch?`, Source: "    handler: issues.search",
	})
	same(t, "of no file", m.Diagnostic(Position{File: "x"}, "c", "m", ""), Diagnostic{Position: Position{File: "x"}, Code: "c", Message: "m"})
}

// A manifest that is not there, or is broken, is still a manifest.
func TestLoadAlwaysBoth(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":            "beignet.yaml:1:1: the file is empty\n",
		"- a\n":       "beignet.yaml:1:1: the file must be a mapping, not a list\n  1 | - a\n    | ^\n",
		"name: app\n": "beignet.yaml:1:1: missing key features\n  1 | name: app\n    | ^~~~\n",
	} {
		m, found := Load(files("beignet.yaml", text), "beignet.yaml")
		same(t, text, found.String(), want)
		same(t, text, []any{m.File, len(m.Features)}, []any{"beignet.yaml", 0})
	}
	for _, name := range []string{"beignet.yaml", "../beignet.yaml", "/beignet.yaml", ""} {
		m, found := Load(files(), name)
		if m == nil || len(found) != 1 || found[0].Code != CodeUnreadable || !strings.Contains(found.String(), "cannot read "+name) {
			t.Errorf("%q: %v", name, found)
		}
	}
}
