// Package mask keeps secrets out of text that is written down.
package mask

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

const (
	hidden   = "***" // stands where a secret was
	shortest = 4     // bytes: what is shorter stands in too much that is no secret
)

// Mask knows values that no text may have. It is safe for use by many goroutines.
type Mask struct {
	values []string // the longest first, so that none is hidden in part
}

// New is a mask of values. Those of less than four bytes are left as they are.
func New(values []string) *Mask {
	m := &Mask{}
	for _, v := range values {
		if len(v) < shortest {
			continue
		}
		// A logger quotes what it is given, and that may be quoted already.
		once := quoted(v)
		m.values = append(m.values, v, once, quoted(once))
	}
	slices.SortFunc(m.values, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	m.values = slices.Compact(m.values)
	return m
}

// String is s with *** for each value in it, as it is or in Go's quotes.
func (m *Mask) String(s string) string {
	for _, v := range m.values {
		s = strings.ReplaceAll(s, v, hidden)
	}
	return s
}

func quoted(s string) string {
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
