package schema

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A found field is one of a struct, or of a struct embedded in it.
type foundField struct {
	fieldShape
	depth  int
	tagged bool
}

// structure reads the fields of a struct as the json package does: those of
// embedded structs are its own, and of those with one name the shallowest wins,
// or at one depth the only one with a tag.
func (b goShapes) structure(s *Shape, t reflect.Type) {
	// The json package alone knows what it refuses in a struct.
	if err := json.Unmarshal([]byte("{}"), reflect.New(t).Interface()); err != nil {
		s.never = err.Error()
		var semantic *json.SemanticError
		if errors.As(err, &semantic) && semantic.Err != nil {
			s.never = semantic.Err.Error()
		}
		return
	}
	found := b.fields(s, t)
	slices.SortStableFunc(found, func(x, y foundField) int {
		return cmp.Or(strings.Compare(x.name, y.name), cmp.Compare(x.depth, y.depth), cmp.Compare(rank(y.tagged), rank(x.tagged)))
	})
	for len(found) > 0 {
		n := 1
		for n < len(found) && found[n].name == found[0].name {
			n++
		}
		if n == 1 || found[0].depth != found[1].depth || found[0].tagged != found[1].tagged {
			s.fields = append(s.fields, found[0].fieldShape)
		}
		found = found[n:]
	}
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// An embedding is a struct whose fields are to be read.
type embedding struct {
	t      reflect.Type
	depth  int
	deeper bool // also those of what it embeds, which were not read before
}

// fields lists the fields of t and of what it embeds, shallowest first.
func (b goShapes) fields(s *Shape, t reflect.Type) []foundField {
	var found []foundField
	queue, seen := []embedding{{t, 0, true}}, map[reflect.Type]bool{t: true}
	for len(queue) > 0 {
		in := queue[0]
		queue = queue[1:]
		for f := range in.t.Fields() {
			tag := f.Tag.Get("json")
			if tag == "-" || !f.IsExported() && !f.Anonymous {
				continue
			}
			name, options, _ := strings.Cut(tag, ",")
			if f.Anonymous && !f.IsExported() && (name != "" || f.Type.Kind() == reflect.Pointer) {
				s.never = in.t.String() + "." + f.Name + " is not exported"
			}
			if !(f.Anonymous && name == "") && !hasOption(options, "embed") {
				found = append(found, foundField{b.field(in.t, f, name, options), in.depth, name != ""})
				continue
			}
			if t := b.embedded(s, f.Type); t != nil && in.deeper {
				queue = append(queue, embedding{t, in.depth + 1, !seen[t]})
				seen[t] = true
			}
		}
	}
	return found
}

func (b goShapes) field(t reflect.Type, f reflect.StructField, name, options string) fieldShape {
	field := fieldShape{name: cmp.Or(name, f.Name), owner: strings.TrimPrefix(t.Name()+"."+f.Name, "."), shape: b.of(f.Type)}
	if hasOption(options, "string") {
		field.shape = &Shape{name: f.Type.String(), never: "the string option takes only numbers in quotes"}
	}
	return field
}

// embedded returns the struct that is embedded, or makes an embedded map or
// jsontext.Value the place for all other members.
func (b goShapes) embedded(s *Shape, t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[jsontext.Value]():
		s.rest = []*Shape{{name: t.String(), opaque: true}}
	case t.Kind() == reflect.Map:
		s.rest = []*Shape{b.of(t.Elem())}
	default:
		return t
	}
	return nil
}

func hasOption(options, option string) bool {
	return slices.Contains(strings.Split(options, ","), option)
}
