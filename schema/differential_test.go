package schema

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A rival is a schema as enforced and an independent validator's view of it.
type rival struct {
	own   *Schema
	other *jsonschema.Schema
}

func newRival(t testing.TB, document string) rival {
	s := mustCompile(t, document)
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(string(s.JSON())))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.AssertContent()
	if err := c.AddResource("schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	other, err := c.Compile("schema.json")
	if err != nil {
		t.Fatalf("%s: %v", s.JSON(), err)
	}
	return rival{s, other}
}

// compare checks that what the other one refuses is refused, with defaults and
// without, and that it is refused for a reason.
func (r rival) compare(t *testing.T, input string) {
	t.Helper()
	if canonical, violations := r.own.Resolve([]byte(input)); violations == nil {
		if err := r.validate(t, string(canonical)); err != nil {
			t.Fatalf("%s\nlets %s through\n%v", r.own.JSON(), canonical, err)
		}
		if again, _ := r.own.Resolve(canonical); string(again) != string(canonical) {
			t.Fatalf("%s\nresolves %s\nto %s", r.own.JSON(), canonical, again)
		}
	}
	violations := r.own.Validate([]byte(input))
	if slices.ContainsFunc(violations, beyond2020) {
		return
	}
	switch err := r.validate(t, input); {
	case err != nil && violations == nil:
		t.Fatalf("%s\nlets %s through\n%v", r.own.JSON(), input, err)
	case err == nil && violations != nil:
		t.Fatalf("%s\nrefuses %s\n%v", r.own.JSON(), input, violations)
	}
}

// beyond2020 reports whether a violation is of what JSON Schema leaves open: how
// a number is written, how large it is, how strict a format is, what is JSON.
func beyond2020(v Violation) bool {
	return strings.HasPrefix(v.Message, "must be written as") || strings.HasPrefix(v.Message, "must be a number that fits") ||
		v.Keyword == "format" || v.Message == "must be one JSON value" || strings.Contains(v.Message, "must be a date")
}

func (r rival) validate(t *testing.T, input string) error {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(input))
	if err != nil {
		t.Fatal(err)
	}
	return r.other.Validate(value)
}

func rivals(t testing.TB) []rival {
	var list []rival
	for _, test := range keywordTests() {
		if !strings.Contains(test.schema, "base64") { // asserted by none but us
			list = append(list, newRival(t, test.schema))
		}
	}
	for _, f := range formats {
		list = append(list, newRival(t, `{"properties":{"a":{"format":"`+f.name+`"}},"items":{"format":"`+f.name+`"}}`))
	}
	for _, document := range []string{
		`{"type":"object","properties":{"a":{"type":"integer","default":1},"b":{"$ref":"#/$defs/b"},"kind":{"$ref":"#"}},"required":["b"],"$defs":{"b":{"type":["string","null"],"default":null}}}`,
		`{"type":"object","allOf":[{"properties":{"a":{"default":"x"}}},{"properties":{"b":{"type":"array","items":{"properties":{"c":{"default":3}}}}}}],"anyOf":[{"properties":{"c":{}}},{"required":["kind"],"properties":{"kind":{}}}]}`,
		`{"properties":{"a":{"items":{"$ref":"#"}}},"patternProperties":{"^[bc]$":{"type":["object","integer"],"properties":{"a":{}}}},"propertyNames":{"maxLength":2},"unevaluatedProperties":{"properties":{"b":{}}}}`,
		`{"if":{"properties":{"kind":{"const":"csv"}},"required":["kind"]},"then":{"properties":{"comma":{"maxLength":1}}},"else":{"properties":{"a":{"type":"integer"}}},"dependentSchemas":{"b":{"properties":{"c":{"minimum":2}}}},"dependentRequired":{"b":["a"]}}`,
		`{"prefixItems":[{"type":"string"},{"properties":{"a":{"type":"integer"}}}],"contains":{"type":"integer"},"minContains":0,"unevaluatedItems":{"type":"boolean"},"uniqueItems":true}`,
		`{"oneOf":[{"type":"string","pattern":"^a"},{"type":"array","items":{"$ref":"#"}},{"type":"object","additionalProperties":{"$ref":"#"}}],"not":{"const":"ab"}}`,
	} {
		list = append(list, newRival(t, document))
	}
	return list
}

func TestDifferential(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for _, rival := range rivals(t) {
		for range 150 {
			rival.compare(t, randomValue(r, 3))
		}
	}
}

// randomValue writes a value of the names and texts that the schemas know.
func randomValue(r *rand.Rand, depth int) string {
	kind := r.IntN(6)
	if depth == 0 {
		kind = r.IntN(4)
	}
	var parts []string
	switch kind {
	case 0:
		return pick(r, "null", "true", "false")
	case 1:
		return pick(r, "0", "1", "2", "3", "-1", "1.0", "0.3", "0.35", "100", "101", "1e2", "9007199254740993")
	case 2, 3:
		return pick(r, `""`, `"a"`, `"ab"`, `"csv"`, `"json"`, `","`, `"open"`, `"崩溃"`, `"2026-01-31"`, `"2026-01-31T12:00:00Z"`, `"12:00:00Z"`, `"P1D"`, `"/a~0"`, `"::1"`, `"127.0.0.1"`, `"a@b.c"`, `"http://a/b"`, `"0192f0c1-7e2a-7b3c-8d4e-5f6a7b8c9d0e"`)
	case 4:
		for range r.IntN(4) {
			parts = append(parts, randomValue(r, depth-1))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	for _, name := range []string{"a", "b", "c", "kind", "comma", "file", "a/b"} {
		if r.IntN(4) == 0 {
			parts = append(parts, `"`+name+`":`+randomValue(r, depth-1))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// What an independent validator refuses is refused.
func FuzzDifferential(f *testing.F) {
	list := rivals(f)
	r := rand.New(rand.NewPCG(7, 8))
	for range 50 {
		f.Add(uint(r.IntN(len(list))), randomValue(r, 3))
	}
	f.Fuzz(func(t *testing.T, which uint, input string) {
		if _, violations := decodeValue([]byte(input)); violations == nil {
			list[which%uint(len(list))].compare(t, input)
		}
	})
}
