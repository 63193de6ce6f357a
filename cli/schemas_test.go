package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/runner"
)

// The schemas are what the types of the results say, and their comments.
// UPDATE_SCHEMAS=1 writes them.
func TestSchemasAreCurrent(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		result      any
		description string
	}{
		"list":         {listResult{}, "What task list --json prints."},
		"show":         {showResult{}, "What task show --json prints."},
		"run":          {runResult{}, "What task run, runs resume and runs wait print with --json, and any command that is refused under --json."},
		"runs-list":    {runsListResult{}, "What runs list --json prints."},
		"runs-show":    {runsShowResult{}, "What runs show --json prints."},
		"runs-cancel":  {runsCancelResult{}, "What runs cancel --json prints."},
		"runs-prune":   {runsPruneResult{}, "What runs prune --json prints."},
		"runs-tune":    {runsTuneResult{}, "What runs tune --json prints."},
		"locks":        {locksResult{}, "What locks --json prints."},
		"locks-break":  {locksBreakResult{}, "What locks break --json prints."},
		"state-init":   {stateInitResult{}, "What state init --json prints."},
		"check":        {checkResult{}, "What check --json prints."},
		"make":         {makeResult{}, "What make task --json and make feature --json print."},
		"version":      {versionResult{}, "What version --json prints."},
		"runs-failed":  {failedResult{}, "What runs show --failed --json prints."},
		"audit-list":   {auditListResult{}, "What audit list --json prints."},
		"audit-show":   {auditShowResult{}, "What audit show --json prints."},
		"audit-verify": {auditVerifyResult{}, "What audit verify --json prints, also where it finds a fault."},
		"audit-export": {auditExportResult{}, "What audit export --json prints where it writes a file."},
	} {
		file := "schemas/" + name + ".schema.json"
		want := schemaText(t, reflect.TypeOf(of.result), of.description)
		if os.Getenv("UPDATE_SCHEMAS") != "" {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is not what the types say (%v): run UPDATE_SCHEMAS=1 go test ./cli", file, err)
		}
	}
}

func schemaText(t *testing.T, root reflect.Type, description string) string {
	t.Helper()
	w := resultSchemas{source: readSource(t, ".", "../manifest", "../ports", "../runner", "../schema")}
	document := append(object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"description", description}}, w.object(root)...)
	if len(w.defs) > 0 {
		document = append(document, pair{"$defs", w.defs})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// resultSchemas writes what encoding/json does with a type as JSON Schema.
type resultSchemas struct {
	source source
	defs   object
}

// together are members of a result of which one brings the others.
func (w *resultSchemas) together(t reflect.Type) object {
	if t != reflect.TypeFor[runResult]() {
		return nil
	}
	_, progress := w.members(reflect.TypeFor[progressResult]())
	return object{{"dependentRequired", object{{"run", append([]string{"task"}, progress...)}, {"error", []string{"retryable"}}}}}
}

// closed are the members that have no type of their own to say what they can be.
func (w *resultSchemas) closed(member string) any {
	switch member {
	case "cli.errorResult.Code":
		return w.source.values["runner.Code"]
	case "cli.runResult.Status":
		return append(slices.Clone(w.source.values["ports.Status"]), "refused")
	case "cli.runsCancelResult.Effect":
		return []string{cancelAsked, cancelEnded, cancelNone}
	case "cli.makeResult.Status":
		return []string{"made", "there", "dry-run"}
	case "cli.changeResult.Change":
		return []string{"created", "changed"}
	case "cli.runResult.Exit":
		exits := []any{exitDone, exitTerminated}
		for _, code := range w.source.values["runner.Code"] {
			exits = append(exits, exitCode(runner.Code(code.(string))))
		}
		slices.SortFunc(exits, func(a, b any) int { return a.(int) - b.(int) })
		return slices.Compact(exits)
	}
	return nil
}

func (w *resultSchemas) object(t reflect.Type) object {
	properties, required := w.members(t)
	schema := object{{"type", "object"}, {"properties", properties}, {"required", required}}
	return append(schema, w.together(t)...)
}

// members are those of a struct and of what it embeds, and the names of those that
// are always there.
func (w *resultSchemas) members(t reflect.Type) (properties object, required []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		if f.Anonymous && !tagged {
			inner, must := w.members(deref(f.Type))
			properties = append(properties, inner...)
			if f.Type.Kind() != reflect.Pointer {
				required = append(required, must...)
			}
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		id := path.Base(t.PkgPath()) + "." + t.Name() + "." + f.Name
		schema := object{}
		if about := w.source.comments[id]; about != "" {
			schema = append(schema, pair{"description", about})
		}
		schema = append(schema, w.value(f.Type, options != "")...)
		switch values := w.closed(id); {
		case values != nil:
			schema = append(schema, pair{"enum", values})
		case f.Name == "SchemaVersion":
			schema = append(schema, pair{"const", schemaVersion})
		}
		properties = append(properties, pair{name, schema})
		if options == "" {
			required = append(required, name)
		}
	}
	return properties, required
}

func deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// value is the schema of a type. A pointer that is always written may be null.
func (w *resultSchemas) value(t reflect.Type, optional bool) object {
	if t == reflect.TypeFor[stagesResult]() {
		return object{{"type", "object"}, {"additionalProperties", object{{"type", "number"}}}}
	}
	simple := func(name string) object {
		if t.Kind() == reflect.Pointer && !optional {
			return object{{"type", []string{name, "null"}}}
		}
		return object{{"type", name}}
	}
	in := deref(t)
	switch in.Kind() {
	case reflect.Bool:
		return simple("boolean")
	case reflect.Int, reflect.Int64:
		return simple("integer")
	case reflect.Float64:
		return simple("number")
	case reflect.String:
		if in.PkgPath() == "" {
			return simple("string")
		}
		return append(simple("string"), pair{"enum", w.source.values[path.Base(in.PkgPath())+"."+in.Name()]})
	case reflect.Slice:
		if in.Elem().Kind() == reflect.Uint8 {
			return object{} // JSON of any type
		}
		return object{{"type", "array"}, {"items", w.value(in.Elem(), false)}}
	case reflect.Struct:
		name := strings.ToLower(strings.TrimSuffix(in.Name(), "Result"))
		if !slices.ContainsFunc(w.defs, func(p pair) bool { return p.name == name }) {
			at := len(w.defs)
			w.defs = append(w.defs, pair{name: name})
			w.defs[at].value = w.object(in)
		}
		return object{{"$ref", "#/$defs/" + name}}
	}
	panic("no schema for " + t.String())
}

// object is a JSON object in the order in which it is read.
type object []pair

type pair struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, p := range o {
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(append(append(name, ':'), value...))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
