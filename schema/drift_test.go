package schema

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// bad-input 35: what Resolve lets through is decoded without an error wherever
// Diff finds nothing, for random types, schemas and inputs.
func TestNoDiffMeansNoDecodeError(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	pairs, decoded := 0, 0
	for range 3_000 {
		goType := randomType(r, 3)
		document := schemaFor(r, goType)
		s, problems := Compile([]byte(document))
		if s == nil && problems[0].Code == "not-json" { // a keyword twice
			continue
		}
		if s == nil {
			t.Fatalf("%s: %v", document, problems)
		}
		if len(Diff(s.Shape(), ShapeOf(goType))) > 0 {
			continue
		}
		pairs++
		for range 20 {
			input := inputFor(r, goType)
			canonical, violations := s.Resolve([]byte(input))
			if violations != nil {
				continue
			}
			decoded++
			if err := json.Unmarshal(canonical, reflect.New(goType).Interface(), json.RejectUnknownMembers(true)); err != nil {
				t.Fatalf("%v\n%s\n%s\n%v", goType, document, canonical, err)
			}
		}
	}
	if pairs < 250 || decoded < 2000 {
		t.Errorf("only %d pairs and %d inputs prove anything", pairs, decoded)
	}
}

var plainTypes = []reflect.Type{
	of[string](), of[bool](), of[int](), of[int8](), of[int16](), of[int32](), of[int64](), of[uint](), of[uint8](), of[uint16](), of[uint32](), of[uint64](),
	of[float32](), of[float64](), of[time.Time](), of[[]byte](), of[any](), of[jsontext.Value](), of[state](), of[decoding](),
	of[Outer](), of[shadow](), of[twice](), of[tagged](), of[pointed](), of[open](), of[time.Duration](), of[chan int](), of[[2]byte](),
}

func randomType(r *rand.Rand, depth int) reflect.Type {
	if depth == 0 {
		return plainTypes[r.IntN(len(plainTypes))]
	}
	switch inside := randomType(r, depth-1); r.IntN(8) {
	case 0:
		return reflect.SliceOf(inside)
	case 1:
		return reflect.ArrayOf(r.IntN(3), inside)
	case 2:
		return reflect.MapOf(of[string](), inside)
	case 3:
		return reflect.PointerTo(inside)
	case 4, 5:
		var fields []reflect.StructField
		for i := range 1 + r.IntN(3) {
			tag := []string{"f%d", "f%d,omitempty", "f%d,omitzero", ",x%d", "f%d,string"}[min(r.IntN(40), 4)]
			fields = append(fields, reflect.StructField{
				Name: fmt.Sprintf("F%d", i), Type: randomType(r, depth-1),
				Tag: reflect.StructTag(`json:"` + fmt.Sprintf(tag, i) + `"`),
			})
		}
		return reflect.StructOf(fields)
	default:
		return inside
	}
}

// schemaFor writes a schema that more or less fits a type.
func schemaFor(r *rand.Rand, t reflect.Type) string {
	members := fitting(r, t)
	switch r.IntN(30) {
	case 0:
		return `{"anyOf":[{` + members + `},{"type":"null"}]}`
	case 1:
		return `{"allOf":[{` + members + `},{"minimum":0,"maximum":100}]}`
	case 2:
		return `{` + members + `,"oneOf":[{"properties":{"f0":{"type":"string"},"g":{}}},true]}`
	case 3:
		return `{"enum":[1,2,-3,"a",null]}`
	case 4:
		return `{` + strings.Replace(members, `"type":`, `"x-type":`, 1) + `}`
	case 5:
		return `{` + members + `,"not":{"const":1}}`
	}
	return `{` + members + `}`
}

