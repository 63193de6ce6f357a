package manifest

import (
	"strings"
	"testing"
)

// badFile is a feature file for a row of bad-input.md, and the whole report, after
// an empty line.
type badFile struct{ row, text, want string }

func checkBadFiles(t *testing.T, tests []badFile) {
	t.Parallel()
	for _, test := range tests {
		t.Run(test.row, func(t *testing.T) {
			t.Parallel()
			_, found := oneFeature(test.text)
			same(t, "report", found.String(), test.want[1:])
		})
	}
}

var badStructure = []badFile{
	{"18 unknown key", sound("timout: 30m", "x-note: a"), `
f.yaml:7:5: unknown key timout; did you mean timeout?
  7 |     timout: 30m
    |     ^~~~~~
f.yaml:8:5: unknown key x-note; known here: name, description, help, handler, effect, aliases, deprecated, timeout, batch, throttle, onError, maxFailures, maxChanges, tenant, lock, input, output, examples
  8 |     x-note: a
    |     ^~~~~~
`},
	{"19 duplicate key", sound("effect: write", `"name": b`, "input: { a: 1, 'a': 2 }"), `
f.yaml:7:5: duplicate key effect; the first one is in line 6
  7 |     effect: write
    |     ^~~~~~
f.yaml:8:5: duplicate key name; the first one is in line 3
  8 |     "name": b
    |     ^~~~~~
f.yaml:9:20: duplicate key a; the first one is in line 9
  9 |     input: { a: 1, 'a': 2 }
    |                    ^~~
`},
	{"20 second document", "---\n" + sound() + "---\nfeature: other\n", `
f.yaml:8:1: a second document; one file holds one: make another file of it
  8 | ---
    | ^~~
`},
	{"20 second document, the first one empty", "---\n---\n" + sound(), `
f.yaml:2:1: a second document; one file holds one: make another file of it
  2 | ---
    | ^~~
`},
	{"20 second document after an end", sound() + "...\nfeature: other\n", `
f.yaml:8:1: text after the end of the document; take out the ... above it
  8 | feature: other
    | ^~~~~~~
`},
	{"21 empty file", "", "\nf.yaml:1:1: the file is empty\n"},
	{"21 only comments", "# feature: a\n\n# tasks\n", "\nf.yaml:1:1: the file is empty\n  1 | # feature: a\n    | ^\n"},
	{"22 alias bomb", bomb(), `
f.yaml:1:1: the aliases of this file expand it beyond 1048576 bytes or 100 levels; write it out in several files
  1 | a: &a [x,x,x,x,x,x,x,x,x]
    | ^
`},
	{"23 200,000 brackets", strings.Repeat("[", 200_000), `
f.yaml:1:101: nested over 100 levels deep
  1 | …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…
    |                                                              ^
`},
	{"23 over 1 MiB", sound() + strings.Repeat("#\n", 1<<19), "\nf.yaml: over 1048576 bytes; split the file\n"},
}

func TestBadInputStructure(t *testing.T) { checkBadFiles(t, badStructure) }

