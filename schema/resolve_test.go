package schema

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func mustCompile(t testing.TB, document string) *Schema {
	t.Helper()
	s, problems := Compile([]byte(document))
	if len(problems) > 0 {
		t.Fatalf("%s: %v", document, problems)
	}
	return s
}

// resolved is the canonical form of an input, or its violations, each on a
// line: pointer keyword: message (suggestion).
func resolved(s *Schema, input string) string {
	canonical, violations := s.Resolve([]byte(input))
	if len(violations) == 0 {
		return string(canonical)
	}
	if canonical != nil {
		return "refused, and yet there is JSON"
	}
	return written(violations)
}

func written(violations []Violation) string {
	var lines []string
	for _, v := range violations {
		line := fmt.Sprintf("%s %s: %s", v.Pointer, v.Keyword, v.Message)
		if v.Suggestion != "" {
			line += " (" + v.Suggestion + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

type resolveTest struct{ schema, input, want string }

func testResolve(t *testing.T, tests map[string]resolveTest) {
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := resolved(mustCompile(t, test.schema), test.input); got != test.want {
				t.Errorf("%s\n%s\ngot  %s\nwant %s", test.schema, test.input, got, test.want)
			}
		})
	}
}

// bad-input 54: defaults at any depth, then validation.
func TestDefaults(t *testing.T) {
	const open = `{"type":"object","additionalProperties":true,`
	testResolve(t, map[string]resolveTest{
		"property":             {`{"type":"object","properties":{"a":{"default":1},"b":{}}}`, `{}`, `{"a":1}`},
		"null":                 {`{"type":"object","properties":{"a":{"default":null}}}`, `{}`, `{"a":null}`},
		"never overrides":      {`{"type":"object","properties":{"a":{"default":1},"b":{"default":2}}}`, `{"a":null,"b":false}`, `{"a":null,"b":false}`},
		"present parent":       {`{"type":"object","properties":{"p":{"type":"object","properties":{"a":{"default":1}}}}}`, `{"p":{}}`, `{"p":{"a":1}}`},
		"missing parent":       {`{"type":"object","properties":{"p":{"type":"object","properties":{"a":{"default":1}}}}}`, `{}`, `{}`},
		"parent with default":  {`{"type":"object","properties":{"p":{"default":{},"type":"object","properties":{"a":{"default":1}}}}}`, `{}`, `{"p":{"a":1}}`},
		"items":                {`{"type":"array","items":{"type":"object","properties":{"a":{"default":1}}}}`, `[{},{"a":2}]`, `[{"a":1},{"a":2}]`},
		"items of items":       {`{"items":{"items":{"type":"object","properties":{"a":{"default":1}}}}}`, `[[{}],[]]`, `[[{"a":1}],[]]`},
		"prefixItems":          {`{"prefixItems":[{},{"type":"object","properties":{"a":{"default":1}}}],"items":{"type":"object","properties":{"a":{"default":2}}}}`, `[{},{},{}]`, `[{},{"a":1},{"a":2}]`},
		"patternProperties":    {open + `"patternProperties":{"^x":{"type":"object","properties":{"a":{"default":1}}}}}`, `{"x1":{},"y":{}}`, `{"x1":{"a":1},"y":{}}`},
		"additionalProperties": {`{"type":"object","properties":{"b":{}},"additionalProperties":{"type":"object","properties":{"a":{"default":1}}}}`, `{"x":{},"b":{}}`, `{"b":{},"x":{"a":1}}`},
		"$ref":                 {`{"type":"object","properties":{"p":{"$ref":"#/$defs/p"}},"$defs":{"p":{"properties":{"a":{"default":1}}}}}`, `{"p":{}}`, `{"p":{"a":1}}`},
		"$ref to a default":    {`{"type":"object","properties":{"p":{"$ref":"#/$defs/p"}},"$defs":{"p":{"default":1}}}`, `{}`, `{"p":1}`},
		"beside a $ref":        {`{"type":"object","properties":{"p":{"$ref":"#/$defs/p","default":2}},"$defs":{"p":{"default":1}}}`, `{}`, `{"p":2}`},
		"allOf":                {`{"type":"object","allOf":[{"properties":{"a":{"default":1}}},{"$ref":"#/$defs/p"}],"$defs":{"p":{"properties":{"b":{"default":2}}}}}`, `{}`, `{"a":1,"b":2}`},
		"unevaluated":          {`{"type":"object","unevaluatedProperties":{"type":"object","properties":{"a":{"default":1}}}}`, `{"x":{}}`, `{"x":{"a":1}}`},
		"unevaluated, but for a branch": {`{"type":"object","anyOf":[{"properties":{"x":{"type":"object","additionalProperties":true}}}],"unevaluatedProperties":{"type":"object","properties":{"a":{"default":1}}}}`,
			`{"x":{},"y":{}}`, `{"x":{},"y":{"a":1}}`},
		"unevaluated, but for a map": {`{"type":"object","anyOf":[{"additionalProperties":true}],"unevaluatedProperties":{"type":"object","properties":{"a":{"default":1}}}}`,
			`{"x":{}}`, `{"x":{}}`},
		"not from branches": {`{"type":"object","anyOf":[{"properties":{"a":{"default":1}}}],"oneOf":[{"properties":{"b":{"default":1}}}],"if":{"properties":{"c":{"default":1}}},"then":{"properties":{"d":{"default":1}}},"dependentSchemas":{"e":{"properties":{"f":{"default":1}}}}}`,
			`{"e":1}`, "/e additionalProperties: unknown field"},
		"no branch": {open + `"anyOf":[{"properties":{"a":{"default":1}}}],"oneOf":[{"properties":{"b":{"default":1}}}],"then":{"properties":{"d":{"default":1}}},"if":{"properties":{"c":{"default":1}}},"dependentSchemas":{"e":{"properties":{"f":{"default":1}}}}}`,
			`{"e":1}`, `{"e":1}`},
		"recursive":            {`{"type":"object","properties":{"a":{"default":1},"next":{"$ref":"#"}}}`, `{"next":{"next":{}}}`, `{"a":1,"next":{"a":1,"next":{"a":1}}}`},
		"then validation":      {`{"type":"object","properties":{"a":{"default":5}},"allOf":[{"properties":{"a":{"maximum":3}}}]}`, `{}`, "/a maximum: must be at most 3"},
		"satisfies required":   {`{"type":"object","properties":{"a":{"default":5}},"required":["a"]}`, `{}`, `{"a":5}`},
		"as it was written":    {`{"type":"object","properties":{"a":{"default":100000000000000000001},"b":{"default":1.50}}}`, `{}`, `{"a":100000000000000000001,"b":1.50}`},
		"not for another type": {`{"properties":{"a":{"default":1}}}`, `[]`, `[]`},
	})
}

