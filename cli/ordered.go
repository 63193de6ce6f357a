package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/beignet-go/beignet/internal/term"
)

// members is a JSON object in the order of its text.
type members []member

type member struct {
	name  string
	value any // members, []any, string, json.Number, bool or nil
}

// parseOrdered reads one JSON value.
func parseOrdered(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return nextValue(d)
}

func nextValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := members{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := nextValue(d)
			if err != nil {
				return nil, err
			}
			object = append(object, member{fmt.Sprint(name), value})
		}
		_, err := d.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for d.More() {
			value, err := nextValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err := d.Token()
		return list, err
	}
	return token, nil
}

// flat replaces each member that is an object by that object's members.
func (o members) flat(prefix string) members {
	var all members
	for _, m := range o {
		if inner, ok := m.value.(members); ok && len(inner) > 0 {
			all = append(all, inner.flat(prefix+m.name+".")...)
			continue
		}
		all = append(all, member{prefix + m.name, m.value})
	}
	return all
}

// text is a member's value as it stands in a table.
func (o members) text(name string) string {
	for _, m := range o {
		if m.name == name {
			return term.Escape(scalar(m.value))
		}
	}
	return ""
}

// objects returns v as a list of objects, if it is one and not empty.
func objects(v any) ([]members, bool) {
	list, _ := v.([]any)
	var all []members
	for _, item := range list {
		object, ok := item.(members)
		if !ok {
			return nil, false
		}
		all = append(all, object.flat(""))
	}
	return all, len(all) > 0
}

// scalar is a value on one line.
func scalar(v any) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		if strings.Trim(v.String(), "-0123456789") == "" {
			return grouped(v.String())
		}
		return v.String()
	case members:
		words := make([]string, len(v))
		for i, m := range v {
			words[i] = m.name + " " + scalar(m.value)
		}
		return orNone(words)
	case []any:
		words := make([]string, len(v))
		for i, item := range v {
			words[i] = scalar(item)
		}
		return orNone(words)
	}
	return fmt.Sprint(v)
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}
