package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A Field is one property of the values that a schema describes.
type Field struct {
	Pointer     string           `json:"pointer"`        // into the value; * stands for any item or any name
	Type        string           `json:"type"`           // a JSON Schema type, several joined by " or ", or "any"
	Items       string           `json:"items,omitzero"` // of an array: the type of its items
	Default     jsontext.Value   `json:"default,omitzero"`
	Required    bool             `json:"required"` // whenever the object that it is in is there
	Description string           `json:"description,omitzero"`
	Enum        []jsontext.Value `json:"enum,omitzero"`
	Constraints []string         `json:"constraints,omitzero"` // for people: "1–100", "at most 64 characters"
	Format      string           `json:"format,omitzero"`
	File        FileUse          `json:"file,omitzero"`   // x-file: what becomes of the file that the value names
	Secret      bool             `json:"secret,omitzero"` // writeOnly
	Deprecated  bool             `json:"deprecated,omitzero"`
}

// Fields lists every property, nested ones too, in the order of the schema: a
// parent before what is inside it. It includes properties that only a branch of
// anyOf, oneOf or if declares. Of a recursive schema it lists one turn.
func (s *Schema) Fields() []Field {
	var d describer
	d.members(s.nodes[:1], "")
	return d.fields
}

type describer struct {
	fields []Field
	open   []*node // schemas of the values around the present one
}

// members describes what is inside a value of the given schemas.
func (d *describer) members(nodes []*node, at string) {
	sure, set := collect(nodes, false), collect(nodes, true)
	if slices.ContainsFunc(set, func(n *node) bool { return slices.Contains(d.open, n) }) {
		return
	}
	outside := len(d.open)
	d.open = append(d.open, set...)
	defer func() { d.open = d.open[:outside] }()

	for _, name := range propertyNames(set) {
		inside, field := declared(set, name), Field{}
		if len(declared(sure, name)) > 0 {
			inside = property(sure, name, false)
			field = describe(inside)
		} else {
			field = describeEither(inside)
		}
		if field.Type == "" {
			continue
		}
		field.Pointer = join(at, name)
		field.Required = slices.ContainsFunc(sure, func(n *node) bool { return slices.Contains(n.required, name) })
		d.fields = append(d.fields, field)
		d.members(inside, field.Pointer)
	}
	others := append(each(set, "additionalProperties"), each(set, "unevaluatedProperties")...)
	others = append(others, each(set, "items")...)
	for _, n := range set {
		others = append(others, n.list("prefixItems")...)
		for _, p := range n.named("patternProperties") {
			others = append(others, p.node)
		}
	}
	if len(others) > 0 {
		d.members(others, at+"/*")
	}
}

// describe says about a property what its schemas say.
func describe(nodes []*node) Field {
	set := collect(nodes, false)
	f := Field{Type: typesOf(set).either()}
	if items := item(set, 0, false); len(items) > 0 && typesOf(set) == typeArray {
		f.Items = typesOf(collect(items, false)).either()
	}
	for _, n := range set {
		if f.Default == nil && n.has("default") {
			f.Default = encode(n.value("default"))
		}
		if f.Enum == nil {
			for _, v := range n.values("enum") {
				f.Enum = append(f.Enum, encode(v))
			}
		}
		f.Description = cmp.Or(f.Description, n.text("description"))
		f.Format = cmp.Or(f.Format, n.text("format"))
		f.File = cmp.Or(f.File, n.file)
		f.Constraints = append(f.Constraints, n.constraints()...)
		f.Deprecated = f.Deprecated || n.flag("deprecated")
	}
	f.Secret = slices.ContainsFunc(collect(nodes, true), func(n *node) bool { return n.flag("writeOnly") })
	return f
}

// describeEither says about a property that only branches declare what they all
// say, and how the first of them describes it.
func describeEither(nodes []*node) Field {
	f := describe(nodes[:1])
	if len(nodes) == 1 {
		return f
	}
	var possible types
	for _, n := range nodes {
		possible |= typesOf(collect([]*node{n}, false))
	}
	return Field{
		Type: possible.either(), Description: f.Description,
		Secret: slices.ContainsFunc(collect(nodes, true), func(n *node) bool { return n.flag("writeOnly") }),
	}
}

// either is names in words, empty for no type at all.
func (t types) either() string {
	if t == typeAny {
		return "any"
	}
	return strings.Join(t.names(), " or ")
}
