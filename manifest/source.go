package manifest

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/token"
)

// source is the text of one file, without its byte order mark and with line ends
// as \n, so that lines and columns are an editor's.
type source struct {
	file   string
	text   string
	starts []int // byte offset of each line
	runes  []int // runes before every chunk of the text: a line may be a megabyte
}

const chunk = 256 // bytes

func newSource(file, text string) *source {
	s := &source{
		file:   file,
		text:   text,
		starts: make([]int, 1, 1+strings.Count(text, "\n")),
		runes:  make([]int, 1+len(text)/chunk),
	}
	for i := range len(text) {
		if text[i] == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	for i := 1; i < len(s.runes); i++ {
		s.runes[i] = s.runes[i-1] + runeStarts(text[(i-1)*chunk:i*chunk])
	}
	return s
}

// runeStarts counts the runes that begin in s, which may be cut anywhere.
func runeStarts(s string) int {
	n := 0
	for i := range len(s) {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}

// line returns the text of a line, from 1, without its end.
func (s *source) line(n int) string {
	switch {
	case s == nil || n < 1 || n > len(s.starts):
		return ""
	case n == len(s.starts):
		return s.text[s.starts[n-1]:]
	}
	return s.text[s.starts[n-1] : s.starts[n]-1]
}

// at is the position of a byte offset.
func (s *source) at(offset, width int) Position {
	line, found := slices.BinarySearch(s.starts, offset)
	if found {
		line++
	}
	return Position{File: s.file, Line: line, Column: 1 + s.runesBefore(offset) - s.runesBefore(s.starts[line-1]), Width: width}
}

func (s *source) runesBefore(offset int) int {
	i := offset / chunk
	return s.runes[i] + runeStarts(s.text[i*chunk:offset])
}

// offset is the byte offset of a line and column, at most that of the line's end.
func (s *source) offset(line, column int) int {
	if line < 1 || line > len(s.starts) {
		return len(s.text)
	}
	start := s.starts[line-1]
	want := s.runesBefore(start) + column - 1
	i, found := slices.BinarySearch(s.runes, want)
	if !found {
		i--
	}
	offset := max(start, i*chunk)
	end := start + len(s.line(line))
	for n := s.runesBefore(offset); offset < end && (n < want || !utf8.RuneStart(s.text[offset])); offset++ {
		if utf8.RuneStart(s.text[offset]) {
			n++
		}
	}
	return offset
}

// position is where a token stands. The lexer's column is off by the blanks after a
// plain scalar and by the tabs before any token, so the token's own text decides.
func (s *source) position(t *token.Token) Position {
	text, _, _ := strings.Cut(strings.TrimSpace(t.Origin), "\n")
	text = strings.TrimRight(text, " \t")
	offset := s.offset(t.Position.Line, t.Position.Column)
	rest, _, _ := strings.Cut(s.text[offset:min(len(s.text), offset+len(text)+maxRun)], "\n")
	if strings.HasPrefix(rest, text) {
		return s.at(offset, max(1, utf8.RuneCountInString(text)))
	}
	if right := strings.Index(rest, text); right >= 0 {
		return s.at(offset+right, utf8.RuneCountInString(text))
	}
	if len(rest) < len(text)+maxRun { // its line ends here
		line := strings.TrimRight(s.line(t.Position.Line), " \t")
		if strings.HasSuffix(line, text) {
			return s.at(s.starts[t.Position.Line-1]+len(line)-len(text), utf8.RuneCountInString(text))
		}
	}
	return s.at(offset, 1)
}

// diagnostic is a problem in this file.
func (s *source) diagnostic(at Position, code, message, hint string) Diagnostic {
	return Diagnostic{Position: at, Code: code, Message: printable(message), Hint: printable(hint), Source: s.line(at.Line)}
}
