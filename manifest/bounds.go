package manifest

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxSize  = 1 << 20 // bytes of a file
	maxDepth = 100     // mappings and lists within each other
	maxRun   = 100     // of what makes the lexer quadratic: see checkBytes
)

const byteOrderMark = "\uFEFF"

// normalize strips the byte order mark, which the lexer would take for a part of
// the first key, and makes every line end \n, which the lexer would count twice
// within quotes.
func normalize(data []byte) string {
	data = bytes.TrimPrefix(data, []byte(byteOrderMark))
	if bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	}
	return string(data)
}

// checkBytes refuses what the lexer must not see: text that is not UTF-8, characters
// that YAML forbids, and three runs that it reads in quadratic time (measured: 128
// KiB of each took four to six seconds).
func checkBytes(s *source) *Diagnostic {
	refuse := func(offset int, code, message, hint string) *Diagnostic {
		d := s.diagnostic(s.at(offset, 1), code, message, hint)
		return &d
	}
	if !utf8.ValidString(s.text) {
		return refuse(invalidUTF8(s.text), CodeInvalidEncoding, "the file is not UTF-8 here", "save it as UTF-8")
	}
	angles, tabs, blanks := 0, 0, 0
	blank := true
	for i := range len(s.text) {
		c := s.text[i]
		switch {
		case c == '\n':
			if blank {
				blanks++
			} else {
				blanks = 0
			}
			blank, tabs, angles = true, 0, 0
		case c == '\t':
			tabs++
		case c == '<':
			angles++
			blank = false
		case c < ' ' || c == 0x7f || c >= 0x80 && forbidden(s.text[i:]):
			r, _ := utf8.DecodeRuneInString(s.text[i:])
			return refuse(i, CodeControlCharacter, "control character "+codePoint(r), `write it as an escape within double quotes, or take it out`)
		case c != ' ':
			angles, blank = 0, false
		}
		if max(angles, tabs, blanks) > maxRun {
			return refuse(i, CodeTooComplex, "over "+strconv.Itoa(maxRun)+" blank lines, tabs in a line, or < in a row", "take them out")
		}
	}
	return nil
}

// forbidden reports whether s, at a byte over 0x7f, begins with a C1 control or a
// byte order mark.
func forbidden(s string) bool {
	return s[0] == 0xc2 && s[1] < 0xa0 || strings.HasPrefix(s, byteOrderMark)
}

func invalidUTF8(s string) int {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return i
		}
	}
	return len(s)
}

func codePoint(r rune) string {
	return "U+" + strings.ToUpper(strconv.FormatInt(0x10000+int64(r), 16)[1:])
}
