package manifest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const newTask = `name: issues.new
description: "New: a task."
handler: issues.new
effect: write
input:
  type: object
  properties:
    tags: { type: array, items: { type: string } }

    on: { type: boolean, default: true }
`

// What is inserted, between « and », for each way to write a list.
func TestInsertTask(t *testing.T) {
	t.Parallel()
	const name = "name: issues.new\n"
	for _, test := range []struct{ name, want string }{
		{"indented", "feature: issues\ntasks:\n  - name: issues.a\n    effect: read«\n\n  - name: issues.new»\n"},
		{"not indented", "feature: issues\ntasks:\n- name: issues.a\n  effect: read«\n\n- name: issues.new»\n"},
		{"wide", "feature: issues\ntasks:\n    -   name: issues.a\n        effect: read«\n\n    -   name: issues.new»\n"},
		{"dash on its own line", "tasks:\n  -\n    name: issues.a«\n\n  - name: issues.new»\n"},
		{"no blank lines between", "tasks:\n  - name: issues.a\n  - name: issues.b«\n  - name: issues.new»\n"},
		{"blank lines between", "tasks:\n  - name: issues.a\n\n  # Why b.\n  - name: issues.b«\n\n  - name: issues.new»\n"},
		{"no line end", "tasks:\n  - name: issues.a«\n\n  - name: issues.new»"},
		{"CRLF", "tasks:\r\n  - name: issues.a«\r\n\r\n  - name: issues.new»\r\n# end\r\n"},
		{"CRLF without a line end", "tasks:\r\n  - name: issues.a«\r\n\r\n  - name: issues.new»"},
		{"BOM", "\ufefftasks:\n  - name: ié«\n\n  - name: issues.new»\n"},
		{"a key after it", "tasks:\n  - name: issues.a«\n\n  - name: issues.new»\n\n# The feature.\nfeature: issues\n"},
		{"comments after it", "tasks:\n  - name: issues.a # a\n    # timeout: 30m«\n\n  - name: issues.new»\n  # - name: issues.b\n# end\n\n"},
		{"a document", "# head\n---\ntasks:\n  - name: issues.a«\n\n  - name: issues.new»\n...\n# tail\n"},
		{"an open text", "tasks:\n  - name: issues.a\n    help: |\n      a\n\n      # b«\n\n  - name: issues.new»\n\n"},
		{"a text that keeps its blank lines", "tasks:\n  - name: issues.a\n    help: |+\n      a«\n\n  - name: issues.new»\n\n"},
		{"a text that keeps no blank line", "tasks:\n  - name: issues.a\n    help: |+\n      a«\n  - name: issues.new»\n"},
		{"a text that keeps two blank lines", "tasks:\n  - name: issues.a\n    help: |+\n      a\n\n«\n  - name: issues.new»\n"},
		{"a text that keeps two blank lines before a key", "tasks:\n  - name: issues.a\n    help: |+\n      a\n«\n\n  - name: issues.new»\n\nfeature: issues\n"},
		{"absent", "feature: issues«\ntasks:\n  - name: issues.new»\n"},
		{"absent before comments", "feature: issues # i\n# none yet«\ntasks:\n  - name: issues.new»\n\n"},
		{"absent in an indented file", "  feature: issues«\n  tasks:\n    - name: issues.new»\n"},
		{"empty", "tasks: «\n  - name: issues.new»\nfeature: issues\n"},
		{"empty with a comment", "feature: issues\ntasks: # none yet«\n  - name: issues.new»\n"},
		{"empty brackets", "tasks: [«{ name: issues.new }»]\n"},
		{"empty brackets with a blank", "tasks: [«{ name: issues.new }» ] # none\n"},
		{"brackets", "tasks: [{ name: issues.a }«, { name: issues.new }»]\n"},
		{"brackets over lines", "tasks: [\n  { name: issues.a },\n  { name: issues.b }«,\n  { name: issues.new }»\n]\n"},
		{"a comma at the end", "tasks: [\n  { name: issues.a },«\n  { name: issues.new },»\n]\n"},
		{"brackets and a comment", "tasks: [\n  { name: issues.a } # a\n«,\n  { name: issues.new }»]\n"},
		{"braces", "{ feature: issues, tasks: [«{ name: issues.new }»] }\n"},
	} {
		text, want := cut(test.want)
		got, err := InsertTask("f.yaml", []byte(text), []byte(name))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		same(t, test.name, string(got), want)
	}
}

