package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/beignet-go/beignet/internal/near"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/kaptinlin/jsonschema"
)

// An explainer turns kaptinlin's results into violations. It trusts them for
// which schema failed at which keyword, and says the rest itself: their
// messages hold values, and their pointers are not escaped.
type explainer struct {
	nodes []*node
	found []Violation
	stray []stray
}

// A stray is the violation of a member or item that is known, but only to a
// schema that did not hold.
type stray struct {
	at        jsontext.Pointer // where another violation would explain it
	violation Violation
}

func (e *explainer) add(at, keyword, message string) {
	e.found = append(e.found, Violation{Pointer: at, Keyword: keyword, Message: message})
}

// violations returns what was found. A stray counts only where nothing else
// explains why its schema did not hold.
func (e *explainer) violations() []Violation {
	explained := map[jsontext.Pointer]bool{} // where there is a violation, and all around it
	for _, v := range e.found {
		for p := jsontext.Pointer(v.Pointer); !explained[p]; p = p.Parent() {
			explained[p] = true
		}
	}
	for _, s := range e.stray {
		if !explained[s.at] {
			e.found = append(e.found, s.violation)
		}
	}
	return tidy(e.withoutMisspelt())
}

// withoutMisspelt leaves out that a member is missing where it is there under a
// name that was meant for it: that is one mistake.
func (e *explainer) withoutMisspelt() []Violation {
	meant := map[string]bool{}
	for _, v := range e.found {
		if v.Keyword == "additionalProperties" && v.Suggestion != "" {
			meant[join(string(jsontext.Pointer(v.Pointer).Parent()), v.Suggestion)] = true
		}
	}
	return slices.DeleteFunc(e.found, func(v Violation) bool { return v.Keyword == "required" && meant[v.Pointer] })
}

func (e *explainer) node(r *jsonschema.EvaluationResult) *node {
	id, _ := strconv.Atoi(*r.Annotations["title"].(*string))
	return e.nodes[id]
}

// explain adds the violations of a result that is not valid, for the value v at
// the pointer at.
func (e *explainer) explain(r *jsonschema.EvaluationResult, at string, v any) {
	n := e.node(r)
	for keyword := range r.Errors {
		e.fault(n, r, keyword, at, v)
	}
	for _, d := range r.Details {
		if d.IsValid() {
			continue
		}
		keyword, _, _ := strings.Cut(strings.TrimPrefix(d.EvaluationPath, "/"), "/")
		switch keyword {
		case "anyOf", "oneOf", "not", "if": // judged as a whole, by fault
		case "", "allOf", "then", "dependentSchemas": // "" is $ref or else
			e.explain(d, at, v)
		default:
			e.inside(n, d, keyword, at, v)
		}
	}
}

// inside explains the result d of one member or item of v. kaptinlin also gives
// a result for a required member that is missing: that one is no violation of
// its own.
func (e *explainer) inside(n *node, d *jsonschema.EvaluationResult, keyword, at string, v any) {
	token := strings.TrimPrefix(d.InstanceLocation, "/")
	child := join(at, token)
	switch member, ok := memberOf(v, token); {
	case !ok:
	case keyword == "propertyNames":
		names := explainer{nodes: e.nodes}
		names.explain(d, "", token)
		for _, violation := range names.violations() {
			e.add(child, keyword, "its name "+violation.Message)
		}
	case keyword == "unevaluatedItems" && n.one(keyword).denies:
		// An item that breaks its schema counts as unevaluated too.
		e.stray = append(e.stray, stray{jsontext.Pointer(child), Violation{Pointer: child, Keyword: keyword, Message: "is not allowed"}})
	case (keyword == "additionalProperties" || keyword == "unevaluatedProperties") && n.one(keyword).denies:
		e.unknown(n, at, token)
	default:
		e.explain(d, child, member)
	}
}

func memberOf(v any, token string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		member, ok := v[token]
		return member, ok
	case []any:
		i, err := strconv.Atoi(token)
		if err != nil || i >= len(v) {
			return nil, false
		}
		return v[i], true
	}
	return nil, false
}

// unknown adds the violation of a member that n does not allow, suggesting the
// nearest that it does.
func (e *explainer) unknown(n *node, at, name string) {
	violation := Violation{Pointer: join(at, name), Keyword: "additionalProperties", Message: "unknown field"}
	set := collect([]*node{n}, true)
	if len(declared(set, name)) > 0 {
		violation.Message = "is not allowed with the other fields given"
		e.stray = append(e.stray, stray{jsontext.Pointer(at), violation})
		return
	}
	violation.Suggestion, _ = near.Best(name, propertyNames(set))
	e.found = append(e.found, violation)
}

// fault adds what one failed keyword of n itself says about v.
func (e *explainer) fault(n *node, r *jsonschema.EvaluationResult, keyword, at string, v any) {
	switch keyword {
	case "required":
		for _, name := range n.required {
			if _, ok := memberOf(v, name); !ok {
				e.add(join(at, name), keyword, "is required")
			}
		}
	case "dependentRequired":
		for given, names := range n.dependent() {
			if _, ok := memberOf(v, given); !ok {
				continue
			}
			for _, name := range names {
				if _, ok := memberOf(v, name); !ok {
					e.add(join(at, name), keyword, "is required with "+given)
				}
			}
		}
	case "anyOf", "oneOf":
		e.add(at, keyword, e.choice(n, r, keyword, at, v))
	case "enum":
		suggestion := ""
		if given, ok := v.(string); ok {
			suggestion, _ = near.Best(given, phrases(n.values(keyword)))
		}
		e.found = append(e.found, Violation{at, keyword, n.message(keyword), suggestion})
	default:
		keyword = n.written(keyword)
		if message := n.message(keyword); message != "" {
			e.add(at, keyword, message)
		}
	}
}
