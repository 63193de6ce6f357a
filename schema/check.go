package schema

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// maxTrial bounds the defaults that one default or example may take while it is
// tried out.
const maxTrial = 10_000

// checkRequired refuses a required name that a closed object does not declare:
// no value could have it.
func (s *Schema) checkRequired() []Problem {
	var problems []Problem
	for _, n := range s.nodes {
		if !n.closed {
			continue
		}
		for _, m := range collect([]*node{n}, false) {
			for i, name := range m.required {
				if !n.allows(name) {
					problems = append(problems, Problem{
						Pointer: index(m.at+"/required", i), Code: "undeclared-required",
						Message: "requires " + name + ", which no property declares",
						Hint:    didYouMean(name, propertyNames(collect([]*node{n}, true))),
					})
				}
			}
		}
	}
	return problems
}

// allows reports whether anything in a closed schema may take the member of
// that name.
func (n *node) allows(name string) bool {
	set := collect([]*node{n}, true)
	return len(declared(set, name)) > 0 || slices.ContainsFunc(set, func(m *node) bool {
		return m.has("additionalProperties") || m != n && m.has("unevaluatedProperties")
	})
}

// checkValues tries out each default and example, as a value of its own schema
// with the defaults that go inside it.
func (s *Schema) checkValues() []Problem {
	root := filler{left: maxTrial}
	if root.fill(s.applied(), map[string]any{}, 0); root.left < 0 {
		return []Problem{endless("", "invalid-default")}
	}
	var problems []Problem
	for _, n := range s.nodes {
		if n.has("default") {
			problems = append(problems, s.try(n, n.at+"/default", "invalid-default", n.value("default"))...)
		}
		for i, example := range n.values("examples") {
			problems = append(problems, s.try(n, index(n.at+"/examples", i), "invalid-example", example)...)
		}
	}
	return problems
}

func (s *Schema) try(n *node, at, code string, v any) []Problem {
	v = clone(v)
	f := filler{left: maxTrial}
	if f.fill(collect([]*node{n}, false), v, 0); f.left < 0 {
		return []Problem{endless(at, code)}
	}
	var problems []Problem
	for _, violation := range s.validate(n, v) {
		where, message := jsontext.Pointer(violation.Pointer), violation.Message
		if violation.Keyword == "required" || violation.Keyword == "dependentRequired" {
			where, message = where.Parent(), where.LastToken()+" "+message // what is missing has no place
		}
		problem := Problem{Pointer: at + string(where), Code: code, Message: message}
		if violation.Suggestion != "" {
			problem.Hint = "did you mean " + violation.Suggestion + "?"
		}
		problems = append(problems, problem)
	}
	return problems
}

func endless(at, code string) Problem {
	return Problem{Pointer: at, Code: code, Message: "leads to defaults inside defaults without end"}
}