// Defaults of one schema may go into the default of another, so that only a
// value shows that they have no end.
func TestEndlessDefaults(t *testing.T) {
	t.Parallel()
	s := mustCompile(t, `{"type":"object","properties":{"x":{"$ref":"#/$defs/both"}},"$defs":{
		"both":{"type":"object","allOf":[{"properties":{"p":{"default":{}}}},{"properties":{"p":{"$ref":"#/$defs/both"}}}]}}}`)
	want := " default: needs more defaults than can be applied"
	if got := resolved(s, `{"x":{}}`); got != want {
		t.Errorf("got %s", got)
	}
	if got := resolved(s, `{}`); got != `{}` {
		t.Errorf("got %s", got)
	}

	v := map[string]any{"x": map[string]any{}}
	f := filler{left: maxDefaults}
	f.fill(s.applied(), v, 0)
	depth := 0
	for inside, ok := v["x"].(map[string]any); ok; inside, ok = inside["p"].(map[string]any) {
		depth++
	}
	if depth > maxNesting+1 {
		t.Errorf("they went %d deep", depth)
	}
}

// bad-input 51: a missing required field gives one error, and not two.
func TestMissingRequired(t *testing.T) {
	testResolve(t, map[string]resolveTest{
		"at the root":     {`{"type":"object","properties":{"file":{"type":"string"}},"required":["file"]}`, `{}`, "/file required: is required"},
		"in an item":      {`{"items":{"properties":{"a/b":{"type":"string"}},"required":["a/b"]}}`, `[{"a/b":""},{}]`, "/1/a~1b required: is required"},
		"several, sorted": {`{"properties":{"b":{},"a":{}},"required":["b","a"]}`, `{}`, "/a required: is required\n/b required: is required"},
		"by two schemas":  {`{"properties":{"a":{}},"required":["a"],"allOf":[{"required":["a"]}]}`, `{}`, "/a required: is required"},
		"with a default":  {`{"allOf":[{"required":["a"]}],"anyOf":[{"properties":{"a":{"default":1}}}]}`, `{}`, "/a required: is required"},
	})
}

