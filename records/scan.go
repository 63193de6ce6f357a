package records

import "strings"

const (
	maxFields  = 1 << 16  // fields kept of one record
	fieldBlock = 1 << 10  // fields made room for at a time
	textBlock  = 32 << 10 // bytes made room for at a time
)

// outcome is what a scan has found.
type outcome int

const (
	complete outcome = iota
	unended          // the text ends before the record does
	unclosedQuote
	bareQuote
	textAfterQuote
	notJSON
)

// scanner splits one record at a time. What follows fields tells of the last
// scan, and fields, last and end only of a complete one.
type scanner struct {
	comma  byte
	room   []string        // empty, with room for the fields of many records
	single strings.Builder // with room for those that are not as they stand in the file

	fields []string // in room; the first maxFields
	more   int      // how many there are besides
	quoted bool     // one of them begins with a quote
	last   int      // where the last one begins
	end    int      // where the record ends, without its line end
}

// scan splits the record that text begins with; whole says that the file ends
// with text. It returns the bytes that the record takes with its line end or,
// where the outcome is not complete, those before the fault, which is at the
// beginning of the last field if that or the record has no end.
func (s *scanner) scan(text string, whole bool) (int, outcome) {
	s.more, s.quoted = 0, false
	fields := s.room
	start := 0 // of the field
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == s.comma:
			fields = s.add(fields, text[start:i])
			start = i + 1
		case text[i] == '\n':
			return s.endPlain(fields, text, start, i), complete
		case text[i] == '"' && i > start:
			return i, bareQuote
		case text[i] == '"':
			s.quoted = true
			q := i + 1 + indexQuote(text[i+1:])
			f := text[i+1 : q]
			if q+1 < len(text) && text[q+1] == '"' {
				f, q = s.undouble(text, i+1, q)
			}
			if q+1 >= len(text) || text[q+1] != s.comma {
				return s.endQuoted(s.add(fields, f), text, start, q, whole)
			}
			fields = s.add(fields, f)
			start, i = q+2, q+1
		}
	}
	if !whole {
		return start, unended
	}
	return s.endPlain(fields, text, start, len(text)), complete
}

// add has a field kept, unless there are so many that memory must be bounded.
func (s *scanner) add(fields []string, f string) []string {
	if len(fields) == maxFields {
		s.more++
		return fields
	}
	return append(fields, f)
}

// endPlain ends a record whose last field, not quoted, goes to the LF at
// text[end] or to the end of the file.
func (s *scanner) endPlain(fields []string, text string, start, end int) int {
	n := min(end+1, len(text))
	if end > start && text[end-1] == '\r' {
		end--
	}
	s.fields = s.add(fields, text[start:end])
	s.last, s.end = start, end
	return n
}

// endQuoted ends a record whose last field, quoted, goes to the quote at
// text[q]; if there is none, q is len(text).
func (s *scanner) endQuoted(fields []string, text string, start, q int, whole bool) (int, outcome) {
	if q == len(text) {
		if whole {
			return start, unclosedQuote
		}
		return start, unended
	}
	n, known := lineEnd(text[q+1:], whole)
	switch {
	case !known:
		return start, unended
	case n < 0 && s.opensField(text[start:q]):
		return start, unclosedQuote
	case n < 0:
		return q + 1, textAfterQuote
	}
	s.fields, s.last, s.end = fields, start, q+1
	return q + 1 + n, complete
}

// opensField guesses that a quote which should close this field but is followed
// by text opens another one on a later line.
func (s *scanner) opensField(field string) bool {
	c := field[len(field)-1]
	return (c == s.comma || c == '\n') && strings.IndexByte(field, '\n') >= 0
}

// undouble returns the field that goes from text[i] to the first quote that is
// not doubled, with one quote for each two, and where that quote is: at len(text)
// if there is none. The quote at text[q] is the first one that is doubled.
func (s *scanner) undouble(text string, i, q int) (field string, end int) {
	s.makeRoom(textBlock / 8)
	base := s.single.Len()
	for q+1 < len(text) && text[q+1] == '"' {
		s.single.WriteString(text[i : q+1])
		i = q + 2
		q = i + indexQuote(text[i:])
	}
	s.single.WriteString(text[i:q])
	return s.single.String()[base:], q
}

// indexQuote returns where the first quote in text is, or len(text).
func indexQuote(text string) int {
	if q := strings.IndexByte(text, '"'); q >= 0 {
		return q
	}
	return len(text)
}

// lineEnd returns the length of the line end that text begins with, which at the
// end of the file may be empty or a CR alone, and -1 for anything else. It is
// not known where more of the file is needed to tell.
func lineEnd(text string, whole bool) (n int, known bool) {
	switch {
	case len(text) > 0 && text[0] == '\n':
		return 1, true
	case len(text) > 1 && text[0] == '\r' && text[1] == '\n':
		return 2, true
	case len(text) > 1 || len(text) == 1 && text[0] != '\r':
		return -1, true
	}
	return len(text), whole
}