// cut parts a text with marks into the text before the insertion and after it.
func cut(marked string) (before, after string) {
	from, rest, _ := strings.Cut(marked, "«")
	added, to, _ := strings.Cut(rest, "»")
	return from + to, from + added + to
}

func TestInsertTaskWhole(t *testing.T) {
	t.Parallel()
	got, err := InsertTask("f.yaml", []byte(sound()), []byte(newTask))
	same(t, "error", err, nil)
	same(t, "block", string(got), sound()+"\n  - "+strings.ReplaceAll(strings.TrimSuffix(strings.ReplaceAll(newTask, "\n", "\n    "), "    "), "\n    \n", "\n\n"))
	got, err = InsertTask("f.yaml", []byte("feature: issues\ntasks: []\n"), []byte(newTask))
	same(t, "error", err, nil)
	same(t, "brackets", string(got), "feature: issues\n"+`tasks: [{ name: issues.new, description: "New: a task.", handler: issues.new, effect: write, `+
		`input: { type: object, properties: { tags: { type: array, items: { type: string } }, on: { type: boolean, default: true } } } }]`+"\n")
	if _, found := oneFeature(string(got)); len(found) > 0 {
		t.Error(found)
	}
}

func TestInsertFeature(t *testing.T) {
	t.Parallel()
	for _, marked := range []string{
		"name: app\nfeatures:\n  - features/a/tasks.yaml«\n  - features/b/tasks.yaml»\n",
		"name: app\nfeatures:\n  - a.yaml\n\n  - c.yaml«\n\n  - features/b/tasks.yaml»\nenvironments: {}\n",
		"features:\n  - features/*/tasks.yaml\n",
		"features: ./features/?/*.yaml\n",
		"name: app\nfeatures: [a.yaml«, features/b/tasks.yaml»]\n",
		"name: app\nfeatures:«\n  - features/b/tasks.yaml\n  -» features/[ac]/tasks.yaml # globs\nenvironments: {}\n",
		"name: app«\nfeatures:\n  - features/b/tasks.yaml»\n",
	} {
		text, want := cut(marked)
		got, err := InsertFeature("beignet.yaml", []byte(text), "features/b/tasks.yaml")
		same(t, text, err, nil)
		same(t, text, string(got), want)
	}
	got, err := InsertFeature("beignet.yaml", []byte("features: []\n"), "a: b")
	same(t, "quoted", err, nil)
	same(t, "quoted", string(got), "features: [\"a: b\"]\n")
}

// Where nothing can be inserted, the file is not touched and the place is told.
func TestInsertRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"tasks: &t\n  - name: a\nmore: *t\n", "1:1 unsupported-yaml: nothing can be added to tasks here: what an anchor shares would change elsewhere too; write the list out, without an anchor\n"},
		{"more: &t\n  - name: a\ntasks: *t\n", "3:1 unsupported-yaml: nothing can be added to tasks here: what an anchor shares would change elsewhere too; write the list out, without an anchor\n"},
		{"base: &b { tasks: [{ name: a }] }\n<<: *b\n", "unsupported-yaml"},
		{"{ feature: issues }\n", "unsupported-yaml"},
		{"tasks: null\n", "1:1 unsupported-yaml: nothing can be added to tasks as it is written here; write it as a list in block style, with a line for each item's dash\n"},
		{"tasks: { a: b }\n", "1:1 unsupported-yaml"},
		{"tasks: 1\n", "1:1 unsupported-yaml"},
		{"tasks:\n  - name: a\n    help: |\n      b", "1:1 unsupported-yaml: nothing can be added to tasks here: a line behind it would give its last text a line end; end the last line of the file\n"},
		{"a: 1\na: 2\n", "2:1 duplicate-key"},
		{"- a\n", "1:1 wrong-type"},
		{"a: [\n", "syntax"},
		{"", "empty-file"},
	} {
		got, err := InsertTask("f.yaml", []byte(test.text), []byte("name: b\n"))
		var found Diagnostics
		if ok := err != nil && asDiagnostics(err, &found); !ok || got != nil || !strings.Contains(headlines(found), test.want) {
			t.Errorf("%q: got %q, %v, want %s", test.text, got, headlines(found), test.want)
		}
	}
}

