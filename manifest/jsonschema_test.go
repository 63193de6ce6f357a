package manifest

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// The schemas are what the types say. UPDATE_SCHEMAS=1 writes them.
func TestSchemasAreCurrent(t *testing.T) {
	t.Parallel()
	current(t, "beignet.schema.json", schemaText(t, reflect.TypeFor[module](), "beignet.yaml: a program, its features and its environments."))
	current(t, "tasks.schema.json", schemaText(t, reflect.TypeFor[Feature](), "A feature file of beignet: what tasks there are."))
}

// current compares a generated file, or writes it.
func current(t *testing.T, file, want string) {
	t.Helper()
	if os.Getenv("UPDATE_SCHEMAS") != "" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%s is not what the types say (%v): run UPDATE_SCHEMAS=1 go test ./manifest", file, err)
	}
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

func schemaText(t *testing.T, root reflect.Type, description string) string {
	t.Helper()
	g := schemaWriter{shapes: newShapes()}
	document := append(object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"description", description}}, g.mapping(root)...)
	document = append(document, pair{"$defs", g.defs})
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// schemaWriter writes what the decoder does with a type as JSON Schema.
type schemaWriter struct {
	shapes shapes
	defs   object
}

// Patterns are within what RE2 and JavaScript share. The last line end of a block
// scalar means nothing, where a text is prose.
const (
	segmentPattern  = `[a-z0-9]+(-[a-z0-9]+)*`
	linePattern     = `^.+\n*$`
	durationPattern = `^\+?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$`
	sharePattern    = `^(100|[1-9]?[0-9])(\.[0-9]+)?%$`
)

// mapping is the schema of a struct's mapping.
func (g *schemaWriter) mapping(t reflect.Type) object {
	s := g.shapes[t]
	properties := object{}
	required := []string{}
	for i := range s.fields {
		f := &s.fields[i]
		in := t.Field(f.index)
		value := append(object{{"description", in.Tag.Get("doc")}}, g.value(in.Type, f)...)
		if f.preset != "" {
			value = append(value, pair{"default", f.preset})
		}
		properties = append(properties, pair{f.key, value})
		if f.is("required") {
			required = append(required, f.key)
		}
	}
	schema := object{{"type", "object"}, {"properties", properties}}
	if len(required) > 0 {
		schema = append(schema, pair{"required", required})
	}
	schema = append(schema, pair{"additionalProperties", false})
	if t == reflect.TypeFor[Task]() {
		schema = append(schema, skipRule...)
	}
	return schema
}

// skipRule is what complete checks.
var skipRule = object{
	{"if", object{{"properties", object{{"onError", object{{"const", OnErrorSkip}}}}}, {"required", []string{"onError"}}}},
	{"then", object{{"required", []string{"maxFailures"}}}},
	{"else", object{{"properties", object{{"maxFailures", false}}}}},
}

// value is the schema of the value of one key.
func (g *schemaWriter) value(t reflect.Type, f *field) object {
	if t.Kind() != reflect.Slice || t == reflect.TypeFor[[]byte]() {
		return g.one(t, f)
	}
	item := g.one(t.Elem(), f)
	switch {
	case f.is("keyed"):
		key := g.shapes[t.Elem()].key
		return object{{"type", "object"}, {"propertyNames", g.text(key)}, {"additionalProperties", item}}
	case f.is("or-one"): // the other keywords of the item say nothing about a list
		return append(object{{"type", []string{"string", "array"}}, {"items", item}}, item[1:]...)
	}
	return object{{"type", "array"}, {"items", item}}
}

func (g *schemaWriter) one(t reflect.Type, f *field) object {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return object{{"type", "string"}, {"pattern", durationPattern}, {"patternErrorMessage", "must be a duration such as 30m"}}
	case reflect.TypeFor[*MaxFailures](), reflect.TypeFor[*MaxChanges]():
		return object{
			{"type", []string{"integer", "string"}}, {"minimum", 0}, {"maximum", int64(1<<63 - 1)},
			{"pattern", sharePattern}, {"patternErrorMessage", "must be a number of items or a share such as 5%"},
		}
	case reflect.TypeFor[Schema]():
		g.define("schema", keywordSchema)
		return object{{"$ref", "#/$defs/schema"}} // type: object beside it would spoil completion
	case reflect.TypeFor[[]byte]():
		return object{{"type", "object"}}
	}
	switch t.Kind() {
	case reflect.Struct:
		name := strings.ToLower(t.Name())
		g.define(name, func() object { return g.mapping(t) })
		return object{{"$ref", "#/$defs/" + name}}
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Int:
		return object{{"type", "integer"}, {"minimum", f.min}, {"maximum", f.max}}
	case reflect.String:
		return g.text(f)
	}
	panic("no schema for " + t.String())
}

func (g *schemaWriter) text(f *field) object {
	schema := object{{"type", "string"}}
	pattern := func(pattern, message string) object {
		return append(schema, pair{"pattern", pattern}, pair{"patternErrorMessage", message})
	}
	switch {
	case f.enum != nil:
		return append(schema, pair{"enum", f.enum})
	case f.is("name"):
		return pattern("^"+segmentPattern+"$", "must be lower case letters, digits and single hyphens")
	case f.is("dotted"):
		return pattern("^"+segmentPattern+`(\.`+segmentPattern+")*$", "must be lower case letters, digits and single hyphens, joined by dots")
	case f.is("text"):
		return append(schema, pair{"minLength", 1})
	}
	return pattern(linePattern, "must be one line of text")
}

// define adds a definition, once.
func (g *schemaWriter) define(name string, schema func() object) {
	if slices.ContainsFunc(g.defs, func(p pair) bool { return p.name == name }) {
		return
	}
	at := len(g.defs)
	g.defs = append(g.defs, pair{name: name})
	g.defs[at].value = schema()
}
