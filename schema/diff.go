package schema

import (
	"fmt"
	"math/big"

	"github.com/beignet-go/beignet/internal/near"
)

// A Difference is something that a schema lets through and a Go type does not
// take as it is, or a field of the Go type that the schema never fills.
type Difference struct {
	Pointer string // JSON pointer into the schema document
	Message string
	Hint    string
}

// Diff compares a schema's shape with a Go type's, at any depth. Without a
// difference whatever the schema lets through is decoded without an error, but
// for an integer beyond the 64 bits of its field where the schema sets no
// bound. An optional property without a default must find a field that can say
// "absent": a pointer, slice, map, interface or a type that decodes itself.
func Diff(schema, goType *Shape) []Difference {
	d := differ{seen: map[[2]*Shape]bool{}}
	d.compare(schema, goType, goType.name)
	return d.differences
}

// maxPointers bounds how many pointers lead to one value, since a pointer type
// may point to itself.
const maxPointers = 10

type differ struct {
	secret      int // how many of the values that lead here are secret
	seen        map[[2]*Shape]bool
	differences []Difference
}

func (d *differ) add(s *Shape, hint, format string, args ...any) {
	d.differences = append(d.differences, Difference{Pointer: s.name, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// compare adds what s lets through and g does not take. where names g: a field,
// or a type.
func (d *differ) compare(s, g *Shape, where string) {
	if d.seen[[2]*Shape{s, g}] {
		return
	}
	d.seen[[2]*Shape{s, g}] = true
	if g.never != "" {
		d.add(s, "", "%s (%s) takes no value: %s", where, g.name, g.never)
		return
	}
	if s.secret {
		d.secret++
		defer func() { d.secret-- }()
	}
	takes, t := g.types, g
	for depth := 0; t.to != nil && depth < maxPointers; depth++ {
		t = t.to
		takes |= t.types | typeNull
	}
	if t.opaque {
		return
	}
	if t.never != "" {
		d.compare(s, t, where)
		return
	}
	if more := s.types &^ takes; more != 0 {
		d.kinds(s, g, more, where)
		return
	}
	if t.secret && d.secret == 0 {
		d.add(s, "say writeOnly: true, or make the field a string", "%s is %s, and the schema does not say that it is secret", where, g.name)
	}
	if s.types&typeNumber != 0 {
		d.bounds(s, t, where)
	}
	if s.types&typeString != 0 && t.format != "" && s.format != t.format {
		d.format(s, t, where)
	}
	if s.types&typeArray != 0 {
		d.arrays(s, t, where)
	}
	if s.types&typeObject != 0 {
		d.objects(s, t, where)
	}
}

// kinds reports the types that g does not take.
func (d *differ) kinds(s, g *Shape, more types, where string) {
	switch {
	case s.types == typeAny:
		d.add(s, "give the schema a type, or make the field any or jsontext.Value", "the schema lets any value through, %s is %s", where, g.name)
	case more == typeNull:
		d.add(s, "make the field a pointer, or take null out of the schema", "the schema lets null through, %s is %s", where, g.name)
	case more == typeFraction:
		d.add(s, "say type: integer, or make the field a float64", "the schema lets fractions through, %s is %s", where, g.name)
	default:
		d.add(s, "", "the schema lets %s through, %s is %s", more.phrase(), where, g.name)
	}
}

func (d *differ) bounds(s, g *Shape, where string) {
	low, high := g.low, g.high
	if beyond(s.low, low, -1, g.mustLow) || beyond(s.high, high, 1, g.mustHigh) {
		hint := fmt.Sprintf("say minimum: %s and maximum: %s, or use a wider type", low.RatString(), high.RatString())
		switch {
		case g.types&typeFraction != 0:
			hint = "make the field a float64"
		case g.mustLow && !g.mustHigh:
			hint = "say minimum: 0, or use a signed type"
		}
		d.add(s, hint, "the schema lets numbers through that %s (%s) cannot hold", where, g.name)
	}
}

// beyond reports whether a schema's bound lies outside a Go type's. A bound
// that the schema does not set does only where it must.
func beyond(bound, limit *big.Rat, side int, must bool) bool {
	switch {
	case limit == nil:
		return false
	case bound == nil:
		return must
	}
	return bound.Cmp(limit) == side
}

func (d *differ) format(s, g *Shape, where string) {
	hint := "say format: " + g.format + ", or make the field a string"
	if g.format == base64Format.name {
		hint = "say contentEncoding: base64, or make the field a string"
	}
	d.add(s, hint, "the schema lets any text through, %s (%s) takes only %s", where, g.name, g.format)
}

func (d *differ) arrays(s, g *Shape, where string) {
	if g.maxItems >= 0 && (s.minItems != g.maxItems || s.maxItems != g.maxItems) {
		d.add(s, fmt.Sprintf("say minItems: %d and maxItems: %d, or use a slice", g.maxItems, g.maxItems),
			"%s (%s) takes exactly %d items", where, g.name, g.maxItems)
	}
	for i, item := range append(s.prefix[:len(s.prefix):len(s.prefix)], s.items) {
		if s.maxItems < 0 || i < s.maxItems {
			d.compare(item, g.items, where+"[]")
		}
	}
}

func (d *differ) objects(s, g *Shape, where string) {
	var free []string
	for _, field := range g.fields {
		if s.field(field.name) == nil {
			free = append(free, field.name)
		}
	}
	for _, field := range s.fields {
		d.property(field, g, where, free)
	}
	for _, rest := range s.rest {
		switch {
		case len(g.rest) > 0:
			d.compare(rest, g.rest[0], where+"{}")
		case rest.types != 0:
			d.add(s, "name them under properties, or make the field a map", "the schema lets members through that it does not name, %s (%s) has no place for them", where, g.name)
		}
	}
	for _, field := range g.fields {
		if s.field(field.name) == nil {
			d.add(s, "add it to the schema, or tag the field json:\"-\"", "%s (%s) is not in the schema", field.owner, field.name)
		}
	}
}

// property compares one property with its field. free are the names of the
// fields that no property fills.
func (d *differ) property(p fieldShape, g *Shape, where string, free []string) {
	field := g.field(p.name)
	switch {
	case field != nil:
	case len(g.rest) > 0:
		d.compare(p.shape, g.rest[0], where+"{}")
		return
	default:
		hint := "add a field to " + g.name
		if best, ok := near.Best(p.name, free); ok {
			hint = "did you mean " + best + "?"
		}
		d.add(p.shape, hint, "%s has no field for %s", g.name, p.name)
		return
	}
	d.compare(p.shape, field.shape, field.owner)
	if !p.always && !field.shape.absent && field.shape.never == "" {
		d.add(p.shape, "make it required, give it a default, or make the field a pointer",
			"%s may be left out, which %s (%s) cannot tell from its zero value", p.name, field.owner, field.shape.name)
	}
}
