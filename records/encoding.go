package records

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is how a file's characters are bytes. Each has the bytes of ASCII.
type Encoding string

const (
	UTF8        Encoding = "utf-8"
	Latin1      Encoding = "latin-1"      // ISO 8859-1: its bytes from 0x80 to 0x9F are control characters
	Windows1252 Encoding = "windows-1252" // without the five bytes that mean nothing
)

// charmap returns the table of an encoding, nil for UTF-8.
func (e Encoding) charmap() (*charmap.Charmap, error) {
	switch e {
	case "", UTF8:
		return nil, nil
	case Latin1:
		return charmap.ISO8859_1, nil
	case Windows1252:
		return charmap.Windows1252, nil
	}
	return nil, fmt.Errorf("no encoding %q: utf-8, latin-1 and windows-1252 can be read", string(e))
}

// Encode returns the bytes of a text in the encoding. A character that it does not
// have is an error.
func (e Encoding) Encode(text []byte) ([]byte, error) {
	table, err := e.charmap()
	if err != nil || table == nil {
		return text, err
	}
	return table.NewEncoder().Bytes(text)
}

// asciiPart returns how many bytes of s, from the first on, are ASCII.
func asciiPart(s string) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}

// decodable returns how many bytes of s, from the first on, a table knows.
func decodable(table *charmap.Charmap, s string) int {
	for i := asciiPart(s); i < len(s); i++ {
		if table.DecodeByte(s[i]) == utf8.RuneError {
			return i
		}
	}
	return len(s)
}

// decode has the characters of fields as a table has them.
func (s *scanner) decode(fields []string, table *charmap.Charmap) {
	for i, f := range fields {
		n := asciiPart(f)
		if n == len(f) {
			continue
		}
		s.makeRoom(len(f) * len("€")) // no character of the tables takes more
		base := s.single.Len()
		s.single.WriteString(f[:n])
		for ; n < len(f); n++ {
			s.single.WriteRune(table.DecodeByte(f[n]))
		}
		fields[i] = s.single.String()[base:]
	}
}

// makeRoom has room for n bytes of fields that are not as they stand in the file.
func (s *scanner) makeRoom(n int) {
	if s.single.Cap()-s.single.Len() < n {
		s.single = strings.Builder{}
		s.single.Grow(max(n, textBlock))
	}
}
