package manifest

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// jsonWriter writes a tree as compact JSON and notes the place of each value.
type jsonWriter struct {
	*decoder
	json   []byte
	places []place
}

// value writes one value, or reports what is wrong with it and writes nothing.
func (w *jsonWriter) value(m member) bool {
	index := len(w.places)
	p := place{at: toSpot(w.place(m))}
	if m.key != nil {
		p.name = m.key.Value
	}
	w.places = append(w.places, p)
	switch n := m.value.(type) {
	case *ast.MappingNode:
		w.object(n)
	case *ast.SequenceNode:
		w.places[index].list = true
		w.array(n)
	default:
		if !w.scalar(m) {
			return false
		}
	}
	w.places[index].end = int32(len(w.places))
	return true
}

func (w *jsonWriter) object(n *ast.MappingNode) {
	w.json = append(w.json, '{')
	first := true
	for _, m := range w.members(n) {
		json, places := len(w.json), len(w.places)
		if !first {
			w.json = append(w.json, ',')
		}
		w.json = append(appendString(w.json, m.key.Value), ':')
		if !w.value(m) {
			w.json, w.places = w.json[:json], w.places[:places]
			continue
		}
		first = false
	}
	w.json = append(w.json, '}')
}

func (w *jsonWriter) array(n *ast.SequenceNode) {
	w.json = append(w.json, '[')
	first := true
	for _, item := range n.Values {
		json, places := len(w.json), len(w.places)
		if !first {
			w.json = append(w.json, ',')
		}
		if !w.value(member{value: w.resolve(item)}) {
			w.json, w.places = w.json[:json], w.places[:places]
			continue
		}
		first = false
	}
	w.json = append(w.json, ']')
}

func (w *jsonWriter) scalar(m member) bool {
	switch n := m.value.(type) {
	case *ast.StringNode:
		if numeric(n.Token) {
			w.ambiguous(n.Token)
			return false
		}
		return w.text(m, n.Value)
	case *ast.LiteralNode:
		return w.text(m, n.Value.Value)
	case *ast.BoolNode:
		if n.Value {
			w.json = append(w.json, "true"...)
		} else {
			w.json = append(w.json, "false"...)
		}
	case *ast.NullNode:
		if implicitNull(n) {
			w.report(w.place(m), CodeWrongType, "a value is missing here", "write null if that is meant")
			return false
		}
		w.json = append(w.json, "null"...)
	default:
		number := n.GetToken()
		if !decimal(number.Value) {
			w.ambiguous(number)
			return false
		}
		w.json = append(w.json, number.Value...)
	}
	return true
}

// text writes a string. What people are shown of a schema holds to the same rule as
// a task's own description.
func (w *jsonWriter) text(m member, s string) bool {
	if m.key != nil && (m.key.Value == "title" || m.key.Value == "description") {
		if r, bad := unprintable(s, true); bad {
			w.report(w.place(m), CodeControlCharacter, m.key.Value+" holds "+codePoint(r), "take it out")
			return false
		}
	}
	w.json = appendString(w.json, s)
	return true
}

// appendString appends s, which is UTF-8, as a JSON string.
func appendString(b []byte, s string) []byte {
	const hex, letters, escaped = "0123456789abcdef", "btnfr", "\b\t\n\f\r"
	b = append(b, '"')
	for i := range len(s) {
		c := s[i]
		short := strings.IndexByte(escaped, c)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case short >= 0:
			b = append(b, '\\', letters[short])
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
