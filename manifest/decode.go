package manifest

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/beignet-go/beignet/internal/near"
)

const maxProblems = 1000 // of one file

// decoder turns the tree of one file into Go values by their types, reports all it
// refuses, and goes on.
type decoder struct {
	src     *source
	shapes  shapes
	targets map[*ast.AliasNode]ast.Node
	found   Diagnostics
}

// nodeDecoder is a type that reads its own value.
type nodeDecoder interface {
	decodeNode(d *decoder, m member, f *field) bool
}

// member is a value where it stands: under a key, or as an item of a list, where
// key is nil.
type member struct {
	key   *token.Token
	value ast.Node // never an alias or anchor
}

// decode reads a whole file into v, a pointer to a struct.
func (d *decoder) decode(root ast.Node, v any) {
	root = d.resolve(root)
	mapping, ok := root.(*ast.MappingNode)
	if !ok {
		d.report(d.start(root), CodeWrongType, "the file must be a mapping, not "+kind(root), "")
		return
	}
	d.mapping(mapping, reflect.ValueOf(v).Elem())
}

func (d *decoder) report(at Position, code, message, hint string) {
	switch {
	case len(d.found) < maxProblems:
		d.found = append(d.found, d.src.diagnostic(at, code, message, hint))
	case len(d.found) == maxProblems:
		d.found = append(d.found, d.src.diagnostic(Position{File: d.src.file}, CodeTooManyProblems, "too many problems: the rest is not shown", ""))
	}
}

// mapping decodes the members of m into the struct v and completes it.
func (d *decoder) mapping(m *ast.MappingNode, v reflect.Value) {
	s := d.shapes[v.Type()]
	var seen, misspelt uint64 // bits of fields; one that is misspelt is not missing as well
	for _, member := range d.members(m) {
		if len(d.found) > maxProblems {
			return
		}
		key := member.key.Value
		i := slices.Index(s.keys, key)
		if i < 0 {
			hint := "known here: " + strings.Join(s.keys, ", ")
			if meant, ok := near.Best(key, s.keys); ok {
				hint = "did you mean " + meant + "?"
				misspelt |= 1 << slices.Index(s.keys, meant)
			}
			d.report(d.src.position(member.key), CodeUnknownKey, "unknown key "+key, hint)
			continue
		}
		seen |= 1 << i
		f := &s.fields[i]
		if f.at >= 0 && v.Field(f.at).Kind() == reflect.Struct {
			v.Field(f.at).Set(reflect.ValueOf(d.place(member)))
		}
		d.value(member, v, f)
	}
	for i := range s.fields {
		switch f := &s.fields[i]; {
		case f.is("required") && (seen|misspelt)&(1<<i) == 0:
			d.report(d.start(m), CodeMissingKey, "missing key "+f.key, "")
		case f.preset != "" && seen&(1<<i) == 0:
			v.Field(f.index).SetString(f.preset)
		}
	}
}

// value decodes a member into the field of v that f describes.
func (d *decoder) value(m member, v reflect.Value, f *field) {
	target := v.Field(f.index)
	if target.Kind() != reflect.Slice || target.Type() == reflect.TypeFor[[]byte]() {
		d.one(m, target, f)
		return
	}
	var positions reflect.Value
	if f.at >= 0 && v.Field(f.at).Kind() == reflect.Slice {
		positions = v.Field(f.at)
	}
	for _, item := range d.items(m, f) {
		if len(d.found) > maxProblems {
			return
		}
		element := reflect.New(target.Type().Elem()).Elem()
		if !d.one(item, element, f) {
			continue
		}
		target.Set(reflect.Append(target, element))
		if positions.IsValid() {
			positions.Set(reflect.Append(positions, reflect.ValueOf(d.place(item))))
		}
	}
}

// items returns the members that make up a list, however it is written.
func (d *decoder) items(m member, f *field) []member {
	switch n := m.value.(type) {
	case *ast.SequenceNode:
		if f.is("keyed") {
			break
		}
		items := make([]member, len(n.Values))
		for i, value := range n.Values {
			items[i] = member{value: d.resolve(value)}
		}
		return items
	case *ast.MappingNode:
		if f.is("keyed") {
			return d.members(n)
		}
	default:
		if f.is("or-one") {
			return []member{m}
		}
	}
	want := "a list"
	if f.is("keyed") {
		want = "a mapping"
	}
	d.wrongType(m, f, want)
	return nil
}

// one decodes a single value and reports whether it can be used.
func (d *decoder) one(m member, v reflect.Value, f *field) bool {
	if v.Kind() == reflect.Pointer {
		element := reflect.New(v.Type().Elem())
		if !d.one(m, element.Elem(), f) {
			return false
		}
		v.Set(element)
		return true
	}
	if custom, ok := v.Addr().Interface().(nodeDecoder); ok {
		return custom.decodeNode(d, m, f)
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		timeout, ok := d.duration(m, f)
		v.SetInt(int64(timeout))
		return ok
	case v.Type() == reflect.TypeFor[[]byte]():
		json, _, ok := d.object(m, f)
		v.SetBytes(json)
		return ok
	case v.Kind() == reflect.String:
		s, ok := d.text(m, f)
		v.SetString(s)
		return ok
	case v.Kind() == reflect.Bool:
		b, ok := m.value.(*ast.BoolNode)
		if !ok {
			d.wrongType(m, f, "true or false")
			return false
		}
		v.SetBool(b.Value)
		return true
	case v.Kind() == reflect.Int:
		n, ok := d.integer(m, f)
		v.SetInt(n)
		return ok
	}
	return d.entry(m, v, f)
}

// entry decodes a mapping into the struct v.
func (d *decoder) entry(m member, v reflect.Value, f *field) bool {
	mapping, ok := m.value.(*ast.MappingNode)
	if !ok {
		d.wrongType(m, f, "a mapping")
		return false
	}
	s := d.shapes[v.Type()]
	if s.at >= 0 {
		v.Field(s.at).Set(reflect.ValueOf(d.place(m)))
	}
	if s.key != nil {
		var name string
		name, ok = d.checkText(m, m.key.Value, s.key)
		v.Field(s.key.index).SetString(name)
	}
	d.mapping(mapping, v)
	return ok
}
