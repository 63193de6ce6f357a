package records

import "strings"

// valueScanner finds where a value of JSON ends, by its brackets and quotes
// alone: whether it is a value is another question. Its text may come in parts.
type valueScanner struct {
	at       int  // bytes seen
	depth    int  // arrays and objects that are open
	tooDeep  int  // where the first one begins that lies too deep; 0: none does
	inString bool // the byte at is in a string
}

// scan goes on in text, which begins with what was seen before, and reports
// whether the value ends before the byte at. An array, object or string ends with
// its own last byte, anything else where white space, a comma or a bracket
// follows it.
func (s *valueScanner) scan(text string) bool {
	for s.at < len(text) {
		switch c := text[s.at]; {
		case s.inString:
			if !s.endString(text) {
				return false
			}
		case c == '"':
			s.inString = true
			s.at++
		case c == '{' || c == '[':
			if s.depth++; s.depth > maxDepth && s.tooDeep == 0 {
				s.tooDeep = s.at
			}
			s.at++
		case s.depth > 0 && (c == '}' || c == ']'):
			s.depth--
			s.at++
		case s.depth > 0 || strings.IndexByte("}],"+space, c) < 0:
			s.at++
			continue
		default:
			return true
		}
		if s.depth == 0 && !s.inString {
			return true
		}
	}
	return false
}

// endString goes behind the quote that ends a string, if that is there.
func (s *valueScanner) endString(text string) bool {
	for {
		q := strings.IndexByte(text[s.at:], '"')
		if q < 0 {
			s.at = len(text)
			return false
		}
		s.at += q + 1
		escapes := 0
		for text[s.at-2-escapes] == '\\' { // a quote or another byte comes before them
			escapes++
		}
		if escapes%2 == 0 {
			s.inString = false
			return true
		}
	}
}
