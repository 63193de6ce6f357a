package manifest

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

const docs = "../docs/manifest.md"

// The tables of docs/manifest.md are what the types say. UPDATE_SCHEMAS=1 writes them.
func TestDocsAreCurrent(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	ss := newShapes()
	tables := map[string]string{}
	for of := range ss {
		if len(ss[of].fields) > 0 {
			tables[of.Name()] = keyTable(ss, of)
		}
	}
	marked := regexp.MustCompile(`(?s)(<!-- keys: (\w+) -->\n).*?(<!-- end -->)`)
	want := marked.ReplaceAllStringFunc(string(text), func(found string) string {
		part := marked.FindStringSubmatch(found)
		table := tables[part[2]]
		delete(tables, part[2])
		return part[1] + table + part[3]
	})
	for of := range tables {
		t.Errorf("%s has no table of %s", docs, of)
	}
	current(t, docs, want)
}

func keyTable(ss shapes, of reflect.Type) string {
	var b strings.Builder
	b.WriteString("| key | value | |\n|---|---|---|\n")
	for _, f := range ss[of].fields {
		in := of.Field(f.index)
		key, about := "`"+f.key+"`", in.Tag.Get("doc")
		if f.is("required") {
			key = "**" + key + "**"
		}
		if f.preset != "" {
			about += " Without it `" + f.preset + "`."
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", key, valueName(in.Type, &f), about)
	}
	return b.String()
}

// valueName says what can be written as the value of a key.
func valueName(of reflect.Type, f *field) string {
	switch {
	case of == reflect.TypeFor[time.Duration]():
		return "a duration"
	case of == reflect.TypeFor[*MaxFailures](), of == reflect.TypeFor[*MaxChanges]():
		return "a number or a share"
	case of == reflect.TypeFor[Schema]():
		return "a schema"
	case f.is("keyed"):
		return "a mapping of names to mappings"
	case f.is("or-one"):
		return "a string or a list"
	case of == reflect.TypeFor[[]byte](), of.Kind() == reflect.Struct:
		return "a mapping"
	case of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.Struct:
		return "a list of mappings"
	case of.Kind() == reflect.Slice:
		return "a list of names"
	case f.enum != nil:
		return "`" + strings.Join(f.enum, "`, `") + "`"
	case f.is("name"), f.is("dotted"):
		return "a name"
	case of.Kind() == reflect.Bool:
		return "`true` or `false`"
	case of.Kind() == reflect.Int:
		return fmt.Sprintf("%d to %d", f.min, f.max)
	case f.is("text"):
		return "text"
	}
	return "a line of text"
}

// What docs/manifest.md shows is a module without a problem, of which an editor
// finds none either.
func TestDocsExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n# (\\S+\\.yaml)\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	var shown []string
	for _, block := range blocks {
		shown = append(shown, block[1], block[2])
	}
	if len(shown) != 4 {
		t.Fatalf("examples: %q", shown)
	}
	m, found := Load(files(shown...), "beignet.yaml")
	if len(found) > 0 || !schemasSound(m) || len(m.Features) != 1 {
		t.Errorf("%+v\n%s", m.Features, found)
	}
	schemas := compileSchemas(t)
	if err := errors.Join(refuses(schemas.module, shown[1]), refuses(schemas.feature, shown[3])); err != nil {
		t.Error(err)
	}
}
