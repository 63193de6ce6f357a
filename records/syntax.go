package records

import "strings"

// maxOpen is how many arrays and objects that are open a syntaxScanner remembers.
const maxOpen = 1 << 20

// syntaxScanner finds where a value of JSON ends that is too long to be held, and
// holds it against the grammar meanwhile: a value with a fault may end anywhere.
// Depth, a duplicate name and a byte that is not UTF-8 are no faults here, as they
// do not blur the end. Its text comes in parts.
type syntaxScanner struct {
	state   syntaxState
	open    []byte // the brackets that are open
	literal string // in a literal: the rest of it
	hex     int    // in an escape: the hexadecimal digits to come
	name    bool   // the string is a name
}

type syntaxState int

const (
	beforeValue   syntaxState = iota
	behindBracket             // [, before a value or ]
	behindBrace               // {, before a name or }
	beforeName                // behind a comma
	beforeColon
	behindValue
	inString
	behindBackslash
	inHex
	inLiteral
	behindMinus // the numbers begin here
	behindZero
	inInteger
	behindPoint
	inFraction
	behindE
	behindSign
	inExponent
)

// scan goes on in the next part of the text. It returns how many bytes there are
// up to the end of the value or before the fault, or all of them if it is
// unended. The outcomes are complete, unended and notJSON.
func (s *syntaxScanner) scan(text string) (int, outcome) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if s.state >= behindMinus {
			switch {
			case s.number(c):
				continue
			case s.state == behindValue && len(s.open) == 0:
				return i, complete
			}
		}
		if !s.step(c) {
			return i, notJSON
		}
		if s.state == behindValue && len(s.open) == 0 {
			return i + 1, complete
		}
	}
	return len(text), unended
}

// number reports whether the number goes on with c. If it may end before c, that
// is behind the value.
func (s *syntaxScanner) number(c byte) bool {
	digit := '0' <= c && c <= '9'
	switch at := s.state; {
	case at == behindMinus && c == '0':
		s.state = behindZero
	case (at == behindMinus || at == inInteger) && digit:
		s.state = inInteger
	case (at == behindZero || at == inInteger) && c == '.':
		s.state = behindPoint
	case (at == behindPoint || at == inFraction) && digit:
		s.state = inFraction
	case (at == behindZero || at == inInteger || at == inFraction) && (c == 'e' || c == 'E'):
		s.state = behindE
	case at == behindE && (c == '+' || c == '-'):
		s.state = behindSign
	case at >= behindE && digit:
		s.state = inExponent
	case at == behindZero || at == inInteger || at == inFraction || at == inExponent:
		s.state = behindValue
		return false
	default:
		return false
	}
	return true
}

// step reports whether c may come next; within a number it may not.
func (s *syntaxScanner) step(c byte) bool {
	switch s.state {
	case inString:
		switch {
		case c == '"' && s.name:
			s.state = beforeColon
		case c == '"':
			s.state = behindValue
		case c == '\\':
			s.state = behindBackslash
		}
		return c >= ' '
	case behindBackslash:
		s.state, s.hex = inString, 0
		if c == 'u' {
			s.state, s.hex = inHex, 4
		}
		return strings.IndexByte(`"\/bfnrtu`, c) >= 0
	case inHex:
		if s.hex--; s.hex == 0 {
			s.state = inString
		}
		return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
	case inLiteral:
		ok := c == s.literal[0]
		if s.literal = s.literal[1:]; s.literal == "" {
			s.state = behindValue
		}
		return ok
	}
	return strings.IndexByte(space, c) >= 0 && s.state < behindMinus || s.token(c)
}

// token reports whether a token that begins with c may come next.
func (s *syntaxScanner) token(c byte) bool {
	value := s.state == beforeValue || s.state == behindBracket
	name := s.state == beforeName || s.state == behindBrace
	in := byte(0)
	if len(s.open) > 0 {
		in = s.open[len(s.open)-1]
	}
	switch {
	case c == '"' && (value || name):
		s.state, s.name = inString, name
	case c == '[' && value && len(s.open) < maxOpen:
		s.state, s.open = behindBracket, append(s.open, c)
	case c == '{' && value && len(s.open) < maxOpen:
		s.state, s.open = behindBrace, append(s.open, c)
	case c == ']' && in == '[' && (s.state == behindBracket || s.state == behindValue),
		c == '}' && in == '{' && (s.state == behindBrace || s.state == behindValue):
		s.state, s.open = behindValue, s.open[:len(s.open)-1]
	case c == ':' && s.state == beforeColon:
		s.state = beforeValue
	case c == ',' && s.state == behindValue && in == '[':
		s.state = beforeValue
	case c == ',' && s.state == behindValue && in == '{':
		s.state = beforeName
	default:
		return value && s.scalar(c)
	}
	return true
}

// scalar reports whether a number or a literal begins with c.
func (s *syntaxScanner) scalar(c byte) bool {
	switch {
	case c == '-':
		s.state = behindMinus
	case '0' <= c && c <= '9':
		s.state = behindMinus
		return s.number(c)
	case c == 't':
		s.state, s.literal = inLiteral, "rue"
	case c == 'f':
		s.state, s.literal = inLiteral, "alse"
	case c == 'n':
		s.state, s.literal = inLiteral, "ull"
	default:
		return false
	}
	return true
}