var badText = []badFile{
	{"24 NUL", sound("help: a\x00b"), `
f.yaml:7:12: control character U+0000; write it as an escape within double quotes, or take it out
  7 |     help: a\x00b
    |            ^~~~
`},
	{"24 invalid UTF-8", sound("help: é\xff"), `
f.yaml:7:12: the file is not UTF-8 here; save it as UTF-8
  7 |     help: é\xff
    |            ^~~~
`},
	{"25 BOM", "\ufeff" + sound(), "\n"},
	{"25 BOM, not at the start", sound("help: \ufeffa"), `
f.yaml:7:11: control character U+FEFF; write it as an escape within double quotes, or take it out
  7 |     help: \ufeffa
    |           ^~~~~~
`},
	{"26 tab indent", "feature: a\ntasks:\n\t- name: a.b\n", `
f.yaml:3:1: a tab in the indentation; indent with spaces
  3 |  - name: a.b
    | ^
`},
	{"26 tab indent after spaces", "feature: a\ntasks:\n  \t- name: a.b\n", `
f.yaml:3:3: a tab in the indentation; indent with spaces
  3 |    - name: a.b
    |   ^
`},
	{"27 custom tag", sound("help: !!python/object a"), `
f.yaml:7:11: a tag; write the value without it; quotes make a string
  7 |     help: !!python/object a
    |           ^~~~~~~~~~~~~~~
`},
	{"32 duplicate task name", sound() + strings.TrimPrefix(sound(), "feature: issues\ntasks:\n"), `
f.yaml:7:11: task issues.search is already taken at f.yaml:3:11
  7 |   - name: issues.search
    |           ^~~~~~~~~~~~~
`},
	{"37 bidi in a name", "feature: \"a\\u202eb\"\n", `
f.yaml:1:10: feature holds U+202E; take it out
  1 | feature: "a\u202eb"
    |          ^
`},
	{"37 control and bidi in what people read", sound(`help: "a\eb"`, "deprecated: a\u2066b", `input: { "\a": 1, description: "\N", pattern: "\0" }`), `
f.yaml:7:11: help holds U+001B; take it out
  7 |     help: "a\eb"
    |           ^~~~~~
f.yaml:8:17: deprecated holds U+2066; take it out
  8 |     deprecated: a\u2066b
    |                 ^~~~~~~~
f.yaml:9:14: a key holds U+0007; take it out
  9 |     input: { "\a": 1, description: "\N", pattern: "\0" }
    |              ^~~~
f.yaml:9:36: description holds U+0085; take it out
  9 |     input: { "\a": 1, description: "\N", pattern: "\0" }
    |                                    ^~~~
`},
}

func TestBadInputText(t *testing.T) { checkBadFiles(t, badText) }

// bomb is nine levels of nine aliases: 320 bytes that would become 9^9 strings.
func bomb() string {
	text := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		text += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "]\n"
	}
	return text
}

// bad-input 40 and 32: one broken file hides no other, and everything is in one report.
func TestBadInput40(t *testing.T) {
	t.Parallel()
	m, found := Load(files(
		"beignet.yaml", "name: app\nfeatures: [f/*.yaml, missing.yaml]\nenvironment: {}\n",
		"f/a.yaml", sound("aliases: [old]"),
		"f/b.yaml", "feature: b\ntasks: [\n",
		"f/c.yaml", "feature: issues\ntasks:\n  - { name: issues.search, description: Again., handler: h, effect: reed }\n  - { name: c.new, description: New., handler: h, effect: read, aliases: [c.new, old] }\n",
		"f/d.yaml", strings.NewReplacer("issues", "d", "search", "ok").Replace(sound()),
	), "beignet.yaml")
	same(t, "report", found.String(), `beignet.yaml:2:22: no file matches missing.yaml
  2 | features: [f/*.yaml, missing.yaml]
    |                      ^~~~~~~~~~~~
beignet.yaml:3:1: unknown key environment; did you mean environments?
  3 | environment: {}
    | ^~~~~~~~~~~
f/b.yaml:2:8: sequence end token ']' not found
  2 | tasks: [
    |        ^
f/c.yaml:1:10: feature issues is already taken at f/a.yaml:1:10; put its tasks into one file
  1 | feature: issues
    |          ^~~~~~
f/c.yaml:3:13: task issues.search is already taken at f/a.yaml:3:11
  3 |   - { name: issues.search, description: Again., handler: h, effect: reed }
    |             ^~~~~~~~~~~~~
f/c.yaml:3:69: effect must be read, write or destructive, not reed; did you mean read?
  3 |   - { name: issues.search, description: Again., handler: h, effect: reed }
    |                                                                     ^~~~
f/c.yaml:4:13: task c.new must begin with issues.
  4 |   - { name: c.new, description: New., handler: h, effect: read, aliases: [c.new, old] }
    |             ^~~~~
f/c.yaml:4:75: alias c.new is already taken at f/c.yaml:4:13
  4 |   - { name: c.new, description: New., handler: h, effect: read, aliases: [c.new, old] }
    |                                                                           ^~~~~
f/c.yaml:4:82: alias old is already taken at f/a.yaml:7:15
  4 |   - { name: c.new, description: New., handler: h, effect: read, aliases: [c.new, old] }
    |                                                                                  ^~~
`)
	var names []string
	for task := range m.Tasks() {
		names = append(names, task.Name)
	}
	same(t, "tasks", names, []string{"issues.search", "issues.search", "c.new", "d.ok"})
	first, _ := m.Task("issues.search")
	same(t, "the first one stands", first.NameAt.File, "f/a.yaml")
}
