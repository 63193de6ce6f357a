package manifest

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/beignet-go/beignet/internal/term"
)

const (
	maxMessage = 400 // cells
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
	if raw == "\t" {
		return " ", 1
	}
	shown := term.Escape(raw)
	return shown, term.Cells(shown)
}

// printable returns s with what must not reach a terminal escaped, cut to a
// length that a person reads.
func printable(s string) string { return term.Fit(term.Escape(s), maxMessage) }
