package manifest

import (
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// resolve follows aliases and anchors to the value itself.
func (d *decoder) resolve(n ast.Node) ast.Node {
	for {
		switch at := n.(type) {
		case *ast.AnchorNode:
			n = at.Value
		case *ast.AliasNode:
			n = d.targets[at]
		default:
			return n
		}
	}
}

// members returns the keys of a mapping as written, then those that << brings and
// the mapping does not have. A duplicate is reported, and the first one stands.
func (d *decoder) members(m *ast.MappingNode) []member {
	list := make([]member, 0, len(m.Values))
	var merged ast.Node
	for _, pair := range m.Values {
		key := pair.Key.GetToken()
		if pair.Key.IsMergeKey() {
			if merged != nil {
				d.report(d.src.position(key), CodeDuplicateKey, "duplicate key <<", "list the aliases: <<: [*a, *b]")
			}
			merged = pair.Value
			continue
		}
		if !d.checkKey(pair.Key) {
			continue
		}
		if i := find(list, key.Value); i >= 0 {
			d.report(d.src.position(key), CodeDuplicateKey, "duplicate key "+key.Value, "the first one is in line "+strconv.Itoa(list[i].key.Position.Line))
			continue
		}
		list = append(list, member{key: key, value: d.resolve(pair.Value)})
	}
	if merged != nil {
		list = d.merge(list, merged)
	}
	return list
}

func (d *decoder) merge(list []member, n ast.Node) []member {
	switch n := d.resolve(n).(type) {
	case *ast.MappingNode:
		for _, m := range d.members(n) {
			if find(list, m.key.Value) < 0 {
				list = append(list, m)
			}
		}
	case *ast.SequenceNode:
		for _, value := range n.Values {
			list = d.merge(list, value)
		}
	default:
		d.report(d.start(n), CodeWrongType, "<< must name a mapping, not "+kind(n), "")
	}
	return list
}

func find(list []member, key string) int {
	return slices.IndexFunc(list, func(m member) bool { return m.key.Value == key })
}

// checkKey refuses a key that is not plainly a string, since YAML would make
// another value of it.
func (d *decoder) checkKey(key ast.MapKeyNode) bool {
	s, ok := key.(*ast.StringNode)
	if !ok || numeric(s.Token) {
		hint := "quote it: " + strconv.Quote(key.GetToken().Value)
		switch key.(type) {
		case *ast.AnchorNode, *ast.AliasNode:
			hint = "write it out"
		}
		d.report(d.src.position(key.GetToken()), CodeWrongType, "a key must be a string, not "+kind(key), hint)
		return false
	}
	if r, bad := unprintable(s.Value, false); bad {
		d.report(d.src.position(s.Token), CodeControlCharacter, "a key holds "+codePoint(r), "take it out")
		return false
	}
	return true
}

// place is where a finding about m is shown: its value where that is a scalar, else
// its key.
func (d *decoder) place(m member) Position {
	switch m.value.(type) {
	case *ast.MappingNode, *ast.SequenceNode, *ast.NullNode:
		if m.key != nil {
			return d.src.position(m.key)
		}
	}
	return d.start(m.value)
}

// start is the position of a node: of its first key, where it has one.
func (d *decoder) start(n ast.Node) Position {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return d.src.position(m.Values[0].Key.GetToken())
	}
	return d.src.position(n.GetToken())
}

// kind names what a node is, for a message.
func kind(n ast.Node) string {
	switch n := n.(type) {
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.BoolNode:
		return "a boolean"
	case *ast.NullNode:
		return "null"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.StringNode:
		if numeric(n.Token) {
			return "a number"
		}
		return "a string"
	case *ast.LiteralNode:
		return "a string"
	case *ast.AnchorNode:
		return "an anchor"
	case *ast.AliasNode:
		return "an alias"
	}
	return "another value"
}

// implicitNull reports whether a value has been left out.
func implicitNull(n ast.Node) bool {
	null, ok := n.(*ast.NullNode)
	return ok && null.Token.Type == token.ImplicitNullType
}
