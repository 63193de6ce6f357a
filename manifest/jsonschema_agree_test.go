package manifest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/beignet-go/beignet/schema"
)

// loaderOnly are the codes of what the loader refuses and no JSON Schema can: it sees
// values, neither their spelling nor other tasks nor files.
var loaderOnly = []string{
	CodeUnreadable, CodeNoMatch, CodeOutsideModule, CodeTooLarge, CodeTooDeep, CodeTooComplex, CodeInvalidEncoding,
	CodeControlCharacter, CodeTabIndent, CodeEmptyFile, CodeSecondDocument, CodeSyntax, CodeUnsupportedYAML, CodeBadAlias,
	CodeAliasBomb, CodeDuplicateKey, CodeAmbiguousNumber, CodeDuplicateName, CodeTooManyProblems,
}

// loaderOnlyValues are keys of a task for which the same holds: a pattern that refuses
// every zero would help nobody, JSON Schema takes 5.0 for an integer and true for a
// schema, and the others are control characters and spelling.
var loaderOnlyValues = []string{
	"timeout: 0s", "batch: { size: 5.0 }", "input: true", `deprecated: "a\tb"`,
	"help: 1e3", "help:", "input: { a: , b: { 1: x, true: y, ~: z, 1e3: w } }",
}

// editorSchemas are the two schemas as an independent validator reads them.
type editorSchemas struct{ module, feature *jsonschema.Schema }

func compileSchemas(t testing.TB) editorSchemas {
	compile := func(name, text string) *jsonschema.Schema {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler() // which holds the schema to the meta-schema
		if err := c.AddResource(name, document); err != nil {
			t.Fatal(err)
		}
		return c.MustCompile(name)
	}
	return editorSchemas{compile("module.json", ModuleSchema()), compile("feature.json", FeatureSchema())}
}

// refuses validates what a file says, as far as it is YAML.
func refuses(s *jsonschema.Schema, text string) error {
	src := newSource("f.yaml", normalize([]byte(text)))
	doc, problems := parse(src)
	if len(problems) > 0 {
		return nil
	}
	d := decoder{src: src, targets: doc.targets}
	w := jsonWriter{decoder: &d}
	if !w.value(member{value: d.resolve(doc.root)}) {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(w.json)))
	if err != nil {
		return err
	}
	return s.Validate(value)
}

// accepts holds a schema to accepting what has been loaded without a finding.
func accepts(s *jsonschema.Schema, text string, m *Manifest, found Diagnostics) error {
	if err := refuses(s, text); err != nil && len(found) == 0 && schemasSound(m) {
		return fmt.Errorf("only the schema refuses it: %w\n%s", err, text)
	}
	return nil
}

// agree holds schema and loader to each other for one file, which has been loaded.
func agree(s *jsonschema.Schema, text string, m *Manifest, found Diagnostics) error {
	if err := accepts(s, text, m, found); err != nil {
		return err
	}
	i := slices.IndexFunc(found, func(d Diagnostic) bool { return !slices.Contains(loaderOnly, d.Code) })
	if i >= 0 && refuses(s, text) == nil {
		return fmt.Errorf("only the loader refuses it: %s\n%s", found[i], text)
	}
	return nil
}

// schemasSound reports whether what the loader leaves to package schema is sound.
func schemasSound(m *Manifest) bool {
	for task := range m.Tasks() {
		_, problems := schema.CompileInput(task.Input.JSON)
		if task.Output.JSON != nil {
			_, more := schema.Compile(task.Output.JSON)
			problems = append(problems, more...)
		}
		if len(problems) > 0 {
			return false
		}
	}
	return true
}

// An editor shows what a start would refuse, and nothing else: the rows of
// bad-input.md that are about manifests, and good ones.
func TestSchemasAgreeWithLoad(t *testing.T) {
	t.Parallel()
	schemas := compileSchemas(t)
	features := []string{
		wholeFeature, sound(), "feature: a\n", "feature: a\ntasks: []\n", "tasks: []\n", "feature: A\n", "feature: [a]\n", "- a\n",
		"feature: a\ntasks: { b: {} }\n", "feature: |\n  a\n", sound("effect: |\n      read\n"), "feature: a.b\n",
		"feature: issues\ntasks:\n  - &a { name: issues.a, description: A., handler: h, effect: read }\n  - { <<: *a, name: issues.b }\n",
		sound("help: |\n      a\n\n      b\n"), sound("deprecated: >\n      a\n      b\n"), sound("lock: |\n      a\n"), sound("lock: []"), sound("lock: ''"),
	}
	for _, test := range slices.Concat(badStructure, badText) {
		features = append(features, test.text)
	}
	for _, test := range refusedValues {
		if !slices.Contains(loaderOnlyValues, test.key) {
			features = append(features, sound(test.key))
		}
	}
	for _, test := range allowedValues {
		features = append(features, sound(test.keys...))
	}
	for _, text := range features {
		m, found := oneFeature(text)
		if err := agree(schemas.feature, text, m, found); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{
		wholeModule, "name: a\nfeatures: f.yaml\n", "name: a\nfeatures: []\nenvironments: {}\n", "name: a\n", "features: []\n", "{}\n", "a\n",
		"name: A\nfeatures: []\n", "name: a\nfeatures: {}\n", "name: a\nfeatures: [1]\n", "name: a\nfeatures: []\nenvironment: {}\n",
		"name: a\nfeatures: []\nenvironments: [local]\n", "name: a\nfeatures: []\nenvironments: { local: ~ }\n",
		"name: a\nfeatures: []\nenvironments: { Local: {} }\n", "name: a\nfeatures: []\nenvironments: { local: { protected: yes } }\n",
		"name: a\nfeatures: []\nenvironments: { local: { tenant: some } }\n", "name: a\nfeatures: []\nenvironments: { local: { expect: { databse: x } } }\n",
	} {
		m, found := Load(files("beignet.yaml", text, "f.yaml", sound(), "features/issues/tasks.yaml", wholeFeature), "beignet.yaml")
		if err := agree(schemas.module, text, m, found); err != nil {
			t.Error(err)
		}
	}
}
