package schema

import (
	"cmp"
	stdjson "encoding/json"
	"fmt"
	"math/big"
	"slices"
)

// A Shape is what [Diff] compares: the JSON values that a schema lets through,
// or those that a Go type decodes, as far as they can be told apart by form.
// Shapes of recursive schemas and types are cyclic.
type Shape struct {
	name  string // a schema's JSON pointer, or a Go type
	types types

	secret bool // a schema says writeOnly; a Go type shows no value of its own

	// Of a Go type only.
	opaque bool   // it takes every value, or sees to that itself
	never  string // why it decodes nothing, or empty
	absent bool   // it has a value for "absent"
	to     *Shape // a pointer's element

	format            string // of texts: "date-time", "base64" or of no matter
	low, high         *big.Rat
	mustLow, mustHigh bool // a schema without that bound overflows the Go type

	prefix   []*Shape // of the first items
	items    *Shape   // of those after them
	minItems int
	maxItems int // -1 for no bound

	fields []fieldShape
	rest   []*Shape // of members that fields does not name; nil for none
}

type fieldShape struct {
	name   string
	owner  string // on the Go side: the struct's field, as people write it
	shape  *Shape
	always bool // on the schema's side: it is there after defaults
}

func (s *Shape) field(name string) *fieldShape {
	for i := range s.fields {
		if s.fields[i].name == name {
			return &s.fields[i]
		}
	}
	return nil
}

// Shape returns the shape of the values that Resolve lets through. Of anyOf and
// oneOf it counts the types of the branches alone; a property that only a branch
// declares has every shape.
func (s *Schema) Shape() *Shape {
	b := schemaShapes{}
	return b.of("", s.nodes[:1])
}

// schemaShapes holds a shape for each set of schemas met, so that recursion
// ends.
type schemaShapes map[string]*Shape

// of returns the shape of what meets all the nodes. at names it where there are
// none, and everything does.
func (b schemaShapes) of(at string, nodes []*node) *Shape {
	set := collect(nodes, false)
	var ids []int
	for _, n := range set {
		ids = append(ids, n.id)
	}
	slices.Sort(ids)
	key := fmt.Sprint(ids)
	if len(nodes) > 0 {
		at = nodes[0].at
	} else {
		key += at
	}
	if s := b[key]; s != nil {
		return s
	}
	s := &Shape{name: at, types: typesOf(set), maxItems: -1}
	s.secret = slices.ContainsFunc(collect(nodes, true), func(n *node) bool { return n.flag("writeOnly") })
	b[key] = s
	s.scalars(set)
	if s.types&typeArray != 0 {
		b.array(s, set)
	}
	if s.types&typeObject != 0 {
		b.object(s, set)
	}
	return s
}

// scalars reads formats and bounds.
func (s *Shape) scalars(set []*node) {
	for _, n := range set {
		s.format = cmp.Or(s.format, n.text("format"))
		if n.base64() {
			s.format = cmp.Or(s.format, base64Format.name)
		}
		s.raise(rat(n.value("minimum")), false)
		s.raise(rat(n.value("exclusiveMinimum")), true)
		s.lower(rat(n.value("maximum")), false)
		s.lower(rat(n.value("exclusiveMaximum")), true)
		for _, values := range n.listed() {
			low, high := extremes(values)
			s.raise(low, false)
			s.lower(high, false)
		}
	}
}

// raise and lower tighten a bound. One that integers may not touch moves to the
// next integer.
func (s *Shape) raise(to *big.Rat, open bool) {
	if to != nil && open && to.IsInt() && s.types&typeNumber == typeInteger {
		to = new(big.Rat).Add(to, big.NewRat(1, 1))
	}
	if to != nil && (s.low == nil || to.Cmp(s.low) > 0) {
		s.low = to
	}
}

func (s *Shape) lower(to *big.Rat, open bool) {
	if to != nil && open && to.IsInt() && s.types&typeNumber == typeInteger {
		to = new(big.Rat).Sub(to, big.NewRat(1, 1))
	}
	if to != nil && (s.high == nil || to.Cmp(s.high) < 0) {
		s.high = to
	}
}

// rat returns a number exactly, and nil of anything else.
func rat(v any) *big.Rat {
	digits, ok := v.(stdjson.Number)
	if !ok {
		return nil
	}
	r, _ := new(big.Rat).SetString(string(digits))
	return r
}

// extremes returns the least and greatest number among values, or nil.
func extremes(values []any) (low, high *big.Rat) {
	for _, v := range values {
		r := rat(v)
		if r != nil && (low == nil || r.Cmp(low) < 0) {
			low = r
		}
		if r != nil && (high == nil || r.Cmp(high) > 0) {
			high = r
		}
	}
	return low, high
}

func (b schemaShapes) array(s *Shape, set []*node) {
	longest := 0
	for _, n := range set {
		longest = max(longest, len(n.list("prefixItems")))
		if low := rat(n.value("minItems")); low != nil {
			s.minItems = max(s.minItems, int(low.Num().Int64()))
		}
		if high := rat(n.value("maxItems")); high != nil && (s.maxItems < 0 || int(high.Num().Int64()) < s.maxItems) {
			s.maxItems = int(high.Num().Int64())
		}
	}
	for i := range longest {
		s.prefix = append(s.prefix, b.of(s.name, item(set, i, false)))
	}
	s.items = b.of(s.name, item(set, longest, false))
	if s.items.types == 0 && (s.maxItems < 0 || longest < s.maxItems) {
		s.maxItems = longest
	}
}

func (b schemaShapes) object(s *Shape, set []*node) {
	all := collect(set, true)
	for _, name := range propertyNames(all) {
		inside := property(set, name, false)
		field := fieldShape{name: name}
		for _, n := range set {
			field.always = field.always || slices.Contains(n.required, name)
			for _, p := range n.named("properties") {
				field.always = field.always || p.name == name && withDefault(p.node) != nil
			}
		}
		if branch := declared(all, name); len(declared(set, name)) == 0 {
			field.shape = &Shape{name: branch[0].at, types: typeAny}
		} else {
			field.shape = b.of("", inside)
		}
		if field.shape.types != 0 {
			s.fields = append(s.fields, field)
		}
	}
	s.rest = b.others(s.name, set, all)
}

// others returns the shapes of the members that properties does not name.
func (b schemaShapes) others(at string, set, all []*node) []*Shape {
	var rest []*Shape
	for _, n := range set {
		for _, p := range n.named("patternProperties") {
			rest = append(rest, b.of("", []*node{p.node}))
		}
	}
	more := each(set, "additionalProperties")
	if len(more) == 0 {
		more = leftover(set, "unevaluatedProperties", false, func() bool { return true })
	}
	for _, n := range all {
		if !slices.Contains(set, n) && (n.has("additionalProperties") || n.has("patternProperties")) {
			more = nil
		}
	}
	if others := b.of(at, more); others.types != 0 {
		rest = append(rest, others)
	}
	return rest
}
