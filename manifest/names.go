package manifest

import "strings"

// segment reports whether s is a name: lower case letters, digits and single
// hyphens, none of them at an end.
func segment(s string) bool {
	last := byte('-')
	for i := range len(s) {
		c := s[i]
		if c == '-' && last == '-' || c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
		last = c
	}
	return last != '-'
}

// dotted reports whether s is names joined by dots.
func dotted(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !segment(part) {
			return false
		}
	}
	return true
}
