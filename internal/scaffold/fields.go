package scaffold

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// input is one property of a task's input, in the schema and in the Go type.
type input struct {
	name     string
	goName   string // the field
	kind     string // of the schema: string, integer, number or boolean
	list     bool   // of them
	optional bool
	preset   string   // the default, as JSON; "": none
	more     []string // lines of the schema
	sample   string   // JSON that the schema takes
}

// parseField reads NAME:TYPE[?][=DEFAULT].
func parseField(text string) (input, error) {
	refuse := func(message, hint string) (input, error) {
		return input{}, &Refusal{"--field " + text + ": " + message, hint}
	}
	name, rest, typed := strings.Cut(text, ":")
	kind, preset, hasPreset := strings.Cut(rest, "=")
	f := input{name: name, kind: strings.TrimSuffix(kind, "?"), optional: strings.HasSuffix(kind, "?")}
	f.kind, f.list = strings.CutSuffix(f.kind, "[]")
	switch {
	case !typed:
		return refuse("it has no type", "write it like limit:integer, limit:integer? where it may be left out, or limit:integer=20")
	case !camelCase(name):
		return refuse(quoted(name)+" is no name", "write it like createdAt: a lower case letter, then letters and digits")
	case len(name) > maxName:
		return refuse("the name is too long", "take at most 64 characters")
	case goTypes(f.kind) == "":
		return refuse(quoted(f.kind)+" is no type", "take string, integer, number or boolean, or a list of them such as string[]")
	case hasPreset && f.optional:
		return refuse("a field with a default may be left out anyway", "take out the ?")
	case hasPreset && f.list:
		return refuse("a list takes no default", "leave it out, or mark it with ? as optional")
	}
	f.goName = exported(name)
	f.sample = map[string]string{"string": `"example"`, "integer": "1", "number": "0.5", "boolean": "true"}[f.kind]
	if f.list {
		f.sample = "[" + f.sample + "]"
	}
	if hasPreset {
		var ok bool
		if f.preset, ok = literal(f.kind, preset); !ok {
			return refuse(quoted(preset)+" is no "+f.kind, literalRule(f.kind))
		}
	}
	return f, nil
}

// literal is a default as JSON, where it is of its type. A number stays as it is
// given: as a manifest takes it, in plain decimal.
func literal(kind, text string) (string, bool) {
	switch kind {
	case "boolean":
		return text, text == "true" || text == "false"
	case "integer":
		return text, whole(text)
	case "number":
		return text, whole(text) || fraction(text)
	}
	return jsonText(text), printable(text)
}

func whole(text string) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && strconv.FormatInt(n, 10) == text
}

func fraction(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && json.Valid([]byte(text)) && strings.Contains(text, ".") && strings.Trim(text, "-.0123456789") == ""
}

func literalRule(kind string) string {
	switch kind {
	case "boolean":
		return "write true or false"
	case "string":
		return "leave line breaks and control characters out"
	}
	return "write it in plain decimal, within 64 bits"
}

func camelCase(name string) bool {
	return name != "" && name[0] >= 'a' && name[0] <= 'z' &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

func goTypes(kind string) string {
	switch kind {
	case "string":
		return "string"
	case "integer":
		return "int64"
	case "number":
		return "float64"
	case "boolean":
		return "bool"
	}
	return ""
}

// goType is the type of the field. One that may be absent can say so.
func (f input) goType() string {
	switch t := goTypes(f.kind); {
	case f.list:
		return "[]" + t
	case f.optional:
		return "*" + t
	default:
		return t
	}
}

// key is the name in YAML.
func (f input) key() string { return yamlText(f.name) }

func (f input) required() bool { return !f.optional && f.preset == "" }

// property is the property in the schema, in YAML: on one line where it is short.
func (f input) property() string {
	lines := []string{"type: " + f.kind}
	if f.list {
		lines = []string{"type: array", "items: { type: " + f.kind + " }"}
	}
	if f.preset != "" {
		lines = append(lines, "default: "+yamlOf(f.preset))
	}
	lines = append(lines, f.more...)
	if len(lines) <= 2 {
		return f.key() + ": { " + strings.Join(lines, ", ") + " }"
	}
	return f.key() + ":\n      " + strings.Join(lines, "\n      ")
}

// merge puts the fields that were asked for behind the kind's own, and dryRun last.
// One that was asked for takes the place of the kind's.
func merge(own []input, asked []string) ([]input, error) {
	all := slices.Clone(own)
	for n, text := range asked {
		f, err := parseField(text)
		if err != nil {
			return nil, err
		}
		if f.name == dryRun {
			if f.kind != "boolean" || f.list || f.optional {
				return nil, &Refusal{"--field " + text + ": the runner goes by dryRun: it is a boolean that is required or has a default", "write dryRun:boolean=true"}
			}
			f.more = dryRunInput().more
		}
		at := slices.IndexFunc(all, func(other input) bool { return other.goName == f.goName })
		switch {
		case at < 0:
			all = append(all, f)
		case f.name == dryRun && at < len(own) && !slices.ContainsFunc(asked[:n], isDryRun):
			all[at] = f
		default:
			return nil, &Refusal{"--field " + text + ": the task has a field " + all[at].name + " already", "leave it out, or choose another name"}
		}
	}
	slices.SortStableFunc(all, func(a, b input) int { return cmp.Compare(last(a), last(b)) })
	return all, nil
}

// last is 1 for the field that stands behind the others.
func last(f input) int {
	if f.name == dryRun {
		return 1
	}
	return 0
}

func isDryRun(field string) bool { return strings.HasPrefix(field, dryRun+":") }
