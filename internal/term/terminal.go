package term

import (
	"io"

	"golang.org/x/term"
)

// defaultWidth is that of a terminal that does not say, and of a pipe.
const defaultWidth = 80

// Terminal is what is known of the device behind a writer. The zero value is a
// pipe: no colour, nothing redrawn.
type Terminal struct {
	Interactive bool // a terminal, whose last line can be redrawn
	Color       bool
	columns     int
}

// Of looks at what w writes to. A plain terminal, such as one under NO_COLOR or TERM=dumb, is
// given no colour.
func Of(w io.Writer, plain bool) Terminal {
	fd, ok := descriptor(w)
	if !ok {
		return Terminal{}
	}
	t := Terminal{Interactive: true, Color: !plain}
	t.columns, _, _ = term.GetSize(fd)
	return t
}

// IsTerminal reports whether r reads from a terminal.
func IsTerminal(r io.Reader) bool {
	_, ok := descriptor(r)
	return ok
}

// descriptor is the file descriptor of a terminal.
func descriptor(v any) (int, bool) {
	f, ok := v.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// Width is the number of columns: 80 where it is not known.
func (t Terminal) Width() int {
	if t.columns < 1 {
		return defaultWidth
	}
	return t.columns
}

// Bold returns s in bold, where there is colour.
func (t Terminal) Bold(s string) string { return t.style("1", s) }

// Dim returns s less bright, where there is colour.
func (t Terminal) Dim(s string) string { return t.style("2", s) }

// Red returns s in red, where there is colour.
func (t Terminal) Red(s string) string { return t.style("31", s) }

// Green returns s in green, where there is colour.
func (t Terminal) Green(s string) string { return t.style("32", s) }

// Yellow returns s in yellow, where there is colour.
func (t Terminal) Yellow(s string) string { return t.style("33", s) }

// Cyan returns s in cyan, where there is colour.
func (t Terminal) Cyan(s string) string { return t.style("36", s) }

func (t Terminal) style(code, s string) string {
	if !t.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}
