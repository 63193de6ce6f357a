package schema

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/kaptinlin/jsonschema"
)

// choice says why no branch, or more than one, of an anyOf or oneOf holds: with
// the reason of the one branch that was clearly meant, if there is one.
func (e *explainer) choice(n *node, r *jsonschema.EvaluationResult, keyword, at string, v any) string {
	branches := n.list(keyword)
	var failed [][]Violation
	for _, d := range r.Details {
		if d.IsValid() || !strings.HasPrefix(d.EvaluationPath, "/"+keyword+"/") {
			continue
		}
		branch := explainer{nodes: e.nodes}
		branch.explain(d, at, v)
		failed = append(failed, branch.violations())
	}
	if len(failed) < len(branches) {
		return "must match only one of the allowed forms"
	}
	if message := alike(branches, failed, at); message != "" {
		return message
	}
	for _, unmeant := range []func(Violation) bool{
		func(v Violation) bool { return v.Keyword == "type" && v.Pointer == at },
		func(v Violation) bool { return isValue(v) && !strings.Contains(relative(at, v.Pointer), "/") },
	} {
		failed = slices.DeleteFunc(failed, func(reasons []Violation) bool { return slices.ContainsFunc(reasons, unmeant) })
		if len(failed) == 1 && len(failed[0]) > 0 {
			reason := failed[0][0]
			return prefixed(relative(at, reason.Pointer), reason.Message)
		}
	}
	return "must match one of the allowed forms"
}

// relative is a pointer seen from at, without its first slash.
func relative(at, pointer string) string {
	return strings.TrimPrefix(strings.TrimPrefix(pointer, at), "/")
}

// isValue reports whether a violation is of a list of values. A member that
// breaks one tells which branch was not meant.
func isValue(v Violation) bool { return v.Keyword == "const" || v.Keyword == "enum" }

// prefixed says a message about what is at a pointer inside another.
func prefixed(inside, message string) string {
	if inside == "" {
		return message
	}
	return inside + ": " + message
}

// alike is the message where all branches fail alike: by type, by the value of
// one member, or for want of a member. Else it is empty.
func alike(branches []*node, failed [][]Violation, at string) string {
	var way, member string
	var possible types
	var values []any
	var missing []string
	for i, reasons := range failed {
		keyword, inside := decisive(reasons, at)
		if keyword == "" || i > 0 && (keyword != way || keyword == "enum" && inside != member) {
			return ""
		}
		way, member = keyword, inside
		branch := collect(branches[i:i+1], false)
		possible |= typesOf(branch)
		values = append(values, allowed(branch, inside)...)
		if !slices.Contains(missing, inside) {
			missing = append(missing, inside)
		}
	}
	switch way {
	case "type":
		return "must be " + possible.phrase()
	case "enum":
		return prefixed(member, "must be "+oneOf(values))
	}
	return "needs " + orList(missing)
}

// decisive returns the keyword of the reason that tells branches apart, const
// being an enum of one, and the member that it is about, if any.
func decisive(reasons []Violation, at string) (keyword, member string) {
	for _, reason := range reasons {
		inside := relative(at, reason.Pointer)
		switch {
		case strings.Contains(inside, "/"):
		case isValue(reason):
			return "enum", inside
		case reason.Keyword == "type" && inside == "", reason.Keyword == "required":
			return reason.Keyword, inside
		}
	}
	return "", ""
}

// allowed returns the values that const and enum allow for a member, or for the
// value itself where member is empty.
func allowed(set []*node, member string) []any {
	if member != "" {
		set = collect(property(set, jsontext.Pointer("/"+member).LastToken(), false), false)
	}
	var values []any
	for _, n := range set {
		for _, list := range n.listed() {
			values = append(values, list...)
		}
	}
	return values
}
