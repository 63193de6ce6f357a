package schema

import (
	stdjson "encoding/json"
	"fmt"
	"slices"
	"strings"
)

// maxCount bounds maxLength and its like, far beyond any value there can be.
const maxCount = 1 << 53

// check refuses a keyword whose value has not the form that the meta-schema
// asks for, or is of no use here.
func (p *parser) check(n *node, at, name string, form form, v any) {
	switch form {
	case formString:
		if text, ok := v.(string); ok {
			p.checkString(n, at, name, text)
		} else {
			p.malformed(at, "must be a string")
		}
	case formBool:
		if _, ok := v.(bool); !ok {
			p.malformed(at, "must be true or false")
		}
	case formNumber, formPositive, formCount:
		p.checkNumber(at, form, v)
	case formList, formFilledList:
		if list, ok := v.([]any); !ok {
			p.malformed(at, "must be a list")
		} else if form == formFilledList && len(list) == 0 {
			p.refuse(at, "empty-enum", "must hold at least one value", "")
		}
	case formNames:
		n.required = p.names(at, v)
	case formNamesMap:
		lists, ok := v.(map[string]any)
		if !ok {
			p.malformed(at, "must be an object of lists of names")
		}
		for name, list := range lists {
			p.names(join(at, name), list)
		}
	case formTypes:
		n.types = p.types(at, v)
	}
}

func (p *parser) checkNumber(at string, form form, v any) {
	digits, ok := v.(stdjson.Number)
	value, _ := digits.Float64()
	switch {
	case !ok:
		p.malformed(at, "must be a number")
	case form == formPositive && value <= 0:
		p.malformed(at, "must be above 0")
	case form == formCount && (value < 0 || typeOf(v) != typeInteger):
		p.malformed(at, "must be a whole number of 0 or more")
	case form == formCount && value > maxCount:
		p.refuse(at, "number-out-of-range", fmt.Sprintf("must be at most %d", maxCount), "")
	}
}

// checkString checks the keywords whose text has a meaning.
func (p *parser) checkString(n *node, at, name, text string) {
	switch name {
	case "pattern":
		p.pattern(at, text)
	case "format":
		if formatNamed(text) == nil {
			p.refuse(at, "unknown-format", "unknown format "+text, didYouMean(text, formatNames()))
		}
	case "$schema":
		if text != metaSchema || n.at != "" {
			p.refuse(at, "unsupported-dialect", "schemas are JSON Schema 2020-12", "leave $schema out, or say "+metaSchema+" at the root")
		}
	case "$id":
		if n.at != "" {
			p.refuse(at, "unsupported-keyword", "$id below the root is not supported", "use $anchor, or $ref with a JSON pointer")
		} else if strings.Contains(strings.TrimSuffix(text, "#"), "#") {
			p.malformed(at, "must be a URI without a fragment")
		}
	case "$anchor":
		if !isAnchor(text) {
			p.malformed(at, "must be a name of letters, digits, - . and _, and begin with a letter or _")
		}
	}
}

func isAnchor(s string) bool {
	return s != "" && !strings.ContainsAny(s[:1], "-.0123456789") &&
		!strings.ContainsFunc(s, func(r rune) bool { return !isLetterOrDigit(r) && !strings.ContainsRune("-._", r) })
}

// fileKeyword is the one extension that means something: its string names a file.
const fileKeyword = "x-file"

// FileUse is what a task does with a file that its input names. For "-" it is
// standard input or output.
type FileUse string

// The values of x-file. The zero value is a string that names no file.
const (
	FileRead  FileUse = "read"
	FileWrite FileUse = "write"
)

func (p *parser) fileUse(at string, v any) FileUse {
	use, _ := v.(string)
	if FileUse(use) != FileRead && FileUse(use) != FileWrite {
		p.malformed(at, "must be read or write")
		return ""
	}
	return FileUse(use)
}

// names checks a list of names, each once.
func (p *parser) names(at string, v any) []string {
	list, ok := v.([]any)
	if !ok {
		p.malformed(at, "must be a list of names")
		return nil
	}
	var names []string
	for i, e := range list {
		name, ok := e.(string)
		switch {
		case !ok:
			p.malformed(index(at, i), "must be a name")
		case slices.Contains(names, name):
			p.malformed(index(at, i), "names "+name+" twice")
		}
		names = append(names, name)
	}
	return names
}

// types checks the type keyword and returns what it names.
func (p *parser) types(at string, v any) types {
	if name, ok := v.(string); ok {
		return p.typeNamed(at, name)
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		p.malformed(at, "must be a type or a list of types")
		return 0
	}
	var set types
	for i, name := range p.names(at, list) {
		if _, ok := list[i].(string); ok {
			set |= p.typeNamed(index(at, i), name)
		}
	}
	return set
}

func (p *parser) typeNamed(at, name string) types {
	var names []string
	for _, t := range typeNames {
		if t.name == name {
			return t.set
		}
		names = append(names, t.name)
	}
	hint := didYouMean(name, names)
	if hint == "" {
		hint = "a type is " + orList(names)
	}
	p.refuse(at, "invalid-keyword", "unknown type "+name, hint)
	return 0
}

// infer takes the type of a schema that does not name one from the values that
// it lists.
func (n *node) infer() {
	if n.has("type") {
		return
	}
	for _, values := range n.listed() {
		var possible types
		for _, v := range values {
			possible |= typeOf(v)
		}
		n.types &= possible
	}
}
