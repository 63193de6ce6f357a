package schema

import (
	"reflect"
	"testing"
)

func TestSecrets(t *testing.T) {
	t.Parallel()
	const secret = `{"writeOnly":true}`
	for name, test := range map[string]struct {
		schema, value, redacted string
		secrets                 []Secret
	}{
		"none":       {`{"properties":{"a":{}}}`, `{"a":"x"}`, `{"a":"x"}`, nil},
		"property":   {`{"properties":{"a":` + secret + `}}`, `{"b":1.0,"a":"x"}`, `{"a":"***","b":1.0}`, []Secret{{"/a", "x"}}},
		"number":     {`{"properties":{"a":` + secret + `}}`, `{"a":12.50}`, `{"a":"***"}`, []Secret{{"/a", "12.50"}}},
		"no text":    {`{"items":` + secret + `}`, `["",null,true]`, `["***","***","***"]`, nil},
		"whole":      {`{"properties":{"a":` + secret + `}}`, `{"a":{"b/c":["x",{"d":1}]}}`, `{"a":"***"}`, []Secret{{"/a/b~1c/0", "x"}, {"/a/b~1c/1/d", "1"}}},
		"$ref":       {`{"properties":{"a":{"$ref":"#/$defs/s"}},"$defs":{"s":` + secret + `}}`, `{"a":"x"}`, `{"a":"***"}`, []Secret{{"/a", "x"}}},
		"allOf":      {`{"allOf":[{"properties":{"a":` + secret + `}}]}`, `{"a":"x"}`, `{"a":"***"}`, []Secret{{"/a", "x"}}},
		"not taken":  {`{"properties":{"k":{}},"anyOf":[{"properties":{"k":{"const":1},"a":` + secret + `}},{"properties":{"a":{}}}]}`, `{"k":2,"a":"x"}`, `{"a":"***","k":2}`, []Secret{{"/a", "x"}}},
		"oneOf":      {`{"oneOf":[{"properties":{"a":` + secret + `}}]}`, `{"a":"x"}`, `{"a":"***"}`, []Secret{{"/a", "x"}}},
		"if":         {`{"if":{"properties":{"a":` + secret + `}}}`, `{"a":"x"}`, `{"a":"***"}`, []Secret{{"/a", "x"}}},
		"then":       {`{"if":false,"then":{"properties":{"a":` + secret + `}}}`, `{"a":"x"}`, `{"a":"***"}`, []Secret{{"/a", "x"}}},
		"else":       {`{"if":true,"else":{"properties":{"a":` + secret + `}}}`, `{"a":"x"}`, `{"a":"***"}`, []Secret{{"/a", "x"}}},
		"dependent":  {`{"dependentSchemas":{"b":{"properties":{"a":` + secret + `}}}}`, `{"a":"x"}`, `{"a":"***"}`, []Secret{{"/a", "x"}}},
		"pattern":    {`{"patternProperties":{"^s":` + secret + `}}`, `{"s":"x","t":"y"}`, `{"s":"***","t":"y"}`, []Secret{{"/s", "x"}}},
		"additional": {`{"properties":{"t":{}},"additionalProperties":` + secret + `}`, `{"s":"x","t":"y"}`, `{"s":"***","t":"y"}`, []Secret{{"/s", "x"}}},
		"unevaluated, though a branch might take it": {`{"anyOf":[{"properties":{"k":{"const":1},"s":{}},"required":["k"]},true],"unevaluatedProperties":` + secret + `}`, `{"s":"x"}`, `{"s":"***"}`, []Secret{{"/s", "x"}}},
		"items":            {`{"items":{"items":` + secret + `}}`, `[["x"],[]]`, `[["***"],[]]`, []Secret{{"/0/0", "x"}}},
		"prefixItems":      {`{"prefixItems":[{},` + secret + `]}`, `["x","y","z"]`, `["x","***","z"]`, []Secret{{"/1", "y"}}},
		"contains":         {`{"contains":` + secret + `}`, `["x"]`, `["***"]`, []Secret{{"/0", "x"}}},
		"unevaluatedItems": {`{"prefixItems":[{}],"unevaluatedItems":` + secret + `}`, `["x","y"]`, `["***","***"]`, []Secret{{"/0", "x"}, {"/1", "y"}}},
		"root":             {secret, `"x"`, `"***"`, []Secret{{"", "x"}}},
		"recursive":        {`{"properties":{"s":` + secret + `,"next":{"$ref":"#"}}}`, `{"s":"x","next":{"s":"y"}}`, `{"next":{"s":"***"},"s":"***"}`, []Secret{{"/next/s", "y"}, {"/s", "x"}}},
		"not JSON":         {secret, `{"a":`, `"***"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mustCompile(t, test.schema)
			if got := string(s.Redact([]byte(test.value))); got != test.redacted {
				t.Errorf("redacted: got %s, want %s", got, test.redacted)
			}
			if got := s.Secrets([]byte(test.value)); !reflect.DeepEqual(got, test.secrets) {
				t.Errorf("secrets: got %v, want %v", got, test.secrets)
			}
		})
	}
}
