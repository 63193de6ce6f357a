package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/beignet-go/beignet/internal/term"
)

// row is a name and what there is to say of it.
type row struct{ name, value string }

// maxNames is the widest that a column of names becomes.
const maxNames = 32

// writeRows writes rows with the values in one column.
func writeRows(w io.Writer, indent string, rows []row) {
	width := nameColumn(rows)
	for _, r := range rows {
		line := indent + term.Pad(term.Escape(r.name), width) + "  " + term.Escape(r.value)
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// writeWrapped is writeRows for values that are sentences: they go on in their
// own column, or below the name where there is no room for one.
func writeWrapped(w io.Writer, rows []row, width int) {
	column := nameColumn(rows) + 4
	room := width - column
	if room < 24 {
		column, room = 6, max(width-6, 24)
	}
	for _, r := range rows {
		head := "  " + term.Escape(r.name)
		for i, line := range term.Wrap(term.Escape(r.value), room) {
			if i == 0 && term.Cells(head)+2 <= column {
				fmt.Fprintln(w, term.Pad(head, column)+line)
				continue
			}
			if i == 0 {
				fmt.Fprintln(w, head)
			}
			fmt.Fprintln(w, strings.Repeat(" ", column)+line)
		}
		if r.value == "" {
			fmt.Fprintln(w, head)
		}
	}
}

func nameColumn(rows []row) int {
	width := 0
	for _, r := range rows {
		width = max(width, term.Cells(term.Escape(r.name)))
	}
	return min(width, maxNames)
}

// indent begins every line of text with a prefix.
func indent(text, prefix string) string {
	return prefix + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+prefix) + "\n"
}

// number writes a whole number with thousands separated.
func number(n int64) string { return grouped(strconv.FormatInt(n, 10)) }

// grouped separates the thousands of a whole number's digits.
func grouped(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// plural is a count with its noun.
func plural[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(int64(n)) + " " + noun + "s"
}

// seconds is a duration as people read it: 0.41s, 1m23s.
func seconds(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.2fs", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// roundDuration leaves out the zeros that a duration ends in: 30m, not 30m0s.
func roundDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
