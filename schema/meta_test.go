package schema

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// stricter are the codes of what lint refuses beyond the meta-schema.
var stricter = map[string]bool{
	"unknown-keyword": true, "unsupported-keyword": true, "unsupported-dialect": true, "unknown-format": true,
	"invalid-pattern": true, "invalid-ref": true, "invalid-default": true, "invalid-example": true,
	"undeclared-required": true, "empty-enum": true, "number-out-of-range": true,
}

// metaChecker tells whether lint and the 2020-12 meta-schema, as an independent
// validator applies it, agree on a document. That is what allows lint not to
// carry the meta-schema: it would cost 2 ms and then 1 ms a schema.
func metaChecker(t testing.TB) func(document string) error {
	meta, err := jsonschema.NewCompiler().Compile(metaSchema)
	if err != nil {
		t.Fatal(err)
	}
	return func(document string) error {
		if len(checkBounds([]byte(document))) > 0 {
			return nil // the other one may take minutes
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
		if err != nil {
			return err
		}
		_, problems := Compile([]byte(document))
		refused := meta.Validate(value)
		if refused != nil && len(problems) == 0 {
			return fmt.Errorf("%s: only the meta-schema refuses it: %v", document, refused)
		}
		for _, p := range problems {
			if refused == nil && !stricter[p.Code] {
				return fmt.Errorf("%s: only lint refuses it: %v", document, p)
			}
		}
		return nil
	}
}

// pool holds a value for each form that a keyword's value may and may not have.
var pool = []string{
	`null`, `true`, `false`, `0`, `1`, `-1`, `-0`, `2.0`, `1e2`, `1.5`, `-0.5`, `1e300`, `1e-300`,
	`""`, `"a"`, `"string"`, `"integer"`, `"objekt"`, `"#"`, `"#/properties/a"`, `"^a"`, `"("`, `"date"`, `"a#b"`, `"1a"`,
	`[]`, `{}`, `[{}]`, `[true]`, `[null]`, `[1]`, `[1,1]`, `["a"]`, `["a","a"]`, `["string","null"]`, `["string","string"]`, `["strin"]`, `[""]`,
	`{"a":{}}`, `{"a":true}`, `{"a":null}`, `{"a":1}`, `{"a":[]}`, `{"a":["b"]}`, `{"a":["b","b"]}`, `{"a":[1]}`, `{"a":"b"}`, `{"(":{}}`,
	`{"type":"string"}`, `{"type":"strin"}`, `{"minLength":-1}`, `[{"type":5}]`, `{"a":{"items":[]}}`,
}

func TestLintAgreesWithTheMetaSchema(t *testing.T) {
	t.Parallel()
	check := metaChecker(t)
	for _, k := range keywords {
		for _, value := range pool {
			for _, document := range []string{
				fmt.Sprintf(`{%q:%s}`, k.name, value),
				fmt.Sprintf(`{"properties":{"b":{"allOf":[{%q:%s}]}}}`, k.name, value),
			} {
				if err := check(document); err != nil {
					t.Error(err)
				}
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 8_000 {
		if err := check(randomDocument(r, 3)); err != nil {
			t.Error(err)
		}
	}
}

// randomDocument is a schema with mistakes in it.
func randomDocument(r *rand.Rand, depth int) string {
	var members []string
	used := map[string]bool{}
	for range r.IntN(4) {
		k := keywords[r.IntN(len(keywords))]
		if used[k.name] {
			continue
		}
		used[k.name] = true
		value := pool[r.IntN(len(pool))]
		if depth > 0 {
			switch k.form {
			case formSchema:
				value = randomDocument(r, depth-1)
			case formSchemas:
				value = "[" + randomDocument(r, depth-1) + "]"
			case formSchemaMap:
				value = `{"a":` + randomDocument(r, depth-1) + `}`
			}
		}
		members = append(members, fmt.Sprintf("%q:%s", k.name, value))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// Compile takes any bytes without a panic, and what it compiles takes any value.
func FuzzCompile(f *testing.F) {
	for _, value := range pool {
		f.Add(`{"properties":{"a":`+value+`}}`, `{"a":1}`)
		f.Add(`{"type":"object","anyOf":`+value+`}`, value)
	}
	check := metaChecker(f)
	f.Fuzz(func(t *testing.T, document, value string) {
		if err := check(document); err != nil {
			t.Error(err)
		}
		s, _ := Compile([]byte(document))
		if s == nil {
			return
		}
		if again, problems := Compile(s.JSON()); again == nil {
			t.Errorf("%s: its own closed form has problems: %v", document, problems)
		}
		s.Resolve([]byte(value))
		s.Validate([]byte(value))
		s.Redact([]byte(value))
		s.Fields()
		s.Shape()
	})
}