func fitting(r *rand.Rand, t reflect.Type) string {
	nullable := func(name string) string {
		if r.IntN(4) == 0 {
			return `"type":["` + name + `","null"]`
		}
		return `"type":"` + name + `"`
	}
	switch {
	case t == of[time.Time]():
		return nullable("string") + pick(r, `,"format":"date-time"`, `,"format":"date-time"`, ``, `,"format":"date"`)
	case t == of[[]byte]():
		return nullable("string") + pick(r, `,"contentEncoding":"base64"`, ``)
	case t == of[jsontext.Value]() || t.Kind() == reflect.Interface || t == of[decoding]():
		return pick(r, `"description":"any"`, `"type":"string"`, `"type":"array"`)
	}
	switch t.Kind() {
	case reflect.String:
		return nullable("string") + pick(r, ``, `,"enum":["a","2026-01-01T00:00:00Z"]`, `,"default":"a"`)
	case reflect.Bool:
		return nullable("boolean") + pick(r, ``, `,"default":true`)
	case reflect.Int, reflect.Int64:
		return nullable(pick(r, "integer", "integer", "number")) + pick(r, ``, `,"default":3`, `,"minimum":1`)
	case reflect.Float32, reflect.Float64:
		return nullable(pick(r, "integer", "number")) + pick(r, ``, `,"minimum":-10,"maximum":1e300`, `,"minimum":-10,"maximum":10`)
	case reflect.Pointer:
		return strings.TrimSuffix(strings.TrimPrefix(schemaFor(r, t.Elem()), "{"), "}")
	case reflect.Slice:
		return nullable("array") + `,"items":` + schemaFor(r, t.Elem())
	case reflect.Array:
		return nullable("array") + `,"items":` + schemaFor(r, t.Elem()) + pick(r, ``, fmt.Sprintf(`,"minItems":%d,"maxItems":%[1]d`, t.Len()))
	case reflect.Map:
		return nullable("object") + pick(r, `,"additionalProperties":`, `,"unevaluatedProperties":`) + schemaFor(r, t.Elem())
	case reflect.Struct:
		return nullable("object") + structMembers(r, t)
	}
	return nullable("integer") + pick(r, ``, `,"minimum":0`, `,"minimum":0,"maximum":100`, `,"minimum":-300,"maximum":300`, `,"exclusiveMinimum":-1,"exclusiveMaximum":256`)
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func structMembers(r *rand.Rand, t reflect.Type) string {
	var properties, required []string
	for _, f := range ShapeOf(t).fields {
		if r.IntN(20) == 0 {
			continue
		}
		member := `{"type":"string"}`
		for field := range t.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name == f.name || name == "" && field.Name == f.name {
				member = schemaFor(r, field.Type)
			}
		}
		properties = append(properties, fmt.Sprintf("%q:%s", f.name, member))
		if r.IntN(3) > 0 {
			required = append(required, fmt.Sprintf("%q", f.name))
		}
	}
	return `,"properties":{` + strings.Join(properties, ",") + `},"required":[` + strings.Join(required, ",") + `]`
}

// inputFor writes a value that more or less fits a type.
func inputFor(r *rand.Rand, t reflect.Type) string {
	if r.IntN(40) == 0 {
		return pick(r, "null", "1", `"a"`, "[]", "{}", "true")
	}
	switch {
	case t == of[time.Time]():
		return pick(r, `"2026-01-01T00:00:00Z"`, `"2026-01-01T00:00:00.5+02:00"`, `"2026-01-01t00:00:00z"`, `"a"`)
	case t == of[[]byte]():
		return pick(r, `"YQ=="`, `""`, `"YQ"`, `"YQ==\n"`)
	}
	switch t.Kind() {
	case reflect.String:
		return pick(r, `""`, `"a"`, `"2026-01-01T00:00:00Z"`)
	case reflect.Bool:
		return pick(r, "true", "false")
	case reflect.Pointer:
		return inputFor(r, t.Elem())
	case reflect.Slice, reflect.Array:
		var items []string
		for range r.IntN(4) {
			items = append(items, inputFor(r, t.Elem()))
		}
		return "[" + strings.Join(items, ",") + "]"
	case reflect.Map:
		return `{"k":` + inputFor(r, t.Elem()) + `}`
	case reflect.Struct:
		var members []string
		for field := range t.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" {
				name = field.Name
			}
			if r.IntN(10) > 0 {
				members = append(members, fmt.Sprintf("%q:%s", name, inputFor(r, field.Type)))
			}
		}
		slices.Sort(members)
		return "{" + strings.Join(members, ",") + "}"
	}
	return pick(r, "0", "1", "-1", "100", "127", "128", "255", "256", "-129", "65536", "4294967296", "9223372036854775807", "1.0", "1e2", "-0", "1.5", "1e300")
}

// The names of a struct's fields are those that the json package writes.
func TestFieldNames(t *testing.T) {
	t.Parallel()
	for _, goType := range []reflect.Type{of[inner](), of[Outer](), of[shadow](), of[twice](), of[tagged](), of[tree](), of[open](), of[Loop](), of[struct {
		*Deep
		inner
		D int `json:"-"`
		E int `json:",omitempty"`
		Outer
	}]()} {
		written, err := json.Marshal(reflect.New(goType).Interface())
		if err != nil {
			t.Fatal(err)
		}
		var members map[string]any
		if err := json.Unmarshal(written, &members); err != nil {
			t.Fatal(err)
		}
		for _, f := range ShapeOf(goType).fields {
			if _, ok := members[f.name]; !ok && !f.shape.absent && f.name != "C" {
				t.Errorf("%v: the json package has no %s: %s", goType, f.name, written)
			}
			delete(members, f.name)
		}
		if len(members) > 0 {
			t.Errorf("%v: there is no %v", goType, members)
		}
	}
}
