package records

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// reader reads a file's records one after another.
type reader struct {
	cursor
	scanner
	table   *charmap.Charmap // of the encoding; nil: UTF-8
	columns int              // fields that a record should have; 0: any number
}

// next reads one record. At the end of the file the error is io.EOF.
func (r *reader) next(rec *Record) error {
	if err := r.skipBlank(); err != nil {
		return err
	}
	begin := r.offset()
	n, what, err := r.scanRecord()
	if err != nil {
		return err
	}
	r.row++
	rec.Row, rec.Line = r.row, r.line+1
	switch what {
	case complete:
		r.accept(rec, n)
	case unended:
		err = r.passOver(rec, n)
	default:
		err = r.reject(rec, n, what)
	}
	r.finish(rec, begin)
	return err
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

// scanRecord scans what comes next, reading as much as a record may have: if it is
// longer, the outcome is unended. That depends on the file alone, not on how it
// happens to be read.
func (r *reader) scanRecord() (int, outcome, error) {
	if cap(r.room) < max(r.columns, 1) {
		r.room = make([]string, 0, max(r.columns, fieldBlock))
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

// accept takes the record in the next n bytes, if its text is in the encoding and
// the number of its fields is right.
func (r *reader) accept(rec *Record, n int) {
	text := r.rest()[:n]
	if reason, at := r.undecodable(n); reason != "" {
		rec.Err = faultAfter(rec.Row, rec.Line, text[:at], reason)
	} else {
		if r.table != nil {
			r.decode(r.fields, r.table)
		}
		rec.Fields = slices.Clip(r.fields)
		r.room = r.fields[len(r.fields):]
		if count := len(r.fields) + r.more; count != r.columns && r.columns > 0 {
			rec.Err = &SyntaxError{Row: rec.Row, Line: rec.Line, Reason: raggedReason(count, r.columns)}
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

// undecodable says which of the next n bytes is the first that the encoding does
// not have, and why; the reason is empty if it has all.
func (r *reader) undecodable(n int) (reason string, at int) {
	text := r.rest()[:n]
	if r.table == nil {
		if at = r.validPart(n); at < n {
			return notUTF8(text[at]) + "; is the file Latin-1 or Windows-1252?", at
		}
	} else if at = decodable(r.table, text); at < n {
		return fmt.Sprintf("byte 0x%02X is not in %v", text[at], r.table), at
	}
	return "", 0
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
	rec.Err = faultAfter(rec.Row, rec.Line, before, r.reason(what))
	r.line = rec.Err.Line
	rec.Err.Raw, err = r.skipLine(n)
	return err
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
