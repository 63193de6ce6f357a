package schema

import (
	stdjson "encoding/json"
	"fmt"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

type (
	inner  struct{ A, B string }
	deep   struct{ B, C string }
	Outer  struct{ inner }
	shadow struct {
		inner
		B int64 `json:"B"`
	}
	twice struct {
		inner
		deep
	}
	tagged struct {
		inner
		B string `json:"A"`
	}
	pointed struct{ *Deep }
	Deep    struct{ B, C string }
	tree    struct {
		Name     string `json:"name"`
		Children []tree `json:"children"`
		Parent   *tree  `json:"parent"`
	}
	Loop struct {
		*Loop
		A string
	}
	state    string
	decoding struct{ raw string }
	veiled   struct{ text string }
	open     struct {
		A    string
		Rest map[string]int64 `json:",embed"`
	}
)

func (v *veiled) UnmarshalText(b []byte) error { v.text = string(b); return nil }
func (v veiled) Reveal() string                { return v.text }

func (d *decoding) UnmarshalJSON(b []byte) error { d.raw = string(b); return nil }

// differencesOf writes each difference between a schema and a type on a line.
func differencesOf(t *testing.T, document string, goType reflect.Type) string {
	t.Helper()
	var b strings.Builder
	for _, d := range Diff(mustCompile(t, document).Shape(), ShapeOf(goType)) {
		fmt.Fprintf(&b, "%s: %s", d.Pointer, d.Message)
		if d.Hint != "" {
			fmt.Fprintf(&b, " (%s)", d.Hint)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

type diffTest struct {
	schema string // of the value
	goType reflect.Type
	want   string
}

func of[T any]() reflect.Type { return reflect.TypeFor[T]() }

func testDiff(t *testing.T, tests []diffTest) {
	t.Parallel()
	for _, test := range tests {
		if got := differencesOf(t, test.schema, test.goType); got != test.want {
			t.Errorf("%s and %v\ngot  %s\nwant %s", test.schema, test.goType, got, test.want)
		}
	}
}

// bad-input 35: drift, of single values.
func TestDiffScalars(t *testing.T) {
	const holds = " cannot hold (say minimum: %d and maximum: %d, or use a wider type)"
	testDiff(t, []diffTest{
		{`{"type":"string"}`, of[string](), ""},
		{`{"enum":["open","closed"]}`, of[state](), ""},
		{`{"const":"x"}`, of[string](), ""},
		{`{"type":"boolean"}`, of[bool](), ""},
		{`{"type":"integer"}`, of[int64](), ""},
		{`{"type":"integer"}`, of[int](), ""},
		{`{"type":"integer"}`, of[time.Month](), ""},
		{`{"type":"number"}`, of[float64](), ""},
		{`{"type":"integer"}`, of[float64](), ""},
		{`{"type":"string"}`, of[int](), ": the schema lets a string through, int is int"},
		{`{"type":["string","boolean"]}`, of[bool](), ": the schema lets a string through, bool is bool"},
		{`{"type":"number"}`, of[int](), ": the schema lets fractions through, int is int (say type: integer, or make the field a float64)"},
		{`{}`, of[int](), ": the schema lets any value through, int is int (give the schema a type, or make the field any or jsontext.Value)"},
		{`true`, of[any](), ""},
		{`{}`, of[jsontext.Value](), ""},
		{`{}`, of[stdjson.RawMessage](), ""},
		{`{}`, of[decoding](), ""},
		{`{"type":["string","null"]}`, of[string](), ": the schema lets null through, string is string (make the field a pointer, or take null out of the schema)"},
		{`{"type":["string","null"]}`, of[*string](), ""},
		{`{"type":["integer","null"],"minimum":0}`, of[*uint](), ""},
		{`{"anyOf":[{"type":"string"},{"type":"null"}]}`, of[*string](), ""},
		{`{"type":"string"}`, of[**string](), ""},

		{`{"type":"integer"}`, of[int32](), ": the schema lets numbers through that int32 (int32)" + fmt.Sprintf(holds, -1<<31, 1<<31-1)},
		{`{"type":"integer","minimum":0,"maximum":300}`, of[int8](), ": the schema lets numbers through that int8 (int8)" + fmt.Sprintf(holds, -128, 127)},
		{`{"type":"integer","minimum":-128,"maximum":127}`, of[int8](), ""},
		{`{"type":"integer","exclusiveMinimum":-129,"exclusiveMaximum":128}`, of[int8](), ""},
		{`{"enum":[1,-3]}`, of[int8](), ""},
		{`{"enum":[1,300]}`, of[int8](), ": the schema lets numbers through that int8 (int8)" + fmt.Sprintf(holds, -128, 127)},
		{`{"type":"integer","minimum":0,"maximum":255}`, of[uint8](), ""},
		{`{"type":"integer","maximum":255}`, of[uint8](), ": the schema lets numbers through that uint8 (uint8)" + fmt.Sprintf(holds, 0, 255)},
		{`{"type":"integer"}`, of[uint64](), ": the schema lets numbers through that uint64 (uint64) cannot hold (say minimum: 0, or use a signed type)"},
		{`{"type":"integer","minimum":0}`, of[uint64](), ""},
		{`{"type":"integer","maximum":1e20}`, of[int64](), ": the schema lets numbers through that int64 (int64)" + fmt.Sprintf(holds, -1<<63, 1<<63-1)},
		{`{"type":"number"}`, of[float32](), ": the schema lets numbers through that float32 (float32) cannot hold (make the field a float64)"},
		{`{"type":"number","minimum":-1,"maximum":1}`, of[float32](), ""},

		{`{"type":"string","format":"date-time"}`, of[time.Time](), ""},
		{`{"type":"string"}`, of[time.Time](), ": the schema lets any text through, time.Time (time.Time) takes only date-time (say format: date-time, or make the field a string)"},
		{`{"type":"string","contentEncoding":"base64"}`, of[[]byte](), ""},
		{`{"type":"string"}`, of[[]byte](), ": the schema lets any text through, []uint8 ([]uint8) takes only base64 (say contentEncoding: base64, or make the field a string)"},
		{`{"type":"string","format":"ipv4"}`, of[netip.Addr](), ""},
		{`{"type":"string","writeOnly":true}`, of[veiled](), ""},
		{`{"type":["string","null"],"writeOnly":true}`, of[*veiled](), ""},
		{`{"type":"array","writeOnly":true,"items":{"type":"string"}}`, of[[]veiled](), ""},
		{`{"type":"string","allOf":[{"writeOnly":true}]}`, of[veiled](), ""},
		{`{"type":"string"}`, of[veiled](), ": schema.veiled is schema.veiled, and the schema does not say that it is secret (say writeOnly: true, or make the field a string)"},
		{`{"type":"integer","writeOnly":true}`, of[veiled](), ": the schema lets an integer through, schema.veiled is schema.veiled"},
		{`{"type":"integer"}`, of[big.Int](), ""},
		{`{"type":"string"}`, of[stdjson.Number](), ""},
		{`{"type":"integer"}`, of[time.Duration](), ": time.Duration (time.Duration) takes no value: time.Duration has no form in JSON"},
		{`{"type":"integer"}`, of[chan int](), ": chan int (chan int) takes no value: a chan cannot be decoded"},
		{`{"type":"integer"}`, of[fmt.Stringer](), ": fmt.Stringer (fmt.Stringer) takes no value: an interface with methods cannot be decoded into"},
		{`{"type":"integer"}`, of[*chan int](), ": *chan int (chan int) takes no value: a chan cannot be decoded"},
	})
}

// bad-input 35: drift, of arrays, maps and combinations.
func TestDiffCollections(t *testing.T) {
	testDiff(t, []diffTest{
		{`{"type":"array","items":{"type":"string"}}`, of[[]string](), ""},
		{`{"type":["array","null"],"items":{"type":"string"}}`, of[[]string](), ""},
		{`{"type":"array"}`, of[[]any](), ""},
		{`{"type":"array"}`, of[[]string](), ": the schema lets any value through, []string[] is string (give the schema a type, or make the field any or jsontext.Value)"},
		{`{"type":"array","items":{"type":"array","items":{"type":"number"}}}`, of[[][]int](), "/items/items: the schema lets fractions through, [][]int[][] is int (say type: integer, or make the field a float64)"},
		{`{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2}`, of[[2]int](), ""},
		{`{"type":"array","items":{"type":"integer"},"maxItems":2}`, of[[2]int](), ": [2]int ([2]int) takes exactly 2 items (say minItems: 2 and maxItems: 2, or use a slice)"},
		{`{"type":"array","prefixItems":[{"type":"integer"},{"type":"integer"}],"items":false,"minItems":2}`, of[[2]int](), ""},
		{`{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"items":false,"minItems":2}`, of[[2]int](), "/prefixItems/1: the schema lets a string through, [2]int[] is int"},
		{`{"type":"array","prefixItems":[{"type":"integer"}],"unevaluatedItems":{"type":"integer"}}`, of[[]int](), ""},
		{`{"type":"string"}`, of[[2]byte](), ": [2]uint8 ([2]uint8) takes no value: an array of bytes takes only base64 of its own length"},

		{`{"type":"object","additionalProperties":{"type":"string"}}`, of[map[string]string](), ""},
		{`{"type":"object","additionalProperties":{"type":"string"}}`, of[map[state]string](), ""},
		{`{"type":"object","additionalProperties":{"type":"string"}}`, of[map[string]int](), "/additionalProperties: the schema lets a string through, map[string]int{} is int"},
		{`{"type":"object","additionalProperties":{"type":"string"}}`, of[map[int]string](), ": map[int]string (map[int]string) takes no value: the keys of a map must be plain strings"},
		{`{"type":"object","properties":{"a":{"type":"string"}}}`, of[map[string]string](), ""},
		{`{"type":"object","properties":{"a":{"type":"integer"}}}`, of[map[string]string](), "/properties/a: the schema lets an integer through, map[string]string{} is string"},
		{`{"type":"object","patternProperties":{"^x":{"type":"string"}}}`, of[map[string]string](), ""},
		{`{"type":"object","additionalProperties":true}`, of[map[string]any](), ""},
		{`{"type":"object","additionalProperties":true}`, of[struct{}](), ": the schema lets members through that it does not name, struct {} (struct {}) has no place for them (name them under properties, or make the field a map)"},
		{`{"type":"object","properties":{"A":{"type":"string"}},"required":["A"],"additionalProperties":{"type":"integer"}}`, of[open](), ""},
		{`{"type":"object","properties":{"A":{"type":"string"},"B":{"type":"string"}},"required":["A"]}`, of[open](), "/properties/B: the schema lets a string through, schema.open{} is int64"},

		{`{"anyOf":[{"type":"string"},{"type":"integer"}]}`, of[any](), ""},
		{`{"anyOf":[{"type":"string"},{"type":"integer"}]}`, of[string](), ": the schema lets an integer through, string is string"},
		{`{"type":"string","oneOf":[{"const":"a"},{"const":"b"}]}`, of[string](), ""},
		{`{"not":{"type":"string"}}`, of[int](), ": the schema lets any value through, int is int (give the schema a type, or make the field any or jsontext.Value)"},
		{`{"allOf":[{"type":["string","integer"]},{"type":"integer","minimum":0},{"maximum":9}]}`, of[int8](), ""},
		{`{"$ref":"#/$defs/n","maximum":9,"$defs":{"n":{"type":"integer","minimum":0}}}`, of[int8](), ""},
		{`{"type":"object","properties":{"k":{"const":"a"}},"required":["k"],"oneOf":[{"properties":{"x":{"type":"string"}}},{}]}`,
			of[struct {
				K string `json:"k"`
				X any    `json:"x"`
			}](), ""},
		{`{"type":"object","properties":{"k":{"const":"a"}},"required":["k"],"oneOf":[{"properties":{"x":{"type":"string"}}},{}]}`,
			of[struct {
				K string `json:"k"`
				X *int   `json:"x"`
			}](), "/oneOf/0/properties/x: the schema lets any value through, X is *int (give the schema a type, or make the field any or jsontext.Value)"},
	})
}

// bad-input 35: drift, of objects and structs.
func TestDiffStructs(t *testing.T) {
	const names = `{"type":"object","properties":{"A":{"type":"string"},"B":{"type":"string"}},"required":["A","B"]}`
	testDiff(t, []diffTest{
		{names, of[inner](), ""},
		{names, of[*inner](), ""},
		{names, of[Outer](), ""},
		{names, of[shadow](), "/properties/B: the schema lets a string through, shadow.B is int64"},
		{names, of[tagged](), ""},
		{`{"type":"object","properties":{"A":{"type":"string"},"C":{"type":"string"}},"required":["A","C"]}`, of[twice](), ""},
		{`{"type":"object","properties":{"B":{"type":"string"},"C":{"type":"string"}},"required":["B","C"]}`, of[pointed](), ""},
		{`{"type":"object","properties":{"A":{"type":"string"}},"required":["A"]}`, of[inner](), ": inner.B (B) is not in the schema (add it to the schema, or tag the field json:\"-\")"},
		{`{"type":"object","properties":{"A":{"type":"string"},"b":{"type":"string"}},"required":["A"]}`, of[inner](),
			"/properties/b: schema.inner has no field for b (did you mean B?)\n: inner.B (B) is not in the schema (add it to the schema, or tag the field json:\"-\")"},
		{`{"type":"object","properties":{"other":{"type":"string"}}}`, of[struct{}](), "/properties/other: struct {} has no field for other (add a field to struct {})"},
		{`{"type":"object","properties":{"A":{"type":"string"},"B":{"type":"string"}},"required":["A"]}`, of[inner](),
			"/properties/B: B may be left out, which inner.B (string) cannot tell from its zero value (make it required, give it a default, or make the field a pointer)"},
		{`{"type":"object","properties":{"A":{"type":"string"},"B":{"type":"string","default":""}},"required":["A"]}`, of[inner](), ""},
		{`{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"array"},"c":{"type":"object","additionalProperties":true},"d":{},"e":{},"f":{"type":"object","properties":{"B":{"type":"string"},"C":{"type":"string"}},"required":["B","C"]}}}`,
			of[struct {
				A *string        `json:"a"`
				B []any          `json:"b"`
				C map[string]any `json:"c"`
				D any            `json:"d"`
				E jsontext.Value `json:"e,omitempty"`
				F *Deep          `json:"f"`
				G chan int       `json:"-"`
				h int
			}](), ""},
		{`{"type":"object","properties":{"t":{"type":"string","format":"date-time"}}}`, of[struct {
			T time.Time `json:"t"`
		}](), "/properties/t: t may be left out, which T (time.Time) cannot tell from its zero value (make it required, give it a default, or make the field a pointer)"},
		{`{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}`, of[struct {
			N int `json:"n,string"`
		}](), "/properties/n: N (int) takes no value: the string option takes only numbers in quotes"},
		{`{"type":"object"}`, of[struct{ x int }](), ": struct { x int } (struct { x int }) takes no value: Go struct has no exported fields"},
		{`{"type":"object"}`, of[struct {
			*inner `json:"a"`
		}](), ": struct { *schema.inner \"json:\\\"a\\\"\" } (struct { *schema.inner \"json:\\\"a\\\"\" }) takes no value: struct { *schema.inner \"json:\\\"a\\\"\" }.inner is not exported"},
		{`{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#"}},"parent":{"$ref":"#"}},"required":["name"]}`, of[tree](), ""},
		{`{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/t"}},"parent":{"$ref":"#/$defs/t"}},"required":["name"],"$defs":{"t":{"type":"object","properties":{"name":{"type":"integer"}},"required":["name"]}}}`, of[tree](),
			"/$defs/t/properties/name: the schema lets an integer through, tree.Name is string\n/properties/children/items: tree.Children (children) is not in the schema (add it to the schema, or tag the field json:\"-\")\n/properties/children/items: tree.Parent (parent) is not in the schema (add it to the schema, or tag the field json:\"-\")\n/properties/parent: tree.Children (children) is not in the schema (add it to the schema, or tag the field json:\"-\")\n/properties/parent: tree.Parent (parent) is not in the schema (add it to the schema, or tag the field json:\"-\")"},
	})
}
