package schema

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

func TestFields(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`{"type":"object","required":["file"],"properties":{
			"file":{"type":"string","description":"A path or -.","minLength":1,"maxLength":64,"pattern":"^[^*]+$"},
			"mapping":{"type":"object","properties":{"title":{"type":"string"},"a/b":{"default":null}}},
			"limit":{"type":["integer","null"],"default":20,"minimum":1,"maximum":100},
			"when":{"$ref":"#/$defs/when","description":"Since then."},
			"token":{"type":"string","writeOnly":true,"deprecated":true}},
			"$defs":{"when":{"type":"string","format":"date-time","description":"A time."}}}`: `
{"pointer":"/file","type":"string","required":true,"description":"A path or -.","constraints":["1–64 characters","pattern ^[^*]+$"]}
{"pointer":"/mapping","type":"object","required":false}
{"pointer":"/mapping/title","type":"string","required":false}
{"pointer":"/mapping/a~1b","type":"any","default":null,"required":false}
{"pointer":"/limit","type":"integer or null","default":20,"required":false,"constraints":["1–100"]}
{"pointer":"/when","type":"string","required":false,"description":"Since then.","format":"date-time"}
{"pointer":"/token","type":"string","required":false,"secret":true,"deprecated":true}`,

		`{"properties":{
			"a":{"enum":["x",1]},
			"b":{"type":"array","items":{"type":"string"},"minItems":1,"uniqueItems":true},
			"c":{"type":"array","items":{"properties":{"d":{"type":"boolean"}}}},
			"e":{"additionalProperties":{"properties":{"f":{"exclusiveMinimum":0,"multipleOf":0.5}}}},
			"g":{"const":true,"minProperties":1},
			"h":{"type":"string","contentEncoding":"base64"},
			"j":{"type":"string","x-file":"read"},
			"i":false}}`: `
{"pointer":"/a","type":"string or integer","required":false,"enum":["x",1]}
{"pointer":"/b","type":"array","items":"string","required":false,"constraints":["at least 1 item","no item twice"]}
{"pointer":"/c","type":"array","items":"any","required":false}
{"pointer":"/c/*/d","type":"boolean","required":false}
{"pointer":"/e","type":"any","required":false}
{"pointer":"/e/*/f","type":"any","required":false,"constraints":["more than 0","a multiple of 0.5"]}
{"pointer":"/g","type":"boolean","required":false,"constraints":["always true","at least 1 field"]}
{"pointer":"/h","type":"string","required":false,"constraints":["base64"]}
{"pointer":"/j","type":"string","required":false,"file":"read"}`,

		`{"properties":{"a":{"type":"string"}},"required":["b"],
			"allOf":[{"properties":{"b":{"type":"integer"},"a":{"maxLength":3,"default":"x"}}}],
			"oneOf":[{"properties":{"c":{"type":"string","writeOnly":true}},"required":["c"]},{"properties":{"d":{"anyOf":[{"type":"string"},{"type":"null"}]}}}]}`: `
{"pointer":"/a","type":"string","default":"x","required":false,"constraints":["at most 3 characters"]}
{"pointer":"/b","type":"integer","required":true}
{"pointer":"/c","type":"string","required":false,"secret":true}
{"pointer":"/d","type":"string or null","required":false}`,

		`{"oneOf":[{"properties":{"a":{"type":"string","maxLength":3,"description":"A."}}},{"properties":{"a":{"type":"integer","writeOnly":true}}},{"properties":{"b":false}}]}`: `
{"pointer":"/a","type":"string or integer","required":false,"description":"A.","secret":true}`,

		`{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#"}}}}`: `
{"pointer":"/name","type":"string","required":false}
{"pointer":"/children","type":"array","items":"object","required":false}`,
	} {
		var got strings.Builder
		for _, f := range mustCompile(t, document).Fields() {
			line, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			got.WriteString("\n" + string(line))
		}
		if got.String() != want {
			t.Errorf("%s\ngot  %s\nwant %s", document, got.String(), want)
		}
	}
}
