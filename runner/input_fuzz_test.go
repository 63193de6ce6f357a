package runner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"testing/fstest"

	independent "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/schema"
)

const strictTasks = `feature: strict
tasks:
  - name: strict.run
    description: Take an input of every shape.
    handler: strict.run
    effect: read
    input:
      type: object
      required: [name]
      properties:
        name: { type: string, minLength: 1, maxLength: 8, pattern: "^[a-z]+$" }
        count: { type: integer, minimum: -5, maximum: 100, default: 3 }
        ratio: { type: number, exclusiveMaximum: 1, default: 0.5 }
        kind: { enum: [open, closed], default: open }
        tags: { type: array, maxItems: 3, uniqueItems: true, items: { type: string }, default: [] }
        nested:
          type: object
          default: {}
          properties:
            deep: { type: boolean, default: true }
`

type strictInput struct {
	Name   string   `json:"name"`
	Count  int8     `json:"count"`
	Ratio  float64  `json:"ratio"`
	Kind   string   `json:"kind"`
	Tags   []string `json:"tags"`
	Nested struct {
		Deep bool `json:"deep"`
	} `json:"nested"`
}

// FuzzInput holds that what an independent validator refuses never reaches a
// handler, and that what does is canonical: planned again it is the same.
func FuzzInput(f *testing.F) {
	for _, seed := range []string{
		`{"name":"a"}`, `{"name":"A"}`, `{"name":"a","count":101}`, `{"name":"a","count":1.0}`, `{"name":"a","nested":{"deep":1}}`,
		`{"name":"a","nested":{"deeep":true}}`, `{"name":"a","tags":["x","x"]}`, `{"name":"a","kind":"shut"}`, `{"name":"a","extra":1}`,
		`{"name":"a","name":"b"}`, `{"Name":"a"}`, `null`, `[]`, ``, `{"name":"a"} {}`, "{\"name\":\"\xff\"}", `{"name":"a","ratio":1e400}`,
		`{"name":"a","count":1e1000000}`, `{"name":"a","count":-0}`, `{"name":"\u0061"}`,
	} {
		f.Add([]byte(seed))
	}
	r, opinion := strictRunner(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		if input == nil {
			input = []byte{}
		}
		plan, err := r.Plan(runner.Request{Task: "strict.run", Input: input})
		if err != nil {
			if e := failure(t, err); e.Code != runner.CodeInput || len(e.Violations) == 0 {
				t.Fatalf("%q: refused with %s and %d violations", input, e.Code, len(e.Violations))
			}
			return
		}
		value, err := independent.UnmarshalJSON(bytes.NewReader(plan.Redacted))
		if err != nil {
			t.Fatalf("%q: canonical %s is not JSON: %v", input, plan.Redacted, err)
		}
		if err := opinion.Validate(value); err != nil {
			t.Fatalf("%q was accepted as %s, and an independent validator refuses it: %v", input, plan.Redacted, err)
		}
		if _, err := independent.UnmarshalJSON(bytes.NewReader(input)); err != nil || !json.Valid(input) {
			t.Fatalf("%q was accepted and is not JSON: %v", input, err)
		}
		again, err := r.Plan(runner.Request{Task: "strict.run", Input: plan.Redacted})
		if err != nil || !bytes.Equal(again.Redacted, plan.Redacted) {
			t.Fatalf("%q: planned again %s became %s: %v", input, plan.Redacted, again.Redacted, err)
		}
	})
}

// strictRunner is a runner over strictTasks, and an independent validator of the
// same schema as it is enforced.
func strictRunner(t testing.TB) (*runner.Runner, *independent.Schema) {
	t.Helper()
	m, found := manifest.Load(fstest.MapFS{
		"beignet.yaml": {Data: []byte("name: test\nfeatures: [tasks.yaml]\n")}, "tasks.yaml": {Data: []byte(strictTasks)},
	}, "beignet.yaml")
	registry := runner.NewRegistry[struct{}]()
	runner.Handle(registry, "strict.run", func(context.Context, struct{}, strictInput) (struct{}, error) { return struct{}{}, nil })
	r, crossed := runner.New(m, runner.Bind(registry, nil), runner.Options{})
	if found = append(append(found, crossed...), r.Check()...); len(found) > 0 {
		t.Fatal(found)
	}
	task, _ := m.Task("strict.run")
	enforced, problems := schema.CompileInput(task.Input.JSON)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	document, err := independent.UnmarshalJSON(bytes.NewReader(enforced.JSON()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := independent.NewCompiler()
	if err := compiler.AddResource("strict.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("strict.json")
	if err != nil {
		t.Fatal(err)
	}
	return r, compiled
}
