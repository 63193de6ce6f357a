package schema

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/beignet-go/beignet/manifest"
)

// lintOnly are the codes of what lint refuses and an editor does not see, which goes
// by the schema of manifests: what depends on other keywords, on the place or on the
// meaning of a text.
var lintOnly = map[string]bool{
	"invalid-pattern": true, "invalid-ref": true, "invalid-default": true, "invalid-example": true,
	"undeclared-required": true, "number-out-of-range": true, "unsupported-dialect": true,
}

// bad-input 39, for editors: what one says of a schema within a manifest is what lint
// says.
func TestEditorAgreesWithLint(t *testing.T) {
	t.Parallel()
	check := editorChecker(t)
	documents := []string{`{"x-a":1}`, `{"x-file":"read"}`, `{"x-file":"raed"}`, `{"minimun":1}`}
	for _, k := range keywords {
		for _, value := range pool {
			documents = append(documents, fmt.Sprintf(`{%q:%s}`, k.name, value))
		}
	}
	for _, f := range formats {
		documents = append(documents, fmt.Sprintf(`{"format":%q}`, f.name))
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 2_000 {
		documents = append(documents, randomDocument(r, 3))
	}
	for _, document := range documents {
		if err := check(document); err != nil {
			t.Error(err)
		}
	}
}

func editorChecker(t *testing.T) func(document string) error {
	feature, err := jsonschema.UnmarshalJSON(strings.NewReader(manifest.FeatureSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("feature.json", feature); err != nil {
		t.Fatal(err)
	}
	editor := c.MustCompile("feature.json#/$defs/schema")
	return func(document string) error {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
		if err != nil {
			return err
		}
		_, problems := Compile([]byte(document))
		refused := editor.Validate(value)
		if refused != nil && len(problems) == 0 {
			return fmt.Errorf("%s: only the editor refuses it: %v", document, refused)
		}
		for _, p := range problems {
			nested := p.Code == "unsupported-keyword" && strings.HasSuffix(p.Pointer, "/$id")
			if refused == nil && !lintOnly[p.Code] && !nested {
				return fmt.Errorf("%s: only lint refuses it: %v", document, p)
			}
		}
		return nil
	}
}
