package records

import "strings"

// reach is how far the end of a record is looked for that is too long to be held,
// as a multiple of MaxRecord: far enough for a field of 100 MB, and a bound on
// what a quote that is never closed can swallow.
const reach = 32

// passOver makes a bad record of one that is too long; what is too long begins
// after n bytes. It passes over all of it, so that no line of a quoted field is
// taken for a record. If the end of its last field is not found, it passes over
// the line on which that begins, as reject does and in linear time for the same
// reason.
func (r *reader) passOver(rec *Record, n int) error {
	rec.Err = faultAfter(rec.Row, rec.Line, r.rest()[:n], r.reason(unended))
	begin := r.offset()
	end := endScanner{comma: r.comma}
	var raw []byte
	what, err := r.findEnd(&end, &raw)
	switch {
	case err != nil:
		return err
	case what == complete:
		r.line += end.lines + 1
		rec.Err.Raw = raw
		return nil
	case what == unended || what == unclosedQuote:
		r.moveTo(begin + end.field)
		raw = raw[:min(int64(len(raw)), end.field)]
		end.lines = end.fieldLines
	}
	r.line += end.lines + 1
	rest, err := r.skipLine(0)
	rec.Err.Raw = append(raw, rest[:min(len(rest), maxRaw-len(raw))]...)
	return err
}

// findEnd moves to the end of a record, or to the fault before it, and keeps the
// beginning of what it passes over. The outcome is unended if there is no end
// within reach.
func (r *reader) findEnd(end *endScanner, raw *[]byte) (outcome, error) {
	for limit := reach * int64(r.max); ; {
		text := r.rest()
		text = text[:min(int64(len(text)), limit-end.at)]
		n, what := end.scan(text)
		*raw = append(*raw, text[:min(n, maxRaw-len(*raw))]...)
		r.pos += n
		switch {
		case what != unended || end.at == limit:
			return what, nil
		case r.eof && end.state == quotedField:
			return unclosedQuote, nil
		case r.eof:
			return complete, nil
		}
		if err := r.fill(); err != nil {
			return unended, err
		}
	}
}

// endScanner finds where a record ends, or its first fault, by the rules of
// scanner. Its text comes in parts, and nothing of it is kept.
type endScanner struct {
	comma byte
	state fieldState

	at    int64 // bytes seen
	lines int64 // line ends seen, but the one that ends the record

	field      int64 // the bytes, and the line ends, before the last field
	fieldLines int64
	before     byte // the byte before a quote in that field
}

type fieldState int

const (
	fieldBegins fieldState = iota
	plainField
	quotedField
	behindQuote // which closes the field, or is the first of two
	behindCR    // which comes behind a quote
)

// scan goes on in the next part of the text. It returns the bytes up to the end
// of the record or before the fault, or all of them if the outcome is unended.
func (s *endScanner) scan(text string) (n int, what outcome) {
	n, what = s.find(text)
	s.at += int64(n)
	return n, what
}

func (s *endScanner) find(text string) (int, outcome) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case s.state == quotedField:
			i += s.skipQuoted(text[i:])
		case s.state == behindQuote && c == '"':
			s.state, s.before = quotedField, c
		case c == '\n':
			return i + 1, complete
		case c == s.comma && s.state != behindCR:
			s.state, s.field, s.fieldLines = fieldBegins, s.at+int64(i)+1, s.lines
		case c == '\r' && s.state == behindQuote:
			s.state = behindCR
		case s.state >= behindQuote && s.lines > s.fieldLines && (s.before == s.comma || s.before == '\n'):
			return i, unclosedQuote // as opensField has it
		case s.state >= behindQuote:
			return i, textAfterQuote
		case c != '"':
			s.state = plainField
		case s.state == plainField:
			return i, bareQuote
		default:
			s.state, s.before = quotedField, c
		}
	}
	return len(text), unended
}

// skipQuoted returns how many bytes come before the next quote.
func (s *endScanner) skipQuoted(text string) int {
	q := indexQuote(text)
	if q > 0 {
		s.lines += int64(strings.Count(text[:q], "\n"))
		s.before = text[q-1]
	}
	if q < len(text) {
		s.state = behindQuote
	}
	return q
}