func asDiagnostics(err error, found *Diagnostics) (ok bool) {
	*found, ok = err.(Diagnostics)
	return ok
}

// FuzzInsert makes random edits of feature files, and inserts into what still is
// one: the result can be read, and differs by the insertion alone.
func FuzzInsert(f *testing.F) {
	for _, seed := range []string{
		sound(), wholeFeature, wholeModule, "tasks: []\n", "a: b\n", "tasks:\n", "tasks: [{a: b}, # c\n]\n", "tasks: &a [1]\nb: *a\n",
		"---\ntasks:\n- a\n...\n", "\ufefftasks:\r\n- |+\r\n  a\r\n\r\n", "tasks:\n  - a: >\n      b\n      # c", "tasks:\n  - a: |+\n      b\n\n\nc: d\n", "features: a\n", "features: [a, 'b']\n",
	} {
		f.Add(seed, 0, 0, "")
		f.Add(seed, 20, 3, "\n")
	}
	f.Fuzz(func(t *testing.T, text string, at, drop int, put string) {
		if len(text) > 0 {
			at = int(uint(at) % uint(len(text)))
			drop = min(int(uint(drop)%8), len(text)-at)
			text = text[:at] + put + text[at+drop:]
		}
		if got, err := InsertTask("f.yaml", []byte(text), []byte(newTask)); err == nil {
			checkInserted(t, text, string(got), "tasks", newTask)
		}
		if got, err := InsertFeature("f.yaml", []byte(text), "features/b/tasks.yaml"); err == nil && string(got) != text {
			checkInserted(t, text, string(got), "features", "features/b/tasks.yaml")
		}
	})
}

func checkInserted(t *testing.T, before, after, key, item string) {
	head := 0
	for head < len(before) && before[head] == after[head] {
		head++
	}
	if len(after) <= len(before) || !strings.HasSuffix(after, before[head:]) {
		t.Fatalf("more than an insertion:\n%q\n%q", before, after)
	}
	was, is := asMap(t, before), asMap(t, after)
	list, ok := was[key].([]any)
	if !ok && was[key] != nil {
		list = []any{was[key]}
	}
	added := asMap(t, "item: "+strings.ReplaceAll("\n"+item, "\n", "\n  "))["item"]
	want := append(list, added)
	if !ok && was[key] != nil {
		want = []any{added, was[key]}
	}
	if !reflect.DeepEqual(is[key], want) {
		t.Fatalf("%s is %v, want %v", key, is[key], want)
	}
	delete(was, key)
	delete(is, key)
	if !reflect.DeepEqual(is, was) {
		t.Fatalf("the rest is %v, want %v", is, was)
	}
}

// asMap reads YAML by the decoder of a schema.
func asMap(t *testing.T, text string) map[string]any {
	src := newSource("f.yaml", normalize([]byte(text)))
	doc, found := parse(src)
	if len(found) > 0 {
		t.Fatal(found)
	}
	w := jsonWriter{decoder: &decoder{src: src, targets: doc.targets}}
	w.value(member{value: doc.root})
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(w.json))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}
