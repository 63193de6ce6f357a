package manifest

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxMessage = 400 // runes
	maxSource  = 100 // cells of a source line that are shown
	leadSource = 60  // runes of them before the caret
)

// String is the problem for people, ending in a newline: place, message, and the
// source line with a caret. No control or bidi character of the file is in it, so
// that it may go to a terminal.
func (d Diagnostic) String() string {
	if d.Line == 0 || d.Source == "" {
		return d.headline() + "\n"
	}
	number := strconv.Itoa(d.Line)
	line, before, under := excerpt(d.Source, d.Column, d.Width)
	return d.headline() + "\n" +
		"  " + number + " | " + line + "\n" +
		"  " + strings.Repeat(" ", len(number)) + " | " + strings.Repeat(" ", before) + "^" + strings.Repeat("~", max(under, 1)-1) + "\n"
}

func (d Diagnostic) headline() string {
	s := printable(d.Position.String()) + ": " + d.Message
	if d.Hint != "" {
		s += "; " + d.Hint
	}
	return s
}

// excerpt cuts the part of a line that shows the column, as it may be printed, and
// counts the cells before what is to be underlined and under it.
func excerpt(line string, column, width int) (shown string, before, under int) {
	var b strings.Builder
	at := 0
	if len(line) > maxSource {
		for start := column - 1 - leadSource; at < start && line != ""; at++ {
			line = line[runeLen(line):]
		}
	}
	if at > 0 {
		b.WriteString("…")
		before = 1
	}
	for cells := 0; line != ""; at++ {
		size := runeLen(line)
		text, n := glyph(line[:size])
		if cells += n; cells > maxSource {
			b.WriteString("…")
			break
		}
		b.WriteString(text)
		switch {
		case at < column-1:
			before += n
		case at < column-1+width:
			under += n
		}
		line = line[size:]
	}
	return b.String(), before, under
}

func runeLen(s string) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, size := utf8.DecodeRuneInString(s)
	return size
}

// glyph is how one rune of a file is shown, and the terminal cells that takes.
func glyph(raw string) (string, int) {
	r, _ := utf8.DecodeRuneInString(raw)
	switch {
	case r == '\t':
		return " ", 1
	case r == utf8.RuneError && len(raw) == 1, !unicode.IsGraphic(r):
		escaped := strconv.QuoteToASCII(raw)
		escaped = escaped[1 : len(escaped)-1]
		return escaped, len(escaped)
	case unicode.In(r, unicode.Mn, unicode.Me):
		return raw, 0
	case wide(r):
		return raw, 2
	}
	return raw, 1
}

// wide reports whether terminals give a rune two cells: the East Asian wide and
// fullwidth blocks, and emoji.
func wide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 ||
		r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff || r >= 0x20000 && r <= 0x3fffd)
}

// printable returns s with what must not reach a terminal escaped, cut to a
// length that a person reads.
func printable(s string) string {
	if len(s) <= maxMessage && plain(s) {
		return s
	}
	var b strings.Builder
	for i, n := 0, 0; i < len(s); n++ {
		if n == maxMessage {
			b.WriteString("…")
			break
		}
		size := runeLen(s[i:])
		text, _ := glyph(s[i : i+size])
		b.WriteString(text)
		i += size
	}
	return b.String()
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
