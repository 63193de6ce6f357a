package manifest

import (
	"strings"
	"testing"
)

// schemaOf returns the input of a task that is written as text, and what was found.
func schemaOf(text string) (Schema, Diagnostics) {
	m, found := oneFeature(sound("input:") + text)
	task, ok := m.Task("issues.search")
	if !ok {
		return Schema{}, found
	}
	return task.Input, found
}

// bad-input 28: numbers that YAML reads otherwise than they are written.
func TestBadInput28(t *testing.T) {
	t.Parallel()
	for _, number := range []string{
		"010", "09", "-010", "1_000", "1_0.5", "0x1F", "-0x1f", "0o17", "0b11", ".5", "-.5", "5.", "+5", "1e3", "1E3", "1.5e3",
		".inf", "-.Inf", ".nan", "1e400", "00", "0.1_0",
	} {
		s, found := schemaOf("      a: { minimum: " + number + ", b: 1 }\n")
		same(t, number, headlines(found), "8:21 ambiguous-number: "+number+" is not a number in plain decimal; write it in plain decimal, or quote it to make it a string\n")
		same(t, number, string(s.JSON), `{"a":{"b":1}}`)
		same(t, number+": places beside it", s.At("/a/b"), Position{"f.yaml", 8, 26 + len(number), 1})
	}
	for _, number := range []string{"18446744073709551616", "-9223372036854775809"} {
		_, found := schemaOf("      a: [" + number + "]\n")
		same(t, number, headlines(found), "8:11 ambiguous-number: "+number+" does not fit into 64 bits; write it in plain decimal, or quote it to make it a string\n")
	}
	for _, number := range []string{"0", "-0", "10", "1000", "0.5", "-0.50", "18446744073709551615", "-9223372036854775808", "9007199254740993"} {
		s, found := schemaOf("      a: " + number + "\n")
		if len(found) > 0 || string(s.JSON) != `{"a":`+number+`}` {
			t.Errorf("%s: %s %v", number, s.JSON, found)
		}
	}
	for _, text := range []string{`"010"`, `'1_000'`, `1.2.3`, `2024-01-01`, `12:30`, `1st`, `.`, `0xZZ`} {
		s, found := schemaOf("      a: [ " + text + " ]\n")
		if len(found) > 0 || string(s.JSON) != `{"a":["`+strings.Trim(text, `"'`)+`"]}` {
			t.Errorf("%s: %s %v", text, s.JSON, found)
		}
	}
}

func TestSchemaJSON(t *testing.T) {
	t.Parallel()
	s, found := schemaOf(`      z: "a\"b\\c\n\0é\u2028"
      a:
      - null
      - True
      - [ ]
      - { }
      - |
        two
        lines
      - >-
        one
        line
      "$ref": '#/$defs/x'
`)
	same(t, "report", found.String(), "")
	same(t, "json", string(s.JSON), `{"z":"a\"b\\c\n\u0000é`+"\u2028"+`","a":[null,true,[],{},"two\nlines\n","one line"],"$ref":"#/$defs/x"}`)
}

func TestSchemaAt(t *testing.T) {
	t.Parallel()
	s, found := schemaOf(`      type: object
      properties:
        limit: { type: integer, minimum: 1 }
        "a/b~c": { type: string }
        "": {}
      required: [limit, other]
      allOf:
        - title: é
          type: "q"
`)
	same(t, "report", found.String(), "")
	for pointer, want := range map[string]Position{
		"":                           {"f.yaml", 7, 5, 5},
		"/type":                      {"f.yaml", 8, 13, 6},
		"/properties":                {"f.yaml", 9, 7, 10},
		"/properties/limit":          {"f.yaml", 10, 9, 5},
		"/properties/limit/minimum":  {"f.yaml", 10, 42, 1},
		"/properties/a~1b~0c/type":   {"f.yaml", 11, 26, 6},
		"/properties/":               {"f.yaml", 12, 9, 2},
		"/required/1":                {"f.yaml", 13, 25, 5},
		"/allOf/0":                   {"f.yaml", 15, 11, 5},
		"/allOf/0/title":             {"f.yaml", 15, 18, 1},
		"/allOf/0/type":              {"f.yaml", 16, 17, 3},
		"/nope/x":                    {"f.yaml", 7, 5, 5},
		"/properties/limit/default/": {"f.yaml", 10, 9, 5},
		"/required/2":                {"f.yaml", 13, 7, 8},
		"/required/01":               {"f.yaml", 13, 7, 8},
		"/type/x":                    {"f.yaml", 8, 13, 6},
	} {
		same(t, pointer, s.At(pointer), want)
	}
	same(t, "no schema", Schema{}.At("/a"), Position{})
}
