// Package schema is JSON Schema 2020-12 for task inputs and outputs: lint,
// closed objects, defaults, validation, description for help, secrets, and
// comparison with a Go type.
//
// Begin with [CompileInput] and [Schema.Resolve].
//
//   - Nothing is read from files or the network: a $ref stays within its own
//     document.
//   - A schema with a mistake in it is refused, never enforced in part: an
//     unknown keyword, a pattern RE2 does not take, a default that breaks its
//     own schema.
//   - A member that no schema declares is refused at any depth, unless the
//     schema says additionalProperties or unevaluatedProperties itself.
//   - Numbers stay as they were written: 9007199254740993 and 1.0 come out
//     unchanged.
//   - Messages name what the schema asks for and never the value that failed,
//     with one exception: "write 100", for an integer written as 1e2 in a field
//     that is not secret.
//   - A *Schema is immutable to its callers and safe for concurrent use.
package schema

import (
	"cmp"
	"slices"
	"sync"
)

// A Problem is a mistake in a schema document.
type Problem struct {
	Pointer string // JSON pointer into the schema document, to what must be mended
	Code    string // stable and kebab-case, such as "unknown-keyword"
	Message string
	Hint    string // what to do, or empty
}

// A Violation is a place where a value breaks a schema.
type Violation struct {
	Pointer    string `json:"pointer"` // JSON pointer into the value; a missing member's own for "required"
	Keyword    string `json:"keyword"` // the JSON Schema keyword that was broken
	Message    string `json:"message"` // without the value
	Suggestion string `json:"suggestion,omitempty"`
}

// A Schema is one compiled schema document.
type Schema struct {
	text  []byte  // as enforced
	nodes []*node // nodes[0] is the root

	mu sync.Mutex // kaptinlin writes to its schemas while it validates
}

// Compile lints, closes and compiles one schema document, which may describe
// any kind of value. The problems are sorted by pointer. The Schema is nil when
// they leave nothing to enforce; it is not nil when only defaults, examples or
// required names are wrong, so that a check can go on to find more.
func Compile(text []byte) (*Schema, []Problem) {
	s, problems := parse(text)
	if len(problems) == 0 {
		problems = s.link()
	}
	if len(problems) > 0 {
		return nil, sorted(problems)
	}
	s.close()
	s.compile()
	return s, sorted(append(s.checkRequired(), s.checkValues()...))
}

// CompileInput is Compile for a task's input, which is always an object.
func CompileInput(text []byte) (*Schema, []Problem) {
	s, problems := Compile(text)
	if s == nil || typesOf(s.applied()) == typeObject {
		return s, problems
	}
	problem := Problem{Code: "not-object", Message: "an input is an object", Hint: "say type: object"}
	if s.nodes[0].has("type") {
		problem.Pointer = "/type"
	}
	return nil, sorted(append(problems, problem))
}

// JSON returns the document as it is enforced: as it was given, with
// unevaluatedProperties: false wherever Compile closed an object.
func (s *Schema) JSON() []byte { return slices.Clone(s.text) }

// Resolve puts the defaults into input, at any depth, and validates the result.
// It returns that as JSON with sorted members and numbers as written, or the
// violations, sorted by pointer and keyword, and no JSON. A default never
// replaces what is there, and a missing parent is created only by a default of
// its own.
func (s *Schema) Resolve(input []byte) ([]byte, []Violation) {
	v, violations := decodeValue(input)
	if violations != nil {
		return nil, violations
	}
	f := filler{left: maxDefaults}
	if f.fill(s.applied(), v, 0); f.left < 0 {
		return nil, []Violation{{Keyword: "default", Message: "needs more defaults than can be applied"}}
	}
	if violations := s.validate(s.nodes[0], v); len(violations) > 0 {
		return nil, violations
	}
	return encode(v), nil
}

// Validate checks value as it is, without defaults. The violations are sorted
// by pointer and keyword.
func (s *Schema) Validate(value []byte) []Violation {
	v, violations := decodeValue(value)
	if violations != nil {
		return violations
	}
	return s.validate(s.nodes[0], v)
}

// applied lists the schemas that every value must meet.
func (s *Schema) applied() []*node { return collect(s.nodes[:1], false) }

// sorted sorts problems by pointer and drops what was found twice.
func sorted(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Code, b.Code))
	})
	return slices.Compact(problems)
}
