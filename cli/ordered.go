package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

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

// cell is a member's value as it stands in a column of a table.
func (o members) cell(name string) string {
	return o.show(name, func(v any) string { return item(v, "\t") })
}

// text is a member's value on a line of its own, or at the end of one.
func (o members) text(name string) string { return o.show(name, scalar) }

func (o members) show(name string, as func(any) string) string {
	for _, m := range o {
		if m.name == name {
			return term.Escape(as(m.value))
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
		for i, one := range v {
			words[i] = item(one, ",")
		}
		return orNone(words)
	}
	return fmt.Sprint(v)
}

// item is a value among others on one line. A text that could be taken for another
// there is quoted: an empty one, one with spaces at its ends or two in a row, with the
// separator in it, or not in Unicode's composed form, whose marks are then written
// out.
func item(v any, separator string) string {
	s, ok := v.(string)
	odd := func(r rune) bool { return r != ' ' && unicode.IsSpace(r) }
	if !ok || s == strings.TrimSpace(s) && s != "" && !strings.Contains(s, separator) && !strings.Contains(s, "  ") && !strings.ContainsFunc(s, odd) && norm.NFC.IsNormalString(s) {
		return scalar(v)
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.In(r, unicode.Mn) || odd(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}
