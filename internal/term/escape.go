// Package term is what beignet knows of terminals: which characters may reach
// one, how wide a text is there, and whether a writer is one.
//
// Start with [Escape], which everything that is shown to a person goes through,
// and [Of].
package term

import (
	"io"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Escape returns s fit for one line of a terminal or a log: control, bidi and
// other invisible characters, line ends too, are written as Go escapes, and
// bytes that are not UTF-8 as \x80. What is visible stays as it is.
func Escape(s string) string { return escape(s, false) }

// EscapeText is Escape for text of more than one line: line ends and tabs stay.
func EscapeText(s string) string { return escape(s, true) }

func escape(s string, text bool) string {
	if shown(s) {
		return s
	}
	var b []byte
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1, hidden(r) && !(text && (r == '\n' || r == '\t')):
			quoted := strconv.QuoteToASCII(s[i : i+size])
			b = append(b, quoted[1:len(quoted)-1]...)
		default:
			b = append(b, s[i:i+size]...)
		}
		i += size
	}
	return string(b)
}

// EscapeJSON returns JSON text that means the same and holds no invisible
// character: encoders leave C1 and bidi characters raw. It changes the text in
// strings only, since JSON allows such characters nowhere else.
func EscapeJSON(text []byte) []byte {
	if shown(string(text)) {
		return text
	}
	b := make([]byte, 0, len(text)+16)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == '\n':
			b = append(b, '\n')
		case r == utf8.RuneError && size == 1:
			b = append(b, `\ufffd`...)
		case hidden(r):
			b = appendUnicode(b, r)
		default:
			b = append(b, text[i:i+size]...)
		}
		i += size
	}
	return b
}

// JSONWriter returns a writer of JSON lines to w that escapes what [EscapeJSON]
// does. Each Write must hold whole lines, as those of log/slog do.
func JSONWriter(w io.Writer) io.Writer { return jsonWriter{w} }

type jsonWriter struct{ w io.Writer }

func (j jsonWriter) Write(line []byte) (int, error) {
	if _, err := j.w.Write(EscapeJSON(line)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// shown reports whether s is visible ASCII, which most text is.
func shown(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// hidden reports whether r does something to a terminal or cannot be seen. The
// two joiners are let by: scripts and emoji need them.
func hidden(r rune) bool {
	return !unicode.IsGraphic(r) && r != '\u200c' && r != '\u200d'
}

const hexDigits = "0123456789abcdef"

func appendUnicode(b []byte, r rune) []byte {
	if r > 0xffff {
		r -= 0x10000
		b = appendUnicode(b, 0xd800+r>>10)
		r = 0xdc00 + r&0x3ff
	}
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
