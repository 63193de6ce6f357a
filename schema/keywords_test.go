package schema

import (
	"slices"
	"testing"
)

// keywordTests has every keyword that asserts something, with a value that meets
// it and one that does not.
func keywordTests() []keywordTest {
	return []keywordTest{
		{"type", `{"type":"string"}`, `"a"`, `1`, " type: must be a string"},
		{"type", `{"type":"integer"}`, `1`, `"1"`, " type: must be an integer"},
		{"type", `{"type":"number"}`, `1.5`, `true`, " type: must be a number"},
		{"type", `{"type":"boolean"}`, `false`, `0`, " type: must be a boolean"},
		{"type", `{"type":"array"}`, `[]`, `{}`, " type: must be an array"},
		{"type", `{"type":"null"}`, `null`, `0`, " type: must be null"},
		{"type", `{"type":["null","array","string"]}`, `null`, `0`, " type: must be a string, an array or null"},
		{"type", `{"type":"string","minLength":3,"enum":["abc"]}`, `"abc"`, `1`, " type: must be a string"},
		{"enum", `{"enum":["open","closed",1,null]}`, `1`, `"clsed"`, " enum: must be one of open, closed, 1, null (closed)"},
		{"enum", `{"enum":["a"],"maxLength":1}`, `"a"`, `"bb"`, " enum: must be a"},
		{"enum", `{"enum":[1,2,3,4,5,6,7,8,9,10,11,12]}`, `12`, `13`, " enum: must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"},
		{"const", `{"const":{"a":[1]}}`, `{"a":[1.0]}`, `{"a":[2]}`, ` const: must be {"a":[1]}`},
		{"multipleOf", `{"multipleOf":0.1}`, `0.3`, `0.35`, " multipleOf: must be a multiple of 0.1"},
		{"maximum", `{"maximum":100}`, `100`, `100.1`, " maximum: must be at most 100"},
		{"exclusiveMaximum", `{"exclusiveMaximum":100}`, `99`, `100`, " exclusiveMaximum: must be less than 100"},
		{"minimum", `{"minimum":1}`, `1`, `0`, " minimum: must be at least 1"},
		{"exclusiveMinimum", `{"exclusiveMinimum":1}`, `2`, `1`, " exclusiveMinimum: must be more than 1"},
		{"minimum", `{"minimum":1,"multipleOf":2}`, `2`, `-1`, " minimum: must be at least 1\n multipleOf: must be a multiple of 2"},
		{"maxLength", `{"maxLength":2}`, `"éé"`, `"abc"`, " maxLength: must be at most 2 characters long"},
		{"minLength", `{"minLength":1}`, `"崩"`, `""`, " minLength: must be at least 1 character long"},
		{"pattern", `{"pattern":"^a+$"}`, `"aa"`, `"ab"`, " pattern: must match ^a+$"},
		{"format", `{"format":"date"}`, `"2026-02-28"`, `"2026-02-29"`, " format: must be a date such as 2026-01-31"},
		{"contentEncoding", `{"contentEncoding":"base64"}`, `"YQ=="`, `"YQ"`, " contentEncoding: must be base64 text"},
		{"maxItems", `{"maxItems":1}`, `[1]`, `[1,2]`, " maxItems: must have at most 1 item"},
		{"minItems", `{"minItems":2}`, `[1,2]`, `[1]`, " minItems: must have at least 2 items"},
		{"uniqueItems", `{"uniqueItems":true}`, `[1,"1"]`, `[1,1.0]`, " uniqueItems: must not have the same item twice"},
		{"contains", `{"contains":{"const":1}}`, `[2,1]`, `[2]`, " contains: must have at least 1 matching item"},
		{"minContains", `{"contains":{"const":1},"minContains":2}`, `[1,1]`, `[1]`, " minContains: must have at least 2 matching items"},
		{"maxContains", `{"contains":{"const":1},"maxContains":1}`, `[1,2]`, `[1,1]`, " maxContains: must have at most 1 matching item"},
		{"items", `{"items":{"type":"string"}}`, `["a"]`, `["a",1]`, "/1 type: must be a string"},
		{"items", `{"items":false}`, `[]`, `[1]`, "/0 not: is not allowed"},
		{"prefixItems", `{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}`, `["a",1]`, `[1,"a"]`, "/0 type: must be a string\n/1 type: must be an integer"},
		{"unevaluatedItems", `{"prefixItems":[{"type":"string"}],"unevaluatedItems":false}`, `["a"]`, `["a",1]`, "/1 unevaluatedItems: is not allowed"},
		{"unevaluatedItems", `{"items":{"minLength":2},"unevaluatedItems":false}`, `["aa"]`, `["a"]`, "/0 minLength: must be at least 2 characters long"},
		{"unevaluatedItems", `{"contains":{"const":1},"unevaluatedItems":{"type":"string"}}`, `[1,"a"]`, `[1,2]`, "/1 type: must be a string"},
		{"maxProperties", `{"maxProperties":1}`, `{"a":1}`, `{"a":1,"b":1}`, " maxProperties: must have at most 1 field"},
		{"minProperties", `{"minProperties":1}`, `{"a":1}`, `{}`, " minProperties: must have at least 1 field"},
		{"required", `{"required":["a","b"]}`, `{"a":1,"b":null}`, `{"a":1}`, "/b required: is required"},
		{"dependentRequired", `{"dependentRequired":{"a":["b"]}}`, `{"b":1}`, `{"a":1}`, "/b dependentRequired: is required with a"},
		{"dependentSchemas", `{"dependentSchemas":{"a":{"required":["b"]}}}`, `{"a":1,"b":1}`, `{"a":1}`, "/b required: is required"},
		{"properties", `{"properties":{"a":{"type":"string"}}}`, `{"a":""}`, `{"a":1}`, "/a type: must be a string"},
		{"properties", `{"properties":{"a":false}}`, `{}`, `{"a":1}`, "/a not: is not allowed"},
		{"patternProperties", `{"patternProperties":{"^a/":{"type":"string"}}}`, `{"a/b":""}`, `{"a/b":1}`, "/a~1b type: must be a string"},
		{"additionalProperties", `{"properties":{"a":{}},"additionalProperties":{"type":"string"}}`, `{"a":1,"b":""}`, `{"b":1}`, "/b type: must be a string"},
		{"additionalProperties", `{"properties":{"a":{}},"additionalProperties":false}`, `{"a":1}`, `{"bcd":1}`, "/bcd additionalProperties: unknown field"},
		{"unevaluatedProperties", `{"properties":{"a":{}},"unevaluatedProperties":{"type":"string"}}`, `{"a":1,"b":""}`, `{"b":1}`, "/b type: must be a string"},
		{"propertyNames", `{"propertyNames":{"pattern":"^[a-z]+$","maxLength":3}}`, `{"a":1}`, `{"A":1}`, "/A propertyNames: its name must match ^[a-z]+$"},
		{"propertyNames", `{"propertyNames":false}`, `{}`, `{"A":1}`, "/A propertyNames: its name is not allowed"},
		{"not", `{"not":{"type":"string"}}`, `1`, `""`, " not: must not match the excluded form"},
		{"allOf", `{"allOf":[{"type":"string"},{"minLength":1}]}`, `"a"`, `""`, " minLength: must be at least 1 character long"},
		{"if", `{"if":{"type":"string"},"then":{"minLength":1},"else":{"type":"integer"}}`, `1`, `true`, " type: must be an integer"},
		{"then", `{"if":{"type":"string"},"then":{"minLength":1},"else":{"type":"integer"}}`, `"a"`, `""`, " minLength: must be at least 1 character long"},
		{"else", `{"if":{"minimum":3},"else":false}`, `3`, `1`, " not: is not allowed"},
		{"else", `{"additionalProperties":true,"if":{"minProperties":2},"else":{"required":["a"]}}`, `{"a":1}`, `{"":1}`, "/a required: is required"},
		{"$ref", `{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}`, `"a"`, `1`, " type: must be a string"},
		{"$anchor", `{"$ref":"#x","$defs":{"a":{"$anchor":"x","type":"string"}}}`, `"a"`, `1`, " type: must be a string"},

		{"anyOf", `{"anyOf":[{"type":"string"},{"type":"null"}]}`, `null`, `1`, " anyOf: must be a string or null"},
		{"anyOf", `{"anyOf":[{"type":"string","maxLength":1},{"type":"integer"}]}`, `1`, `"ab"`, " anyOf: must be at most 1 character long"},
		{"anyOf", `{"anyOf":[{"const":"a"},{"enum":["b","c"]}]}`, `"c"`, `"d"`, " anyOf: must be one of a, b, c"},
		{"anyOf", `{"anyOf":[{"minimum":5},{"multipleOf":2}]}`, `4`, `3`, " anyOf: must match one of the allowed forms"},
		{"oneOf", `{"oneOf":[{"minimum":5},{"multipleOf":2}]}`, `4`, `6`, " oneOf: must match only one of the allowed forms"},
		{"oneOf", `{"oneOf":[{"required":["file"]},{"required":["url"]}]}`, `{"url":1}`, `{}`, " oneOf: needs file or url"},
		{"oneOf", kinds, `{"kind":"csv","comma":","}`, `{"kind":"csv","comma":1}`, " oneOf: comma: must be a string"},
		{"oneOf", kinds, `{"kind":"json"}`, `{"kind":"xml"}`, " oneOf: kind: must be one of csv, json"},
		{"oneOf", kinds, `{"kind":"json"}`, `{"kind":"json","comma":","}`, "/comma additionalProperties: is not allowed with the other fields given"},
		{"oneOf", kinds, `{"kind":"json"}`, `{"comma":","}`, " oneOf: needs kind"},
	}
}

