package manifest

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// wrongType reports that a member is not what its key wants.
func (d *decoder) wrongType(m member, f *field, want string) {
	if implicitNull(m.value) {
		d.report(d.place(m), CodeWrongType, subject(m, f)+" has no value", "give it one, or leave the key out")
		return
	}
	hint := ""
	switch m.value.(type) {
	case *ast.MappingNode, *ast.SequenceNode, *ast.NullNode:
	default:
		if want == "a string" {
			hint = "quote it: " + strconv.Quote(m.value.GetToken().Value)
		}
	}
	d.report(d.place(m), CodeWrongType, subject(m, f)+" must be "+want+", not "+kind(m.value), hint)
}

// subject names a member in a message.
func subject(m member, f *field) string {
	switch {
	case m.key == nil:
		return "an item of " + f.key
	case f.key == "":
		return "this key"
	}
	return m.key.Value
}

// text decodes a string: what YAML takes for anything else must be quoted.
func (d *decoder) text(m member, f *field) (string, bool) {
	var s string
	switch n := m.value.(type) {
	case *ast.StringNode:
		if numeric(n.Token) {
			d.wrongType(m, f, "a string")
			return "", false
		}
		s = n.Value
	case *ast.LiteralNode:
		s = n.Value.Value
		if !f.is("name") && !f.is("dotted") && f.enum == nil { // prose, where the last line end means nothing
			s = strings.TrimRight(s, "\n")
		}
	default:
		d.wrongType(m, f, "a string")
		return "", false
	}
	return d.checkText(m, s, f)
}

// checkText holds a string to what its field's tags allow.
func (d *decoder) checkText(m member, s string, f *field) (string, bool) {
	refuse := func(code, message, hint string) (string, bool) {
		d.report(d.place(m), code, subject(m, f)+" "+message, hint)
		return "", false
	}
	if r, bad := unprintable(s, f.is("text")); bad {
		if r == '\n' {
			return refuse(CodeInvalidValue, "must be one line", "")
		}
		return refuse(CodeControlCharacter, "holds "+codePoint(r), "take it out")
	}
	switch {
	case s == "":
		return refuse(CodeInvalidValue, "is empty", "")
	case len(f.enum) > 0 && !slices.Contains(f.enum, s):
		return refuse(CodeInvalidValue, "must be "+either(f.enum)+", not "+s, didYouMean(s, f.enum))
	case f.is("name") && !segment(s):
		return refuse(CodeInvalidName, "must be lower case letters, digits and single hyphens, not "+s, "")
	case f.is("variable") && strings.HasPrefix(s, "$") && !variable(s[1:]):
		return refuse(CodeInvalidName, "must name a variable behind its $, not "+s, "write it as $DATABASE_URL")
	case f.is("dotted") && !dotted(s):
		return refuse(CodeInvalidName, "must be lower case letters, digits and single hyphens, joined by dots, not "+s, "")
	}
	return s, true
}

// variable reports whether s is a name that a variable can have.
func variable(s string) bool {
	return s != "" && (s[0] < '0' || s[0] > '9') &&
		strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// unprintable returns the first rune of s that may not be in it: a control
// character, a line or paragraph separator, or one that reorders text.
func unprintable(s string, lines bool) (rune, bool) {
	for _, r := range s {
		switch {
		case lines && (r == '\n' || r == '\t'):
		case r < ' ', r >= 0x7f && unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control):
			return r, true
		}
	}
	return 0, false
}

func (d *decoder) duration(m member, f *field) (time.Duration, bool) {
	const want = "a duration such as 30m"
	n, ok := m.value.(*ast.StringNode)
	if !ok {
		d.wrongType(m, f, want)
		return 0, false
	}
	duration, err := time.ParseDuration(n.Value)
	if err != nil || duration <= 0 {
		d.report(d.place(m), CodeInvalidValue, f.key+" must be "+want+", not "+n.Value, "")
		return 0, false
	}
	return duration, true
}

func (d *decoder) integer(m member, f *field) (int64, bool) {
	n, ok := m.value.(*ast.IntegerNode)
	if !ok {
		d.wrongType(m, f, "a whole number")
		return 0, false
	}
	if !decimal(n.Token.Value) {
		d.ambiguous(n.Token)
		return 0, false
	}
	i, err := strconv.ParseInt(n.Token.Value, 10, 64)
	if err != nil || i < f.min || f.max != 0 && i > f.max {
		d.report(d.place(m), CodeInvalidValue, f.key+" must be from "+strconv.FormatInt(f.min, 10)+" to "+strconv.FormatInt(f.max, 10)+", not "+n.Token.Value, "")
		return 0, false
	}
	return i, true
}

// decodeNode reads a number of items or a share such as "5%".
func (most *MaxFailures) decodeNode(d *decoder, m member, f *field) bool {
	switch n := m.value.(type) {
	case *ast.IntegerNode:
		if !decimal(n.Token.Value) {
			d.ambiguous(n.Token)
			return false
		}
		count, err := strconv.ParseInt(n.Token.Value, 10, 64)
		if err == nil && count >= 0 {
			most.Count = count
			return true
		}
	case *ast.StringNode:
		percent, found := strings.CutSuffix(n.Value, "%")
		share, err := strconv.ParseFloat(percent, 64)
		if found && decimal(percent) && percent[0] != '-' && err == nil && share <= 100 {
			most.Share = share / 100
			return true
		}
	default:
		d.wrongType(m, f, "a number of items or a share such as 5%")
		return false
	}
	d.report(d.place(m), CodeInvalidValue, f.key+" must be a number of items or a share such as 5%, not "+m.value.GetToken().Value, "")
	return false
}

func (d *decoder) ambiguous(t *token.Token) {
	message := t.Value + " is not a number in plain decimal"
	if decimal(t.Value) {
		message = t.Value + " does not fit into 64 bits"
	}
	d.report(d.src.position(t), CodeAmbiguousNumber, message, "write it in plain decimal, or quote it to make it a string")
}

// decimal reports whether s is a number that reads the same everywhere: JSON's
// grammar without an exponent.
func decimal(s string) bool {
	whole, fraction, dot := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return digits(whole) && (whole == "0" || whole[0] != '0') && (!dot || digits(fraction))
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// numeric reports whether a token is a plain string only because the parser gave up
// on it as a number: 1e3, 09, an integer over 64 bits.
func numeric(t *token.Token) bool {
	if t.Type != token.StringType || t.Value == "" {
		return false
	}
	if first := strings.TrimLeft(t.Value, "+-."); first == "" || first[0] < '0' || first[0] > '9' {
		return false
	}
	_, err := strconv.ParseFloat(strings.ReplaceAll(t.Value, "_", ""), 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}

// either joins the alternatives of a message: a, b or c.
func either(list []string) string {
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + " or " + list[last]
}
