package records

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// reader reads a file's records one after another.
type reader struct {
	window
	scanner
	max       int   // bytes of a record
	row, line int64 // of the last record; its last line
}

// skipBOM strips the BOM of UTF-8 and refuses those of other encodings.
func (r *reader) skipBOM() error {
	if err := r.fill(); err != nil {
		return err
	}
	for _, bom := range []struct{ mark, encoding string }{
		{"\xff\xfe\x00\x00", "UTF-32LE"}, // before UTF-16LE, which begins alike
		{"\x00\x00\xfe\xff", "UTF-32BE"},
		{"\xff\xfe", "UTF-16LE"},
		{"\xfe\xff", "UTF-16BE"},
	} {
		if strings.HasPrefix(r.rest(), bom.mark) {
			return &SyntaxError{Line: 1, Reason: fmt.Sprintf("the file is %s; convert it: iconv -f %[1]s -t UTF-8", bom.encoding)}
		}
	}
	if mark := "\xef\xbb\xbf"; strings.HasPrefix(r.rest(), mark) {
		r.pos = len(mark)
	}
	return nil
}

// seek goes to a position after the header. It reads the byte before as well:
// that ends a line, or the position is of another file.
func (r *reader) seek(to Position) error {
	if to.Offset < r.offset() || to.Row < 0 || to.Line < 0 {
		return fmt.Errorf("%w: %+v is before the first record", ErrPosition, to)
	}
	r.moveTo(to.Offset - 1)
	if err := r.fill(); err != nil {
		return err
	}
	switch text := r.rest(); {
	case text == "":
		return fmt.Errorf("%w: byte %d is beyond the end", ErrPosition, to.Offset)
	case text[0] != '\n' && len(text) > 1:
		return fmt.Errorf("%w: no line begins at byte %d", ErrPosition, to.Offset)
	}
	r.pos = 1
	r.row, r.line = to.Row, to.Line
	return nil
}

// next reads one record, which should have so many fields as wanted (0: any).
// At the end of the file the error is io.EOF.
func (r *reader) next(rec *Record, wanted int) error {
	if err := r.skipBlank(); err != nil {
		return err
	}
	begin := r.offset()
	n, what, err := r.scanRecord(wanted)
	if err != nil {
		return err
	}
	r.row++
	rec.Row, rec.Line = r.row, r.line+1
	if what == complete {
		r.accept(rec, n, wanted)
	} else if err := r.reject(rec, n, what); err != nil {
		return err
	}
	rec.End = Position{Offset: r.offset(), Row: r.row, Line: r.line}
	if rec.Err != nil {
		rec.Err.Size = rec.End.Offset - begin
	}
	return nil
}

// skipBlank moves on to a line that is not empty.
func (r *reader) skipBlank() error {
	for {
		n, known := lineEnd(r.rest(), r.eof)
		switch {
		case !known:
			if err := r.fill(); err != nil {
				return err
			}
		case n < 0:
			return nil
		case n == 0:
			return io.EOF
		default:
			r.pos += n
			r.line++
		}
	}
}

// scanRecord scans what comes next, reading as much as a record may have. The
// outcome depends on the file alone, not on how it happens to be read.
func (r *reader) scanRecord(wanted int) (int, outcome, error) {
	if cap(r.room) < max(wanted, 1) {
		r.room = make([]string, 0, max(wanted, fieldBlock))
	}
	for {
		text := r.rest()
		whole := r.eof && len(text) < r.most
		text = text[:min(len(text), r.most)]
		n, what := r.scan(text, whole)
		if what == complete && r.end > r.max {
			return r.last, unended, nil
		}
		if what != unended || len(text) == r.most {
			return n, what, nil
		}
		if err := r.fill(); err != nil {
			return 0, unended, err
		}
	}
}

// accept takes the record in the next n bytes, if its text is UTF-8 and the
// number of its fields is right.
func (r *reader) accept(rec *Record, n, wanted int) {
	text := r.rest()[:n]
	if valid := r.validPart(n); valid < n {
		rec.Err = r.fault(rec, text[:valid], fmt.Sprintf("byte 0x%02X is not UTF-8; if the file is Latin-1, convert it: iconv -f LATIN1 -t UTF-8", text[valid]))
	} else {
		rec.Fields = slices.Clip(r.fields)
		r.room = r.fields[len(r.fields):]
		if count := len(r.fields) + r.more; count != wanted && wanted > 0 {
			rec.Err = &SyntaxError{Row: rec.Row, Line: rec.Line, Reason: raggedReason(count, wanted)}
		}
	}
	if rec.Err != nil {
		rec.Err.Raw = []byte(text[:min(n, maxRaw)])
	}
	r.line++
	if r.quoted {
		r.line += int64(strings.Count(text[:r.end], "\n"))
	}
	r.pos += n
}

// reject passes over a record with a fault after n bytes, up to the end of the
// line with the fault.
//
// This is what keeps the time linear: if a quote is never closed, only its own
// line is passed over, and what comes after it is scanned again. But all those
// lines lay in one quoted field, so that quotes come in pairs in each of them, so
// none leaves a quote open when it is read for itself, and none is scanned a
// third time.
func (r *reader) reject(rec *Record, n int, what outcome) (err error) {
	before := r.rest()[:n]
	rec.Err = r.fault(rec, before, r.reason(what))
	r.line = rec.Err.Line
	rec.Err.Raw, err = r.skipLine(n)
	return err
}

// fault is an error in rec at the byte that comes after these.
func (r *reader) fault(rec *Record, before, reason string) *SyntaxError {
	return &SyntaxError{
		Row:    rec.Row,
		Line:   rec.Line + int64(strings.Count(before, "\n")),
		Column: int64(len(before) - strings.LastIndexByte(before, '\n')),
		Reason: reason,
	}
}

func (r *reader) reason(what outcome) string {
	switch what {
	case unclosedQuote:
		return "the quote that opens here is never closed"
	case bareQuote:
		return "a quote in a field that does not begin with one"
	case textAfterQuote:
		return "text after a closing quote"
	}
	if r.quoted {
		return fmt.Sprintf("longer than %d bytes; is a quote never closed?", r.max)
	}
	return fmt.Sprintf("longer than %d bytes", r.max)
}

func raggedReason(count, wanted int) string {
	if count == 1 {
		return fmt.Sprintf("1 field where the header has %d", wanted)
	}
	return fmt.Sprintf("%d fields where the header has %d", count, wanted)
}