type keywordTest struct{ keyword, schema, good, bad, want string }

func TestKeywords(t *testing.T) {
	t.Parallel()
	tests := keywordTests()
	for _, test := range tests {
		s := mustCompile(t, test.schema)
		if got := written(s.Validate([]byte(test.good))); got != "" {
			t.Errorf("%s refuses %s: %s", test.schema, test.good, got)
		}
		if got := written(s.Validate([]byte(test.bad))); got != test.want {
			t.Errorf("%s: %s\ngot  %s\nwant %s", test.schema, test.bad, got, test.want)
		}
	}
	for _, k := range keywords {
		tested := slices.ContainsFunc(tests, func(test keywordTest) bool { return test.keyword == k.name })
		if !tested && !slices.Contains(silent, k.name) && k.form != formUnsupported {
			t.Errorf("no test for %s", k.name)
		}
	}
}

const kinds = `{"oneOf":[
	{"type":"object","required":["kind"],"properties":{"kind":{"const":"csv"},"comma":{"type":"string"}}},
	{"type":"object","required":["kind"],"properties":{"kind":{"const":"json"}}}]}`

// silent keywords assert nothing about a value.
var silent = []string{
	"$comment", "$defs", "$id", "$schema", "contentMediaType", "contentSchema",
	"default", "deprecated", "description", "examples", "readOnly", "title", "writeOnly",
}

