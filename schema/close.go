package schema

import "slices"

// close adds unevaluatedProperties: false to each schema that describes an
// object of its own, so that a misspelt member is refused wherever it stands.
// Schemas that only join in describing a value (allOf, anyOf, if and the like,
// and those under $defs) stay open: the one that they join is closed, and sees
// what they declare.
func (s *Schema) close() {
	var ends []int
	for _, n := range s.owners() {
		if !n.closable() {
			continue
		}
		nothing := &node{id: len(s.nodes), at: n.at, denies: true}
		s.nodes = append(s.nodes, nothing)
		n.closed = true
		n.keywords = append(n.keywords, keyword{name: "unevaluatedProperties", one: nothing})
		ends = append(ends, n.end)
	}
	slices.Sort(ends)
	var text []byte
	from := 0
	for _, end := range ends {
		text = append(text, s.text[from:end]...)
		text = append(text, `,"unevaluatedProperties":false`...)
		from = end
	}
	s.text = append(text, s.text[from:]...)
}

// owners lists the schemas that describe a value of their own: the root, and
// those of members and items.
func (s *Schema) owners() []*node {
	owners := []*node{s.nodes[0]}
	for _, n := range s.nodes {
		n.children(func(keyword string, child *node) {
			switch keyword {
			case "properties", "patternProperties", "additionalProperties", "unevaluatedProperties",
				"items", "prefixItems", "unevaluatedItems":
				owners = append(owners, child)
			}
		})
	}
	return owners
}

// closable reports whether n describes an object and leaves open what else may
// be in it.
func (n *node) closable() bool {
	for _, m := range collect([]*node{n}, false) {
		if m.has("additionalProperties") || m.has("unevaluatedProperties") {
			return false
		}
	}
	for _, m := range collect([]*node{n}, true) {
		if m.has("type") && m.types&typeObject != 0 || m.has("properties") || m.has("patternProperties") {
			return true
		}
	}
	return false
}
