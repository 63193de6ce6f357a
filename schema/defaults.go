package schema

const (
	// maxDefaults bounds how many defaults one value may take, since defaults
	// inside defaults can multiply.
	maxDefaults = 1_000_000
	// maxNesting bounds how deep they may go: as deep as an input, in a schema
	// as deep as a schema.
	maxNesting = 2 * maxDepth
)

// A filler puts defaults into a value. left below 0 afterwards means that they
// had no end.
type filler struct{ left int }

// fill puts the defaults of a collected set of schemas into v, in place.
func (f *filler) fill(set []*node, v any, depth int) {
	if depth > maxNesting {
		f.left = -1
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, n := range set {
			for _, p := range n.named("properties") {
				f.add(v, p)
			}
		}
		for name, member := range v {
			f.inside(property(set, name, false), member, depth)
		}
	case []any:
		for i, member := range v {
			f.inside(item(set, i, false), member, depth)
		}
	}
}

// add gives a missing member its default.
func (f *filler) add(object map[string]any, p namedNode) {
	if _, ok := object[p.name]; ok {
		return
	}
	if n := withDefault(p.node); n != nil {
		f.left--
		object[p.name] = clone(n.value("default"))
	}
}

func (f *filler) inside(nodes []*node, v any, depth int) {
	if f.left < 0 || len(nodes) == 0 {
		return
	}
	switch v.(type) {
	case map[string]any, []any:
		f.fill(collect(nodes, false), v, depth+1)
	}
}

// withDefault returns the schema that has the default of a member: its own, else
// one of those that it is made of, else nil.
func withDefault(n *node) *node {
	for _, m := range collect([]*node{n}, false) {
		if m.has("default") {
			return m
		}
	}
	return nil
}

// clone copies a decoded value.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, member := range v {
			object[name] = clone(member)
		}
		return object
	case []any:
		array := make([]any, len(v))
		for i, member := range v {
			array[i] = clone(member)
		}
		return array
	}
	return v
}