// A result gets no defaults, and a default excuses nothing.
func TestValidateWithoutDefaults(t *testing.T) {
	t.Parallel()
	s := mustCompile(t, `{"properties":{"a":{"default":1}},"required":["a"]}`)
	if got := written(s.Validate([]byte(`{}`))); got != "/a required: is required" {
		t.Errorf("got %s", got)
	}
	if got := written(s.Validate([]byte(`{"a":1}`))); got != "" {
		t.Errorf("got %s", got)
	}
}

// bad-input 41 and 43: an unknown field, and one in the wrong case.
func TestUnknownField(t *testing.T) {
	const nested = `{"type":"object","properties":{"p":{"type":"object","properties":{"title":{}}},"dryRun":{"type":"boolean","default":true}}}`
	testResolve(t, map[string]resolveTest{
		"near":          {nested, `{"dryrun":true}`, "/dryrun additionalProperties: unknown field (dryRun)"},
		"in capitals":   {nested, `{"DRYRUN":true}`, "/DRYRUN additionalProperties: unknown field (dryRun)"},
		"nothing near":  {nested, `{"other":true}`, "/other additionalProperties: unknown field"},
		"nested":        {nested, `{"p":{"titel":1}}`, "/p/titel additionalProperties: unknown field (title)"},
		"escaped":       {nested, `{"a/b~c":1}`, "/a~1b~0c additionalProperties: unknown field"},
		"in items":      {`{"items":{"properties":{"title":{}}}}`, `[{"titel":1}]`, "/0/titel additionalProperties: unknown field (title)"},
		"prefixItems":   {`{"prefixItems":[{"properties":{"title":{}}}]}`, `[{"titel":1}]`, "/0/titel additionalProperties: unknown field (title)"},
		"in a map":      {`{"additionalProperties":{"properties":{"title":{}}}}`, `{"x":{"titel":1}}`, "/x/titel additionalProperties: unknown field (title)"},
		"by pattern":    {`{"patternProperties":{"^x":{"properties":{"title":{}}}}}`, `{"x":{"titel":1}}`, "/x/titel additionalProperties: unknown field (title)"},
		"unevaluated":   {`{"unevaluatedProperties":{"properties":{"title":{}}}}`, `{"x":{"titel":1}}`, "/x/titel additionalProperties: unknown field (title)"},
		"through $ref":  {`{"properties":{"p":{"$ref":"#/$defs/p"}},"$defs":{"p":{"properties":{"title":{}}}}}`, `{"p":{"titel":1}}`, "/p/titel additionalProperties: unknown field (title)"},
		"recursive":     {`{"properties":{"p":{"$ref":"#"}}}`, `{"p":{"p":{"q":1}}}`, "/p/p/q additionalProperties: unknown field"},
		"through allOf": {`{"allOf":[{"properties":{"title":{}}},{"properties":{"b":{}}}]}`, `{"b":1,"titel":1}`, "/titel additionalProperties: unknown field (title)"},
		"in a branch":   {`{"oneOf":[{"required":["a"],"properties":{"a":{}}},{"required":["b"],"properties":{"b":{}}}]}`, `{"b":1,"c":1}`, "/c additionalProperties: unknown field"},
		"of another branch": {`{"properties":{"kind":{}},"if":{"properties":{"kind":{"const":"csv"}}},"then":{"properties":{"comma":{}}}}`,
			`{"kind":"json","comma":","}`, "/comma additionalProperties: is not allowed with the other fields given"},
		"of the branch taken":       {`{"properties":{"kind":{}},"if":{"properties":{"kind":{"const":"csv"}}},"then":{"properties":{"comma":{}}}}`, `{"kind":"csv","comma":","}`, `{"comma":",","kind":"csv"}`},
		"explained by its branch":   {`{"properties":{"kind":{}},"if":{"properties":{"kind":{"const":"csv"}}},"then":{"properties":{"comma":{"maxLength":1}}}}`, `{"kind":"csv","comma":",,"}`, "/comma maxLength: must be at most 1 character long"},
		"additionalProperties":      {`{"properties":{"title":{}},"additionalProperties":false}`, `{"titel":1}`, "/titel additionalProperties: unknown field (title)"},
		"says it is open":           {`{"properties":{"title":{}},"additionalProperties":true}`, `{"titel":1}`, `{"titel":1}`},
		"a base says it is open":    {`{"properties":{"p":{"$ref":"#/$defs/p"}},"$defs":{"p":{"type":"object","additionalProperties":true}}}`, `{"p":{"x":1}}`, `{"p":{"x":1}}`},
		"true evaluates no members": {`{"properties":{"a":{}},"oneOf":[true]}`, `{"b":1}`, "/b additionalProperties: unknown field"},
		"else true neither":         {`{"properties":{"a":{}},"if":false,"else":true}`, `{"b":1}`, "/b additionalProperties: unknown field"},
	})
}

