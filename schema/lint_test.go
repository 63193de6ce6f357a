package schema

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// problemsOf compiles an input schema and writes each problem on a line:
// pointer code: message (hint).
func problemsOf(document string) string {
	_, problems := CompileInput([]byte(document))
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%s %s: %s", p.Pointer, p.Code, p.Message)
		if p.Hint != "" {
			fmt.Fprintf(&b, " (%s)", p.Hint)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// property puts one property schema into an input schema.
func inputWith(property string) string {
	return `{"type":"object","properties":{"a":` + property + `}}`
}

func TestLintRefuses(t *testing.T) {
	t.Parallel()
	const ref = " invalid-ref: a $ref must begin with # and stay within its document (nothing is loaded from files or the network: put the schema under $defs)\n"
	for name, test := range map[string]struct{ document, want string }{
		"bad-input 29: file":              {inputWith(`{"$ref":"file:///etc/passwd"}`), "/properties/a/$ref" + ref},
		"bad-input 29: http":              {inputWith(`{"$ref":"http://127.0.0.1:1/x"}`), "/properties/a/$ref" + ref},
		"bad-input 29: relative":          {inputWith(`{"$ref":"other.json#/a"}`), "/properties/a/$ref" + ref},
		"bad-input 29: the meta-schema":   {inputWith(`{"$ref":"` + metaSchema + `"}`), "/properties/a/$ref" + ref},
		"bad-input 30: $ref to itself":    {inputWith(`{"$ref":"#/properties/a"}`), "/properties/a/$ref invalid-ref: this $ref comes back to itself without going into a member or an item\n"},
		"bad-input 30: through allOf":     {`{"type":"object","allOf":[{"$ref":"#"}]}`, "/allOf/0/$ref invalid-ref: this $ref comes back to itself without going into a member or an item\n"},
		"bad-input 30: against the grain": {`{"type":"object","properties":{"a":{"$ref":"#/$defs/p/not"}},"$defs":{"p":{"not":{"$ref":"#/$defs/p"}}}}`, "/$defs/p/not/$ref invalid-ref: this $ref comes back to itself without going into a member or an item\n"},
		"bad-input 31: lookahead":         {inputWith(`{"pattern":"a(?=b)"}`), "/properties/a/pattern invalid-pattern: RE2 has no lookahead, lookbehind or the like: (?= (patterns are Go regular expressions (RE2))\n"},
		"bad-input 31: backreference":     {inputWith(`{"pattern":"(a)\\1"}`), "/properties/a/pattern invalid-pattern: not a regular expression: invalid escape sequence \\1 (patterns are Go regular expressions (RE2))\n"},
		"bad-input 31: patternProperties": {inputWith(`{"type":"object","patternProperties":{"(":{}}}`), "/properties/a/patternProperties/( invalid-pattern: not a regular expression: missing closing ) ( (patterns are Go regular expressions (RE2))\n"},
		"bad-input 38: wrong type":        {inputWith(`{"type":"integer","default":"x"}`), "/properties/a/default invalid-default: must be an integer\n"},
		"bad-input 38: inside":            {inputWith(`{"type":"object","properties":{"b":{"maximum":3}},"default":{"b":4}}`), "/properties/a/default/b invalid-default: must be at most 3\n"},
		"bad-input 38: missing":           {inputWith(`{"type":"object","properties":{"b":{}},"required":["b"],"default":{}}`), "/properties/a/default invalid-default: b is required\n"},
		"bad-input 38: misspelt":          {inputWith(`{"type":"object","properties":{"title":{}},"default":{"titel":1}}`), "/properties/a/default/titel invalid-default: unknown field (did you mean title?)\n"},
		"bad-input 38: 1.0":               {inputWith(`{"type":"integer","default":1.0}`), "/properties/a/default invalid-default: must be written as an integer: write 1\n"},
		"bad-input 38: in a branch":       {inputWith(`{"anyOf":[{"type":"string","default":1}]}`), "/properties/a/anyOf/0/default invalid-default: must be a string\n"},
		"bad-input 38: unused definition": {`{"type":"object","$defs":{"x":{"type":"string","default":1}}}`, "/$defs/x/default invalid-default: must be a string\n"},
		"bad-input 38: without end":       {`{"type":"object","properties":{"a":{"$ref":"#/$defs/tree"}},"$defs":{"tree":{"type":"object","properties":{"next":{"$ref":"#/$defs/tree","default":{}}}}}}`, "/$defs/tree/properties/next/default invalid-default: leads to defaults inside defaults without end\n"},
		"example":                         {inputWith(`{"type":"integer","examples":[1,"x"]}`), "/properties/a/examples/1 invalid-example: must be an integer\n"},
		"bad-input 39: objekt":            {`{"type":"objekt"}`, "/type invalid-keyword: unknown type objekt (did you mean object?)\n"},
		"bad-input 39: minimun":           {inputWith(`{"minimun":3}`), "/properties/a/minimun unknown-keyword: unknown keyword minimun (did you mean minimum?)\n"},
		"bad-input 39: required":          {`{"type":"object","required":"foo"}`, "/required invalid-keyword: must be a list of names\n"},
		"bad-input 39: minLength":         {inputWith(`{"minLength":-3}`), "/properties/a/minLength invalid-keyword: must be a whole number of 0 or more\n"},
		"bad-input 39: multipleOf":        {inputWith(`{"multipleOf":0}`), "/properties/a/multipleOf invalid-keyword: must be above 0\n"},
		"bad-input 39: enum":              {inputWith(`{"enum":[]}`), "/properties/a/enum empty-enum: must hold at least one value\n"},
		"bad-input 39: null":              {inputWith(`null`), "/properties/a invalid-keyword: a schema is an object, true or false\n"},
		"everything at once": {`{"type":"object","properties":{"a/b":{"type":"strng","minLength":1.5},"~":7},"requird":["x"]}`,
			"/properties/a~1b/minLength invalid-keyword: must be a whole number of 0 or more\n" +
				"/properties/a~1b/type invalid-keyword: unknown type strng (did you mean string?)\n" +
				"/properties/~0 invalid-keyword: a schema is an object, true or false\n" +
				"/requird unknown-keyword: unknown keyword requird (did you mean required?)\n"},
		"required without a property":  {`{"type":"object","properties":{"file":{}},"required":["fiel"]}`, "/required/0 undeclared-required: requires fiel, which no property declares (did you mean file?)\n"},
		"required of a definition":     {`{"type":"object","properties":{"a":{"$ref":"#/$defs/a"},"b":{"$ref":"#/$defs/a"}},"$defs":{"a":{"properties":{"title":{}},"required":["titel"]}}}`, "/$defs/a/required/0 undeclared-required: requires titel, which no property declares (did you mean title?)\n"},
		"dangling":                     {`{"type":"object","properties":{"a":{"$ref":"#/$defs/mapp"}},"$defs":{"map":{}}}`, "/properties/a/$ref invalid-ref: no schema at #/$defs/mapp (did you mean #/$defs/map?)\n"},
		"into an annotation":           {inputWith(`{"default":{},"$ref":"#/properties/a/default"}`), "/properties/a/$ref invalid-ref: no schema at #/properties/a/default\n"},
		"into x-":                      {`{"type":"object","x-a":{"b":{}},"properties":{"a":{"$ref":"#/x-a/b"}}}`, "/properties/a/$ref invalid-ref: no schema at #/x-a/b\n"},
		"two anchors":                  {`{"type":"object","$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}`, "/$defs/b/$anchor invalid-ref: there are two anchors x\n"},
		"$dynamicRef":                  {inputWith(`{"$dynamicRef":"#x"}`), "/properties/a/$dynamicRef unsupported-keyword: keyword $dynamicRef is not supported (use $ref)\n"},
		"$vocabulary":                  {`{"type":"object","$vocabulary":{}}`, "/$vocabulary unsupported-keyword: keyword $vocabulary is not supported (leave it out)\n"},
		"definitions":                  {`{"type":"object","definitions":{}}`, "/definitions unsupported-keyword: keyword definitions is not supported (use $defs)\n"},
		"another dialect":              {`{"type":"object","$schema":"http://json-schema.org/draft-07/schema#"}`, "/$schema unsupported-dialect: schemas are JSON Schema 2020-12 (leave $schema out, or say " + metaSchema + " at the root)\n"},
		"$id below the root":           {inputWith(`{"$id":"https://example.org/a"}`), "/properties/a/$id unsupported-keyword: $id below the root is not supported (use $anchor, or $ref with a JSON pointer)\n"},
		"x-file":                       {inputWith(`{"type":"string","x-file":"raed"}`), "/properties/a/x-file invalid-keyword: must be read or write\n"},
		"unknown format":               {inputWith(`{"format":"datetime"}`), "/properties/a/format unknown-format: unknown format datetime (did you mean date-time?)\n"},
		"root is a string":             {`{"type":"string"}`, "/type not-object: an input is an object (say type: object)\n"},
		"root may be null":             {`{"type":["object","null"]}`, "/type not-object: an input is an object (say type: object)\n"},
		"root without a type":          {`{"properties":{"a":{}}}`, " not-object: an input is an object (say type: object)\n"},
		"not a schema":                 {`[]`, " invalid-keyword: a schema is an object, true or false\n"},
		"empty":                        {``, " not-json: the schema is not JSON\n"},
		"two values":                   {`{} {}`, " not-json: there is text after the schema\n"},
		"cut off":                      {`{"type":`, "/type not-json: the schema is not JSON\n"},
		"twice the same member":        {`{"type":"object","type":"object"}`, "/type not-json: the schema is not JSON\n"},
		"a number too large":           {inputWith(`{"maximum":1e1000000}`), "/properties/a/maximum number-out-of-range: a number must fit a 64-bit float\n"},
		"a number too small":           {inputWith(`{"maximum":1e-1000000}`), "/properties/a/maximum number-out-of-range: a number must fit a 64-bit float\n"},
		"a length too large":           {inputWith(`{"maxLength":1e300}`), "/properties/a/maxLength number-out-of-range: must be at most 9007199254740992\n"},
		"defaults that multiply":       {multiplying(20), " invalid-default: leads to defaults inside defaults without end\n"},
		"a closed input that says any": {`{"type":"object","$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}`, "/type not-object: an input is an object (say type: object)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := problemsOf(test.document); got != test.want {
				t.Errorf("%s\ngot  %swant %s", test.document, got, test.want)
			}
		})
	}
}

