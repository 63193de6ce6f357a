package manifest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
)

// FuzzLoad holds whatever a file says to the package's promises: an answer within
// bounded time, sorted and printable diagnostics at places that exist, and data that
// is whole, and is what the schemas describe, where there are none.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{
		"", "---\n", "# a\n", "\ufeff", "a: 010\n", bomb(), wholeModule, wholeFeature, sound(), strings.Repeat("[", 300),
		"a: \"\\u12\"\nb: \"x\ty\"\n", "a: |\n  x\n\n\n", "<<: *a\n", "a: &a [*a]\n", "? a\n: b\n", "a: {b, c: }\n", "%YAML 1.2\n---\n", "a: !!str b\n",
		"\ta: b\n", "a: 'b\r\n c'\r\n", "key:\n}", "- - - a\n- b:\n", sound("input:") + "      a: { x: [1, {}] }\n",
	} {
		f.Add(seed)
	}
	schemas := compileSchemas(f)
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		m, found := Load(files("beignet.yaml", text, "f.yaml", text, "g/beignet.yaml", "name: app\nfeatures: [f.yaml]\n", "g/f.yaml", text), "g/beignet.yaml")
		top, topFound := Load(files("beignet.yaml", text, "f.yaml", text, "features/issues/tasks.yaml", text), "beignet.yaml")
		if took := time.Since(start); took > 10*time.Second {
			t.Fatalf("took %v", took)
		}
		checkReport(t, found)
		checkReport(t, topFound)
		checkManifest(t, m, found)
		checkManifest(t, top, topFound)
		if err := errors.Join(accepts(schemas.feature, text, m, found), accepts(schemas.module, text, top, topFound)); err != nil {
			t.Fatal(err)
		}
	})
}

func checkReport(t *testing.T, found Diagnostics) {
	for i, d := range found {
		if d.Code == "" || d.Message == "" || d.File == "" {
			t.Fatalf("incomplete: %+v", d)
		}
		if d.Line > 0 && (d.Column < 1 || d.Column > len([]rune(d.Source))+1) {
			t.Fatalf("not on its line: %+v", d)
		}
		if i > 0 && !(d.File > found[i-1].File || d.File == found[i-1].File && (d.Line > found[i-1].Line || d.Line == found[i-1].Line && d.Column >= found[i-1].Column)) {
			t.Fatalf("not sorted: %v after %v", d.Position, found[i-1].Position)
		}
	}
	for _, r := range found.String() {
		if r != '\n' && !unicode.IsGraphic(r) {
			t.Fatalf("%U reaches the terminal: %q", r, found.String())
		}
	}
}

func checkManifest(t *testing.T, m *Manifest, found Diagnostics) {
	if m == nil {
		t.Fatal("no manifest")
	}
	for task := range m.Tasks() {
		if task.Name == "" || task.NameAt.Line == 0 || len(task.Aliases) != len(task.AliasesAt) {
			t.Fatalf("incomplete: %+v", task)
		}
		if !json.Valid(task.Input.JSON) || task.Output.JSON != nil && !json.Valid(task.Output.JSON) {
			t.Fatalf("not JSON: %s %s", task.Input.JSON, task.Output.JSON)
		}
		if at := task.Input.At("/a/0"); at.Line == 0 {
			t.Fatalf("no place: %+v", at)
		}
		if len(found) > 0 {
			continue
		}
		if task.Description == "" || task.Handler == "" || task.Effect == "" || task.OnError == "" || task.Tenant == "" || !strings.HasPrefix(task.Name, task.Feature+".") {
			t.Fatalf("sound, and yet: %+v", task)
		}
	}
}
