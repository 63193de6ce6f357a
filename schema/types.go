package schema

import (
	stdjson "encoding/json"
	"math/big"
	"strings"
)

// types is a set of JSON types. A number is an integer or a fraction, so that
// "integer" is one bit and "number" two.
type types uint8

const (
	typeString types = 1 << iota
	typeInteger
	typeFraction
	typeBoolean
	typeArray
	typeObject
	typeNull

	typeNumber = typeInteger | typeFraction
	typeAny    = typeString | typeNumber | typeBoolean | typeArray | typeObject | typeNull
)

// typeNames is in the order in which types are listed to people.
var typeNames = [...]struct {
	name string
	set  types
}{
	{"string", typeString}, {"number", typeNumber}, {"integer", typeInteger}, {"boolean", typeBoolean},
	{"array", typeArray}, {"object", typeObject}, {"null", typeNull},
}

// names lists the set's types in words, "number" standing for both of its bits.
func (t types) names() []string {
	var names []string
	for _, n := range typeNames {
		if t&n.set == n.set && !(n.set == typeInteger && t&typeFraction != 0) {
			names = append(names, n.name)
		}
	}
	if t&typeNumber == typeFraction {
		names = append(names, "number")
	}
	return names
}

// phrase is names as a noun phrase: "a string, an integer or null".
func (t types) phrase() string {
	names := t.names()
	for i, name := range names {
		switch {
		case name == "null":
		case strings.ContainsRune("aeio", rune(name[0])):
			names[i] = "an " + name
		default:
			names[i] = "a " + name
		}
	}
	return orList(names)
}

// orList joins words as "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// typeOf returns the one type of a decoded value.
func typeOf(v any) types {
	switch v := v.(type) {
	case map[string]any:
		return typeObject
	case []any:
		return typeArray
	case string:
		return typeString
	case bool:
		return typeBoolean
	case stdjson.Number:
		if _, whole := wholeNumber(v.String()); whole {
			return typeInteger
		}
		return typeFraction
	}
	return typeNull
}

// wholeNumber returns the digits of a number without a fractional part, however
// it is written.
func wholeNumber(number string) (digits string, whole bool) {
	if isInteger(number) {
		return number, true
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok || !r.IsInt() {
		return "", false
	}
	return r.Num().String(), true
}

// isInteger reports whether a number is written so that every Go integer type
// decodes it: digits alone, and no -0.
func isInteger(number string) bool {
	digits := strings.TrimPrefix(number, "-")
	return number != "-0" && strings.Trim(digits, "0123456789") == ""
}

// typesOf intersects what each schema of a collected set says about the type, a
// choice between branches saying what any of them does.
func typesOf(set []*node) types {
	possible := typeAny
	for _, n := range set {
		possible &= n.types
		for _, keyword := range []string{"anyOf", "oneOf"} {
			if branches := n.list(keyword); branches != nil {
				var either types
				for _, branch := range branches {
					either |= typesOf(collect([]*node{branch}, false))
				}
				possible &= either
			}
		}
	}
	return possible
}

// display writes a value for a message: a string without its quotes.
func display(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return string(encode(v))
}

// count is a number with its noun: "1 item", "2 items".
func count(digits, noun string) string {
	if digits == "1" {
		return digits + " " + noun
	}
	return digits + " " + noun + "s"
}