func TestSilentKeywords(t *testing.T) {
	t.Parallel()
	s := mustCompile(t, `{"contentEncoding":"base32","contentMediaType":"application/json","contentSchema":{"type":"object"},
		"$comment":"a","deprecated":true,"readOnly":true,"writeOnly":true,"title":"t","description":"d"}`)
	if got := written(s.Validate([]byte(`"x"`))); got != "" {
		t.Error(got)
	}
}

// bad-input 53: formats are asserted, and only of texts.
func TestFormats(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ good, bad []string }{
		"date-time": {
			[]string{"2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456789+02:00"},
			[]string{"", "2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z", "2026-01-31t12:00:00z", "2026-01-31T12:00:00+24:00", "2026-01-31T23:59:60Z", "2026-01-31 12:00:00Z", "2026-01-31T12:00:00,5Z"},
		},
		"date":     {[]string{"2024-02-29"}, []string{"", "2026-02-29", "2026-1-1", "26-01-01", "2026-01-01Z"}},
		"time":     {[]string{"12:00:00Z", "12:00:00.5-08:00"}, []string{"", "12:00:00", "24:00:00Z", "1:00:00Z", "+1:00:00Z"}},
		"duration": {[]string{"P1D", "PT36H", "P1Y2M3DT4H5M6S", "P2W"}, []string{"", "P", "PT", "1D", "P1DT", "P1H", "P1.5D", "P1W1D"}},
		"email":    {[]string{"a@example.org", "a.b+c@localhost", "o'neil@x.io"}, []string{"", "a", "@x", "a@", "a b@x.org", ".a@x.org", "a..b@x.org", "é@x.org", "A <a@x.org>", "a@-x.org"}},
		"hostname": {[]string{"example.org", "localhost", "a-b.c", "example.org."}, []string{"", "-a", "a-", "a..b", "a_b", "é.org"}},
		"ipv4":     {[]string{"127.0.0.1"}, []string{"", "127.0.0", "127.0.0.256", "127.0.0.01", "+1.0.0.1", "::1"}},
		"ipv6":     {[]string{"::1", "::ffff:127.0.0.1"}, []string{"", "1", "127.0.0.1", "fe80::1%eth0", ":::1"}},
		"uri":      {[]string{"https://example.org/a?b=c#d", "urn:a:b", "http://[::1]:80/"}, []string{"", "a/b", "//x/y", "http://x/a b", "http://x/é", `http://x\y`, "http://[fe80::1%25a]/"}},
		"uri-reference": {
			[]string{"", "a/b", "#x", "//x/y", "https://example.org"},
			[]string{"a b", `a\b`, "é", "%zz", "http://["},
		},
		"uuid":         {[]string{"0192f0c1-7e2a-7b3c-8d4e-5f6a7b8c9d0e", "0192F0C1-7E2A-7B3C-8D4E-5F6A7B8C9D0E"}, []string{"", "0192f0c17e2a7b3c8d4e5f6a7b8c9d0e", "g192f0c1-7e2a-7b3c-8d4e-5f6a7b8c9d0e"}},
		"json-pointer": {[]string{"", "/a", "/a~1b~0"}, []string{"a", "/~2", "#/a"}},
		"regex":        {[]string{"", "^a+$"}, []string{"(", "a(?=b)"}},
	}
	for _, f := range formats {
		test, ok := tests[f.name]
		if !ok {
			t.Errorf("no test for %s", f.name)
		}
		s := mustCompile(t, `{"format":"`+f.name+`"}`)
		want := []Violation{{Keyword: "format", Message: "must be " + f.phrase}}
		for _, text := range test.good {
			if got := s.Validate(encode(text)); got != nil {
				t.Errorf("%s refuses %q", f.name, text)
			}
		}
		for _, text := range test.bad {
			if got := s.Validate(encode(text)); !slices.Equal(got, want) {
				t.Errorf("%s: %q: got %v", f.name, text, got)
			}
		}
		if got := s.Validate([]byte(`[1]`)); got != nil {
			t.Errorf("%s refuses what is no text: %v", f.name, got)
		}
	}
}