// multiplying is a schema whose defaults double at each of n levels.
func multiplying(n int) string {
	var b strings.Builder
	b.WriteString(`{"type":"object","$ref":"#/$defs/0","$defs":{`)
	for i := range n {
		fmt.Fprintf(&b, `"%d":{"type":"object","properties":{"l":{"$ref":"#/$defs/%[2]d","default":{}},"r":{"$ref":"#/$defs/%[2]d","default":{}}}},`, i, i+1)
	}
	fmt.Fprintf(&b, `"%d":{"type":"object"}}}`, n)
	return b.String()
}

func TestLintAccepts(t *testing.T) {
	t.Parallel()
	for _, document := range []string{
		`{"type":"object"}`,
		`{"type":"object","$schema":"` + metaSchema + `","$id":"https://example.org/input"}`,
		`{"type":"object","x-anything":{"type":"objekt"},"properties":{"x-a":{"x-b":null}}}`,
		`{"type":"object","properties":{"a":true,"b":{}}}`,
		`{"$ref":"#/$defs/in","$defs":{"in":{"type":"object"}}}`,
		`{"type":"object","properties":{"tree":{"$ref":"#"}}}`,
		`{"type":"object","properties":{"a":{"$ref":"#/$defs/a%20b~1c"}},"$defs":{"a b/c":{}}}`,
		`{"type":"object","properties":{"a":{"$ref":"#name"}},"$defs":{"a":{"$anchor":"name"}}}`,
		`{"type":"object","allOf":[{"required":["a"]},{"properties":{"a":{}}}]}`,
		`{"type":"object","properties":{"a":{"type":"object","required":["anything"],"additionalProperties":true}}}`,
		`{"type":"object","required":["x"],"anyOf":[{"unevaluatedProperties":true}]}`,
		`{"type":"object","properties":{"a":{"minLength":2.0,"maxLength":1e2,"minimum":-1e-300}}}`,
	} {
		if got := problemsOf(document); got != "" {
			t.Errorf("%s: %s", document, got)
		}
	}
}