// The document as enforced: what describes a value of its own is closed, what
// joins in describing one is not.
func TestClosed(t *testing.T) {
	t.Parallel()
	const u = `,"unevaluatedProperties":false`
	for document, want := range map[string]string{
		`{"type":"object"}`: `{"type":"object"` + u + `}`,
		`{}`:                `{}`,
		`{"type":"string"}`: `{"type":"string"}`,
		`{"type":"object","additionalProperties":true}`:                                                    `{"type":"object","additionalProperties":true}`,
		`{"type":"object","unevaluatedProperties":{"type":"string"}}`:                                      `{"type":"object","unevaluatedProperties":{"type":"string"}}`,
		`{"properties":{"a":{"items":{"type":["object","null"]}}}}`:                                        `{"properties":{"a":{"items":{"type":["object","null"]` + u + `}}}` + u + `}`,
		`{"properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"type":"object"}}}`:                        `{"properties":{"a":{"$ref":"#/$defs/a"` + u + `}},"$defs":{"a":{"type":"object"}}` + u + `}`,
		`{"anyOf":[{"type":"object"}],"oneOf":[{"properties":{}}],"not":{"properties":{}}}`:                `{"anyOf":[{"type":"object"}],"oneOf":[{"properties":{}}],"not":{"properties":{}}` + u + `}`,
		`{"if":{"properties":{}},"then":{"properties":{}},"dependentSchemas":{"a":{"properties":{}}}}`:     `{"if":{"properties":{}},"then":{"properties":{}},"dependentSchemas":{"a":{"properties":{}}}` + u + `}`,
		`{"patternProperties":{"^a":{"type":"object"}},"contains":{"type":"object"},"prefixItems":[true]}`: `{"patternProperties":{"^a":{"type":"object"` + u + `}},"contains":{"type":"object"},"prefixItems":[true]` + u + `}`,
	} {
		if got := string(mustCompile(t, document).JSON()); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Numbers arrive as they were written, and those of no use are refused.
func TestNumbers(t *testing.T) {
	const integer = `{"properties":{"n":{"type":"integer"}}}`
	const whole = "/n type: must be written as an integer: write "
	const range64 = "/n type: must be a number that fits a 64-bit float"
	testResolve(t, map[string]resolveTest{
		"bad-input 45: 2^53+1":          {integer, `{"n":9007199254740993}`, `{"n":9007199254740993}`},
		"bad-input 45: 20 digits":       {integer, `{"n":-12345678901234567890}`, `{"n":-12345678901234567890}`},
		"bounds are exact":              {`{"properties":{"n":{"maximum":9007199254740992}}}`, `{"n":9007199254740993}`, "/n maximum: must be at most 9007199254740992"},
		"decimals":                      {`{"properties":{"n":{"type":"number"}}}`, `{"n":1.0}`, `{"n":1.0}`},
		"long decimals":                 {`{}`, `[0.10000000000000000000000001,1E+2,-0]`, `[0.10000000000000000000000001,1E+2,-0]`},
		"bad-input 44a: 1.0":            {integer, `{"n":1.0}`, whole + "1"},
		"bad-input 44a: 1e2":            {integer, `{"n":1e2}`, whole + "100"},
		"bad-input 44a: -0":             {integer, `{"n":-0}`, whole + "0"},
		"bad-input 44a: -0.0":           {integer, `{"n":-0.0}`, whole + "0"},
		"bad-input 44a: in items":       {`{"items":{"type":"integer"}}`, `[1,2.0]`, "/1 type: must be written as an integer: write 2"},
		"bad-input 44a: through $ref":   {`{"items":{"$ref":"#/$defs/n"},"$defs":{"n":{"type":"integer"}}}`, `[2.0]`, "/0 type: must be written as an integer: write 2"},
		"bad-input 44a: from an enum":   {`{"items":{"enum":[1,2]}}`, `[2.0]`, "/0 type: must be written as an integer: write 2"},
		"bad-input 44a: and nothing":    {`{"properties":{"n":{"type":"integer","maximum":10}}}`, `{"n":1e2}`, whole + "100"},
		"bad-input 44a: a secret":       {`{"properties":{"n":{"type":"integer","writeOnly":true}}}`, `{"n":1e2}`, "/n type: must be written as an integer"},
		"1.0 may be a number":           {`{"properties":{"n":{"type":["integer","number"]}}}`, `{"n":1.0}`, `{"n":1.0}`},
		"1.5 is no integer":             {integer, `{"n":1.5}`, "/n type: must be an integer"},
		"bad-input 46: 1e400":           {integer, `{"n":1e400}`, range64},
		"bad-input 46: -1e400":          {`{}`, `{"n":-1e400}`, range64},
		"bad-input 46: 1e-400":          {`{}`, `{"n":1e-400}`, range64},
		"bad-input 46: 1e1000000":       {`{}`, `{"n":1e1000000}`, range64},
		"bad-input 46: a very long one": {`{}`, `{"n":0.` + strings.Repeat("1", 2000) + `}`, range64},
		"0e400 is zero":                 {`{}`, `{"n":0e400}`, `{"n":0e400}`},
	})
}

// bad-input 50, and what is not JSON at all.
func TestNotAnObject(t *testing.T) {
	const object = `{"type":"object"}`
	testResolve(t, map[string]resolveTest{
		"null":               {object, `null`, " type: must be an object"},
		"array":              {object, `[]`, " type: must be an object"},
		"string":             {object, `"x"`, " type: must be an object"},
		"nothing":            {object, ``, " type: must be one JSON value"},
		"text after it":      {object, `{} x`, " type: must be one JSON value"},
		"a member twice":     {object, `{"a":1,"a":1}`, " type: must be one JSON value"},
		"invalid UTF-8":      {object, "{\"a\":\"\xff\"}", " type: must be one JSON value"},
		"other top-level":    {`{"type":["string","null"],"maxLength":1}`, `"xy"`, " maxLength: must be at most 1 character long"},
		"false takes no one": {`false`, `1`, " not: is not allowed"},
		"true takes anyone":  {`true`, `[{}]`, `[{}]`},
	})
}

// bad-input 52: matching is linear in the text.
func TestPatternIsLinear(t *testing.T) {
	t.Parallel()
	s := mustCompile(t, `{"properties":{"a":{"pattern":"(a+)+$"}}}`)
	input := `{"a":"` + strings.Repeat("a", 100_000) + `b"}`
	start := time.Now()
	if got := resolved(s, input); got != "/a pattern: must match (a+)+$" {
		t.Errorf("got %s", got)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}

// kaptinlin's own schemas are written to while they validate.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s := mustCompile(t, `{"patternProperties":{"^a":{"pattern":"^x"},"^b":{"type":"integer"}}}`)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 200 {
				if got := resolved(s, `{"a1":"y","b1":1}`); got != "/a1 pattern: must match ^x" {
					t.Errorf("got %s", got)
				}
			}
		})
	}
	wait.Wait()
}
