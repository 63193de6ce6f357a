// Package mask keeps secrets out of what is shown or written down, by their value:
// wherever a text holds one, *** stands in its place. What has been made of a secret,
// such as its base64, it does not know.
package mask

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

const (
	hidden   = "***" // stands where a secret was
	shortest = 4     // bytes: what is shorter stands in too much that is no secret
	telling  = 8     // bytes of a secret that is one wherever it stands
	digits   = 6     // of a number that is one, alone
	ownLine  = 16    // bytes of a secret's line that is hidden alone
)

// Mask knows values that no text may have. The zero value knows none. It is safe for
// use by many goroutines.
type Mask struct {
	forms   []string // of the values, the longest first, so that none is hidden in part
	whole   []string // the values themselves
	numbers []string // those that are numbers
}

// New is a mask of values. Those of less than four bytes are left as they are. A line
// of a longer one, as of a key in PEM, is a value too.
func New(values []string) *Mask {
	m := &Mask{}
	for _, v := range values {
		m.add(v)
		m.add(strings.TrimSpace(v))
		for line := range strings.Lines(v) {
			if line = strings.TrimSpace(line); len(line) >= ownLine {
				m.add(line)
			}
		}
	}
	slices.SortFunc(m.forms, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	m.forms = slices.Compact(m.forms)
	return m
}

func (m *Mask) add(value string) {
	if len(value) < shortest {
		return
	}
	m.whole = append(m.whole, value)
	// A logger quotes what it is given, and that may be quoted already.
	forms := []string{value}
	for range 2 {
		for _, form := range forms {
			forms = append(forms, quoted(form), escaped(form, true), escaped(form, false))
		}
		slices.Sort(forms)
		forms = slices.Compact(forms)
	}
	m.forms = append(m.forms, forms...)
	if len(value) >= digits && json.Valid([]byte(value)) && strings.Trim(value, "-+.eE0123456789") == "" {
		m.numbers = append(m.numbers, value)
	}
}

// Empty reports whether the mask knows no value, and changes nothing.
func (m *Mask) Empty() bool { return m == nil || len(m.forms) == 0 }

// String is s with *** for each value in it, as it is or as Go or JSON quotes it.
func (m *Mask) String(s string) string {
	if m.Empty() {
		return s
	}
	for _, form := range m.forms {
		s = strings.ReplaceAll(s, form, hidden)
	}
	return s
}

// Bytes is String of bytes. It changes nothing in b.
func (m *Mask) Bytes(b []byte) []byte {
	if m.Empty() {
		return b
	}
	for _, form := range m.forms {
		if bytes.Contains(b, []byte(form)) {
			b = bytes.ReplaceAll(b, []byte(form), []byte(hidden))
		}
	}
	return b
}

// Cut is Bytes of what was cut off at its end, perhaps within a value.
func (m *Mask) Cut(b []byte) []byte {
	if m.Empty() {
		return b
	}
	for _, form := range m.forms {
		for n := len(form) - 1; n >= shortest; n-- {
			if bytes.HasSuffix(b, []byte(form[:n])) {
				return append(bytes.Clone(m.Bytes(b[:len(b)-n])), hidden...)
			}
		}
	}
	return m.Bytes(b)
}

// Holds reports whether s is one of the values, or has one in it that is long enough
// not to stand there by chance.
func (m *Mask) Holds(s string) bool {
	return !m.Empty() && (slices.Contains(m.whole, s) || slices.ContainsFunc(m.forms, func(form string) bool {
		return len(form) >= telling && strings.Contains(s, form)
	}))
}

// quoted is s in Go's quotes, without them.
func quoted(s string) string {
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}

// escaped is s as JSON has it, without its quotes: as a page of HTML may hold it, or not.
func escaped(s string, html bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	if e.Encode(s) != nil {
		return s
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(b.String(), "\n"), `"`), `"`)
}
