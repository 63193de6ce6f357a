package schema

import (
	"cmp"
	stdjson "encoding/json"
	"slices"
)

// validate checks a decoded value against one node.
func (s *Schema) validate(n *node, v any) []Violation {
	var found []Violation
	if result := s.evaluate(n, v); !result.IsValid() {
		e := explainer{nodes: s.nodes}
		e.explain(result, "", v)
		found = e.violations()
		if len(found) == 0 { // a refusal that cannot be explained is still one
			found = []Violation{{Keyword: "schema", Message: "does not match its schema"}}
		}
	}
	var misspelt []Violation
	spelling(collect([]*node{n}, false), "", v, &misspelt)
	if len(misspelt) > 0 {
		s.hideSecrets(n, v, misspelt)
		found = tidy(append(found, misspelt...))
	}
	return found
}

// spelling finds integers that are written with a fraction or an exponent: in
// JSON Schema 1e2 is an integer, but no Go integer takes it.
func spelling(set []*node, at string, v any, found *[]Violation) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if inside := property(set, name, false); len(inside) > 0 {
				spelling(collect(inside, false), join(at, name), member, found)
			}
		}
	case []any:
		for i, member := range v {
			if inside := item(set, i, false); len(inside) > 0 {
				spelling(collect(inside, false), index(at, i), member, found)
			}
		}
	case stdjson.Number:
		if isInteger(v.String()) || typesOf(set)&typeNumber != typeInteger {
			return
		}
		if digits, whole := wholeNumber(v.String()); whole {
			*found = append(*found, Violation{Pointer: at, Keyword: "type", Message: "must be written as an integer: write " + digits})
		}
	}
}

// hideSecrets takes the digits out of what spelling found in secrets.
func (s *Schema) hideSecrets(n *node, v any, misspelt []Violation) {
	var secrets []Secret
	redact([]*node{n}, "", v, &secrets)
	secret := map[string]bool{}
	for _, s := range secrets {
		secret[s.Pointer] = true
	}
	for i := range misspelt {
		if secret[misspelt[i].Pointer] {
			misspelt[i].Message = "must be written as an integer"
		}
	}
}

// tidy sorts violations and keeps one for each mistake: where a value has the
// wrong type, or is none of those allowed, nothing else about it is of interest.
func tidy(found []Violation) []Violation {
	slices.SortFunc(found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Keyword, b.Keyword), cmp.Compare(a.Message, b.Message))
	})
	found = slices.Compact(found)
	strongest := map[string]int{}
	for _, v := range found {
		strongest[v.Pointer] = max(strongest[v.Pointer], strength(v.Keyword))
	}
	return slices.DeleteFunc(found, func(v Violation) bool { return strength(v.Keyword) < strongest[v.Pointer] })
}

func strength(keyword string) int {
	switch keyword {
	case "type":
		return 2
	case "enum", "const":
		return 1
	}
	return 0
}
