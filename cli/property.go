package cli

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/schema"
)

// property is a member of a task's input, at any depth, that flags can give: as
// --input.NAME always, and as --name where no other flag has that name.
type property struct {
	schema.Field
	path  []string // the names that lead to it
	takes takes
	long  string // input.mapping.createdAt; "": no flag can be called so
	short string // mapping.created-at; "": another flag is called so

	variable string // input.mapping.created-at, spelt as a flag; "": it is another's too
}

// takes is what a property's flags take.
type takes int

const (
	takesText   takes = iota // one scalar
	takesSwitch              // true or false, the flag alone being true
	takesList                // an array's scalars, a flag each
	takesJSON                // anything else, as JSON
	takesFile                // the name of a file that holds a secret
)

const secretSuffix = "-file"

// properties are those of an input's fields that flags can give. Taken says which
// flags there are already.
func properties(fields []schema.Field, taken func(flag string) bool) []property {
	var all []property
	for _, f := range fields {
		path := strings.Split(strings.TrimPrefix(f.Pointer, "/"), "/")
		if slices.Contains(path, "*") {
			continue // inside an array or a map
		}
		for i, name := range path {
			path[i] = jsontext.Pointer("/" + name).LastToken()
		}
		p := property{Field: f, path: path, takes: takenBy(f)}
		if secretAbove(all, path) {
			p.Secret = true
		}
		if p.Secret {
			p.takes = takesFile
		}
		p.long, p.short = longName(path), shortName(path)
		if p.short != "" {
			p.variable = "input." + p.short
		}
		all = append(all, p)
	}
	wanted, variables := map[string]int{}, map[string]int{}
	for _, p := range all {
		for _, flag := range append(p.flags(p.long), p.flags(p.short)...) {
			wanted[flag]++
		}
		for _, name := range p.variables() {
			variables[variable(name)]++
		}
	}
	another := func(flag string) bool { return taken(flag) || wanted[flag] > 1 }
	for i := range all {
		p := &all[i]
		if slices.ContainsFunc(p.variables(), func(name string) bool { return variables[variable(name)] > 1 }) {
			p.variable = ""
		}
		if slices.ContainsFunc(p.flags(p.long), another) {
			p.long = ""
		}
		if slices.ContainsFunc(p.flags(p.short), another) {
			p.short = ""
		}
	}
	return all
}

func secretAbove(all []property, path []string) bool {
	return slices.ContainsFunc(all, func(p property) bool {
		return p.Secret && len(p.path) < len(path) && slices.Equal(p.path, path[:len(p.path)])
	})
}

func takenBy(f schema.Field) takes {
	scalar := func(kinds string) bool {
		return !slices.ContainsFunc(strings.Split(kinds, " or "), func(kind string) bool {
			return kind == "any" || kind == "object" || kind == "array"
		})
	}
	switch {
	case f.Type == "boolean":
		return takesSwitch
	case f.Type == "array" && f.Items != "" && scalar(f.Items):
		return takesList
	case scalar(f.Type):
		return takesText
	}
	return takesJSON
}

// flags are the flags of a property under one of its names, without dashes. Those
// that would hold a secret are there to be refused.
func (p property) flags(name string) []string {
	switch {
	case name == "":
		return nil
	case p.takes == takesSwitch:
		return []string{name, "no-" + name}
	case p.takes == takesFile:
		return []string{name + secretSuffix, name}
	}
	return []string{name}
}

// variables are the flags after which a property's variables are called.
func (p property) variables() []string {
	switch {
	case p.variable == "":
		return nil
	case p.takes == takesFile:
		return []string{p.variable, p.variable + secretSuffix}
	}
	return []string{p.variable}
}

// flag is how people are told to give a property; "": by --input alone.
func (p property) flag() string {
	name := p.short
	if name == "" {
		name = p.long
	}
	switch {
	case name == "":
		return ""
	case p.takes == takesFile:
		name += secretSuffix
	}
	return "--" + name
}

// spec is flag as help shows it, with what it takes.
func (p property) spec() string {
	flag := p.flag()
	switch {
	case flag == "":
		return "--input " + strings.Join(p.path, ".")
	case p.takes == takesSwitch:
		return "--[no-]" + flag[len("--"):]
	}
	return flag + " " + p.placeholder()
}

func (p property) placeholder() string {
	switch {
	case p.takes == takesSwitch:
		return ""
	case p.takes == takesFile, p.File != "":
		return "FILE"
	case p.takes == takesJSON:
		return "JSON"
	case len(p.Enum) > 0:
		return strings.Join(p.words(), "|")
	case p.Type == "integer", p.Type == "number", p.Items == "integer", p.Items == "number":
		return "N"
	}
	return "TEXT"
}

// words are the values that there is a choice of, as people write them.
func (p property) words() []string {
	words := make([]string, len(p.Enum))
	for i, v := range p.Enum {
		words[i] = unquoted(v)
	}
	return words
}

// unquoted is a JSON value as people write it on a command line.
func unquoted(v jsontext.Value) string {
	if text, err := jsontext.AppendUnquote(nil, v); err == nil {
		return string(text)
	}
	return string(v)
}

// longName is a path as a flag: input.mapping.createdAt. A name that a command
// line could not tell from something else has none.
func longName(path []string) string {
	for _, name := range path {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool {
			return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}) {
			return ""
		}
	}
	return "input." + strings.Join(path, ".")
}

// shortName is a path in kebab case: mapping.created-at.
func shortName(path []string) string {
	if longName(path) == "" {
		return ""
	}
	words := make([]string, len(path))
	for i, name := range path {
		words[i] = kebab(name)
	}
	return strings.Join(words, ".")
}

// kebab writes createdAt, HTMLURL and snake_case as created-at, htmlurl and
// snake-case.
func kebab(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case r == '_':
			r = '-'
		case unicode.IsUpper(r) && i > 0 && runes[i-1] != '_' && runes[i-1] != '-':
			endsWord := !unicode.IsUpper(runes[i-1])
			startsWord := unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if endsWord || startsWord {
				b.WriteByte('-')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
