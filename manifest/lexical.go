package manifest

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

// checkTabs refuses a tab that indents, and one within plain text, which the lexer
// would drop.
func (c *tokenCheck) checkTabs(t *token.Token) {
	if t.CharacterType == token.CharacterTypeMiscellaneous && t.Indicator == token.NotIndicator && strings.Contains(strings.TrimSpace(t.Origin), "\t") {
		c.refuse(t, CodeUnsupportedYAML, "a tab within plain text", `put the text in double quotes and write \t`)
		return
	}
	if prev := c.peek(-1); prev != nil && prev.Position.Line == t.Position.Line {
		return
	}
	line := c.src.line(t.Position.Line)
	blank := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	if tab := strings.IndexByte(blank, '\t'); tab >= 0 {
		at := Position{File: c.src.file, Line: t.Position.Line, Column: tab + 1, Width: 1}
		c.refuseAt(at, CodeTabIndent, "a tab in the indentation", "indent with spaces")
	}
}

// checkPlain refuses plain text that YAML does not allow, and that the lexer reads on
// where a comma is missing or a line is indented too far.
func (c *tokenCheck) checkPlain(t *token.Token, flow bool) {
	if c.inBlock() {
		return
	}
	v := t.Value
	switch {
	case strings.Contains(v, ": "), strings.HasSuffix(v, ":"):
		c.refuse(t, CodeSyntax, "a colon within plain text", "end the value before it, or put the text in quotes")
	case strings.IndexAny(v, ",[]{}") == 0, flow && strings.ContainsAny(v, "[]{}"):
		c.refuse(t, CodeSyntax, "a bracket or comma within plain text", "put the text in quotes")
	}
	if c.at == 0 || !strings.Contains(strings.TrimSpace(t.Origin), "\n") {
		return
	}
	end := len(c.src.starts)
	if next := c.peek(1); next != nil {
		end = next.Position.Line - 1
	}
	for n := c.peek(-1).Position.Line + 1; n <= end; n++ {
		line := c.src.line(n)
		text := strings.TrimLeft(line, " ")
		if strings.HasPrefix(text+" ", "- ") {
			at := Position{File: c.src.file, Line: n, Column: 1 + len(line) - len(text), Width: 1}
			c.refuseAt(at, CodeSyntax, "an item within plain text", "indent it like the items before it, or put the text in quotes")
		}
	}
}

// checkQuoted refuses a double-quoted string that the lexer would misread: it takes
// any text for the digits of an escape, a closing quote too, and skips a character
// after a string with a tab in it.
func (c *tokenCheck) checkQuoted(t *token.Token) {
	_, quoted, _ := strings.Cut(t.Origin, `"`)
	if !strings.ContainsAny(quoted, "\\\t") {
		return
	}
	start := c.src.offset(t.Position.Line, t.Position.Column)
	start += max(0, strings.IndexByte(c.src.text[start:], '"'))
	if offset, bad := badEscape(c.src.text[start:]); bad {
		c.refuseAt(c.src.at(start+offset, 2), CodeSyntax, "an escape that is no character", `write \xNN, \uNNNN or \UNNNNNNNN with hexadecimal digits`)
	} else if strings.Contains(quoted, "\t") {
		tab := strings.IndexByte(c.src.text[start:], '\t')
		c.refuseAt(c.src.at(start+tab, 1), CodeUnsupportedYAML, "a tab within double quotes", `write \t`)
	}
}

// badEscape returns the offset of the first such escape in the double-quoted string
// that text begins with.
func badEscape(text string) (int, bool) {
	for i := 1; i < len(text) && text[i] != '"'; i++ {
		if text[i] != '\\' || i+1 == len(text) {
			continue
		}
		size := 0
		switch text[i+1] {
		case 'x':
			size = 2
		case 'u':
			size = 4
		case 'U':
			size = 8
		}
		value, ok := hexadecimal(text[i+2:], size)
		switch {
		case !ok:
			return i, true
		case size == 4 && value>>10 == 0xd800>>10: // the lexer has held the second half to be one
			i += 11
		case !utf8.ValidRune(value):
			return i, true
		default:
			i += 1 + size
		}
	}
	return 0, false
}

func hexadecimal(text string, size int) (rune, bool) {
	if len(text) < size {
		return 0, false
	}
	value, err := strconv.ParseUint("0"+text[:size], 16, 31)
	return rune(value), err == nil
}