// The tree's own $ref is fine as long as it consumes a member, and kaptinlin
// resolves a pointer from the inside out: the inner /properties/a is not meant.
func TestRefNamesTheRoot(t *testing.T) {
	t.Parallel()
	s, problems := CompileInput([]byte(`{"type":"object","properties":{
		"a":{"type":"integer"},
		"b":{"type":"object","properties":{"a":{"$ref":"#/properties/a"}}}}}`))
	if problems != nil {
		t.Fatal(problems)
	}
	want := []Violation{{Pointer: "/b/a", Keyword: "type", Message: "must be an integer"}}
	if _, got := s.Resolve([]byte(`{"b":{"a":"x"}}`)); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestDeepSchemaIsCheap(t *testing.T) {
	t.Parallel()
	start := time.Now()
	deep := strings.Repeat(`{"items":`, 100_000) + "{}" + strings.Repeat("}", 100_000)
	want := strings.Repeat("/items", 100) + " too-deep: nested more than 100 deep\n"
	if got := problemsOf(deep); got != want {
		t.Errorf("got %s", got)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}

func TestOtherProblemsLeaveTheSchema(t *testing.T) {
	t.Parallel()
	s, problems := CompileInput([]byte(inputWith(`{"type":"integer","default":"x"}`)))
	if s == nil || len(problems) != 1 {
		t.Fatalf("got %v, %v", s, problems)
	}
	if s, _ := CompileInput([]byte(inputWith(`{"type":"integr"}`))); s != nil {
		t.Error("a schema with an unknown type was compiled")
	}
}
