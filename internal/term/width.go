package term

import (
	"strings"
	"unicode"
)

// Cells is how many columns s takes on a terminal.
func Cells(s string) int {
	if shown(s) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += cells(r)
	}
	return n
}

// Fit cuts s to at most width columns, with … where something was cut.
func Fit(s string, width int) string {
	if Cells(s) <= width {
		return s
	}
	if width < 1 {
		return ""
	}
	n := 1
	for i, r := range s {
		if n += cells(r); n > width {
			return s[:i] + "…"
		}
	}
	return s
}

// Pad fills s with blanks to width columns.
func Pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-Cells(s)))
}

// Wrap breaks s at blanks into lines of at most width columns. A word that is
// longer stands alone.
func Wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case Cells(line)+1+Cells(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// cells is 2 for the East Asian wide and fullwidth blocks and emoji, 0 for marks
// and joiners, else 1.
func cells(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 ||
		r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff || r >= 0x20000 && r <= 0x3fffd):
		return 2
	}
	return 1
}
