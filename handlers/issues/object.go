package issues

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/internal/near"
	"github.com/beignet-go/beignet/records"
)

// objects is the form of JSON: each record says by its own members what it is.
type objects struct {
	mapping   [fieldCount]*string
	source    string // of all; "": a member gives it
	separator string // between labels that are one text
	array     bool   // the objects are the elements of one array
	other     string // to follow what is no object: what the file looks like instead; may be ""
}

func newObjects(in ImportInput, file io.ReaderAt) *objects {
	o := &objects{mapping: in.Mapping.names(), separator: in.LabelSeparator}
	if other := in.otherFormat(file); other != "" {
		o.other = "; " + other
	}
	if in.Source != nil {
		o.source = *in.Source
	}
	return o
}

func (o *objects) hint(*records.SyntaxError) string { return o.other }

// columns are for tables.
func (o *objects) columns() []string { return nil }

// guarded is for tables.
func (o *objects) guarded([]records.Record) (row int64, ok bool) { return 0, false }

// parts takes an object apart. Members that are null say nothing.
func (o *objects) parts(rec records.Record) (parts, error) {
	if rec.Value[0] != '{' {
		return parts{}, fmt.Errorf("%s is no object, as an issue is%s", shown(string(rec.Value)), o.other)
	}
	var m members
	if err := json.Unmarshal(rec.Value, &m.values); err != nil {
		return parts{}, err
	}
	known := recognize(func(name string) bool { return m.values[name] != nil })
	p := parts{source: o.source, name: m.name}
	for f := range fieldCount {
		wanted := known.columns[f]
		if o.mapping[f] != nil {
			wanted = []string{*o.mapping[f]}
		}
		value := m.take(f, wanted)
		var err error
		switch {
		case value == nil && (f == fieldKey || f == fieldTitle):
			return parts{}, o.missing(f, &m)
		case f == fieldLabels:
			p.labels, err = o.labels(value)
		default:
			p.texts[f], err = memberText(value)
		}
		if err != nil {
			return parts{}, fmt.Errorf("%s: %w", m.name(f), err)
		}
	}
	if err := o.setSource(&p, &m, &known); err != nil {
		return parts{}, err
	}
	var err error
	p.extra, err = m.rest(m.take(fieldExtra, known.extra))
	return p, err
}

// members are those of one object, and where its fields were found.
type members struct {
	values map[string]jsontext.Value
	names  [allFields]string // where a field was found
	taken  []string
}

func (m *members) name(f field) string { return "member " + m.names[f] }

// take returns the first of the wanted members that is there, or nil. It is not
// among the rest then.
func (m *members) take(f field, wanted []string) jsontext.Value {
	for _, name := range wanted {
		if value := m.values[name]; value != nil {
			m.names[f] = name
			m.taken = append(m.taken, name)
			return value
		}
	}
	return nil
}

// rest is the object of the members that were not taken, and of those of extra.
func (m *members) rest(extra jsontext.Value) ([]byte, error) {
	object := []byte{'{'}
	for name, value := range m.values {
		if value.Kind() == 'n' || slices.Contains(m.taken, name) {
			continue
		}
		if deeper(value, maxExtra-1) {
			return nil, fmt.Errorf("member %s: arrays and objects lie more than %d deep, %s", name, maxExtra-1, notReadBack)
		}
		if len(object) > len("{") {
			object = append(object, ',')
		}
		var err error
		if object, err = jsontext.AppendQuote(object, name); err != nil {
			return nil, err
		}
		object = append(append(object, ':'), value...)
	}
	object = append(object, '}')
	if extra == nil || extra.Kind() == 'n' {
		return canonical(object)
	}
	return mergeExtra(object, extra)
}

// missing says that an object lacks what an issue is known by or shown as.
func (o *objects) missing(f field, m *members) error {
	names := slices.Sorted(maps.Keys(m.values))
	there := "the object is empty"
	if len(names) > 0 {
		there = "the members are " + quoted(names)
	}
	switch {
	case o.mapping[f] == nil && len(names) == 0:
		return fmt.Errorf("no known member gives the %s of an issue; %s", fieldNames[f], there)
	case o.mapping[f] == nil:
		return fmt.Errorf("no known member gives the %s of an issue; %s: name the right ones with mapping.key and mapping.title", fieldNames[f], there)
	}
	mapped := *o.mapping[f]
	if meant, ok := near.Best(mapped, names); ok {
		return fmt.Errorf("there is no member %q; did you mean %q?", mapped, meant)
	}
	return fmt.Errorf("there is no member %q; %s", mapped, there)
}

// setSource finds the source, where the input does not give it.
func (o *objects) setSource(p *parts, m *members, known *tracker) error {
	if o.source != "" {
		return nil
	}
	value := m.take(fieldSource, known.source)
	if value == nil {
		return errors.New("no member gives the source: set source")
	}
	text, err := memberText(value)
	if err == nil {
		p.source, err = known.sourceIn(text)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m.name(fieldSource), err)
	}
	return nil
}

// labels are a list, of names or of objects that have names; or one text, as a
// table has it.
func (o *objects) labels(value jsontext.Value) ([]string, error) {
	if value.Kind() != '[' {
		text, err := memberText(value)
		return splitLabels(text, o.separator), err
	}
	var list []jsontext.Value
	if err := json.Unmarshal(value, &list); err != nil {
		return nil, err
	}
	var labels []string
	for _, one := range list {
		if one.Kind() == 'n' {
			continue
		}
		label, err := memberText(one)
		if err != nil {
			return nil, err
		}
		labels = append(labels, label)
	}
	return labels, nil
}

// memberText is a value as text: a string's; a number or truth value as it is
// written; the login or name of an object, which is what a tracker's API says
// of people and labels; null and nothing are empty.
func memberText(value jsontext.Value) (string, error) {
	switch value.Kind() {
	case 0, 'n':
		return "", nil
	case '"':
		text, err := jsontext.AppendUnquote(nil, value)
		return string(text), err
	case '{':
		var of struct {
			Login *string `json:"login"`
			Name  *string `json:"name"`
		}
		if err := json.Unmarshal(value, &of); err == nil && of.Login != nil {
			return *of.Login, nil
		} else if err == nil && of.Name != nil {
			return *of.Name, nil
		}
		return "", fmt.Errorf("%s has no login or name", shown(string(value)))
	case '[':
		return "", fmt.Errorf("%s is a list", shown(string(value)))
	}
	return string(value), nil
}
