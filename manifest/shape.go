package manifest

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// shape is what the tags of one struct type say, read once a Load.
type shape struct {
	fields []field
	keys   []string // of fields, in order
	key    *field   // takes the entry's key; nil: none
	at     int      // index of the field that takes the entry's position; -1: none
}

// field is what the tags of one struct field say.
type field struct {
	index    int
	key      string
	options  []string
	enum     []string
	preset   string
	min, max int64
	at       int // index of the field that takes the value's position; -1: none
}

func (f *field) is(option string) bool { return slices.Contains(f.options, option) }

type shapes map[reflect.Type]*shape

func newShapes() shapes {
	ss := shapes{}
	ss.add(reflect.TypeFor[module]())
	ss.add(reflect.TypeFor[Feature]())
	return ss
}

// add reads the tags of t, where it is a struct, and of every type within it.
func (ss shapes) add(t reflect.Type) {
	for t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || ss[t] != nil {
		return
	}
	s := &shape{fields: make([]field, 0, t.NumField()), keys: make([]string, 0, t.NumField()), at: -1}
	ss[t] = s
	positions := map[string]int{}
	for i := range t.NumField() {
		in := t.Field(i)
		tag, ok := in.Tag.Lookup("yaml")
		if !ok {
			continue
		}
		f := newField(i, tag, in.Tag)
		switch {
		case f.is("at"):
			positions[f.key] = i
		case f.is("key"):
			s.key = &f
		default:
			s.fields, s.keys = append(s.fields, f), append(s.keys, f.key)
			ss.add(in.Type)
		}
	}
	if i, ok := positions[""]; ok {
		s.at = i
	}
	for i := range s.fields {
		if at, ok := positions[s.fields[i].key]; ok {
			s.fields[i].at = at
		}
	}
}

func newField(index int, yaml string, tag reflect.StructTag) field {
	options := strings.Split(yaml, ",")
	f := field{index: index, key: options[0], options: options[1:], at: -1}
	rules, _, _ := strings.Cut(string(tag[len(`yaml:""`)+len(yaml):]), `doc:"`)
	if rules = strings.TrimSpace(rules); rules == "" {
		return f // most fields have no other rule
	}
	tag = reflect.StructTag(rules)
	f.preset = tag.Get("default")
	if enum := tag.Get("enum"); enum != "" {
		f.enum = strings.Split(enum, ",")
	}
	f.min, _ = strconv.ParseInt(tag.Get("min"), 10, 64)
	f.max, _ = strconv.ParseInt(tag.Get("max"), 10, 64)
	return f
}
