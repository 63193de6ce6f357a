package records

import (
	"fmt"
	"io"
	"strings"
)

// JSONArray reads a file that is one array of JSON: its elements, of any kind,
// are the records. However long the array and its lines are, only an element is
// held at a time. The positions are those behind an element.
type JSONArray struct {
	// MaxRecord is how many bytes an element may have as it stands in the file.
	// Optional: 4 MiB. A longer one is bad, is passed over, and is never held whole.
	MaxRecord int

	chunk int // as in CSV
}

// Page returns the records after a position, as [CSV.Page] does: at most limit
// and about 4 MiB, and none only behind the end of the array, which may be empty.
//
// An element that is too long, lies too deep, or has a duplicate name or a byte
// that is not UTF-8 is a Record with an Err, and the reading goes on after it. Any
// other fault leaves it open where the element ends, as a depth of more than a
// million does, and a guess could take text for records. Such a Record is the last
// one, its text goes on to the end of the file, and the page after it is a
// *[SyntaxError]: whoever passes over bad records must not take a part of the file
// for all of it.
//
// The errors are [ErrEmpty] for a file without any value, a *[SyntaxError] for one
// that is no array, ends before the array does, has text after it, or is UTF-16 or
// UTF-32, [ErrPosition], and otherwise that of src. What comes before the fault is
// read first.
func (j JSONArray) Page(src io.ReaderAt, after Position, limit int) ([]Record, error) {
	c, err := newCursor(src, 0, j.MaxRecord, 1, j.chunk)
	if err != nil {
		return nil, err
	}
	r := &elementReader{cursor: c}
	if after == (Position{}) {
		err = r.open()
	} else {
		err = r.goTo(after)
	}
	if err != nil {
		return nil, err
	}
	return readPage(r, limit)
}

// elementReader reads one element of an array after another.
type elementReader struct {
	cursor
	values
	begun bool // an element comes before the cursor
}

// open goes behind the bracket that begins the array.
func (r *elementReader) open() error {
	first, err := r.skipSpace()
	switch {
	case err == io.EOF:
		return ErrEmpty
	case err != nil:
		return err
	case first != '[':
		return r.fault(r.row+1, r.line+1, "", "an array should begin here")
	}
	r.pos++
	return nil
}

// goTo goes to a position behind an element.
func (r *elementReader) goTo(to Position) error {
	before, more, err := r.seek(to)
	if err == nil && more && strings.IndexByte(`}]"0123456789el`, before) < 0 {
		return fmt.Errorf("%w: no element ends at byte %d", ErrPosition, to.Offset)
	}
	r.begun = true
	return err
}

// next reads the comma after the last element, and the next one. Behind the array
// the error is io.EOF.
func (r *elementReader) next(rec *Record) error {
	comma := false
	if r.begun {
		r.lineBegin = unknown // as it would be after goTo
	}
	first, err := r.skipSpace()
	if err == nil && r.begun && first == ',' {
		comma = true
		r.pos++
		first, err = r.skipSpace()
	}
	switch {
	case err == io.EOF:
		return &SyntaxError{Row: r.row + 1, Line: r.line + 1, Reason: "no end of the array was found"}
	case err != nil:
		return err
	case first == ']' && !comma:
		r.pos++
		return r.checkEnd()
	}
	missing := r.begun && !comma
	r.begun = true
	r.row++
	rec.Row, rec.Line = r.row, r.line+1
	begin := r.offset()
	if missing {
		err = r.giveUp(rec, 0, "a comma or ] is missing before this")
	} else {
		err = r.element(rec)
	}
	r.finish(rec, begin)
	return err
}

// checkEnd holds that nothing comes after the array.
func (r *elementReader) checkEnd() error {
	_, err := r.skipSpace()
	if err == nil {
		return r.fault(r.row+1, r.line+1, "", "text after the end of the array")
	}
	return err
}

// element reads what begins at the cursor.
func (r *elementReader) element(rec *Record) error {
	var s valueScanner
	for {
		text := r.rest()
		text = text[:min(len(text), r.most)]
		ended := s.scan(text)
		switch {
		case ended && s.at <= r.max:
			return r.take(rec, text[:s.at])
		case len(text) == r.most:
			return r.passOver(rec)
		case r.eof:
			return r.cutOff(rec, text)
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// take makes a record of an element with this text.
func (r *elementReader) take(rec *Record, text string) error {
	value, at, reason := r.value(text)
	if reason != "" && !sound(text) {
		return r.giveUp(rec, at, reason)
	}
	if reason != "" {
		rec.Err = r.fault(rec.Row, rec.Line, text[:at], reason)
		rec.Err.Raw = []byte(text[:min(len(text), maxRaw)])
	}
	rec.Value = value
	r.advance(len(text))
	return nil
}

// passOver makes a bad record of an element that is too long, and goes on behind
// it.
func (r *elementReader) passOver(rec *Record) error {
	long := fmt.Sprintf("longer than %d bytes", r.max)
	rec.Err = r.fault(rec.Row, rec.Line, "", long)
	first := r.rest()[:r.most]
	for s := (syntaxScanner{}); ; first = "" {
		n, what := s.scan(r.rest())
		switch {
		case what == notJSON && n < len(first):
			at, reason := valueFault(first)
			return r.giveUp(rec, at, reason)
		case what == notJSON:
			return r.giveUp(rec, n, long+", and from here on it is open where it ends")
		}
		r.keep(rec.Err, n)
		if what == complete || r.eof {
			return nil
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// cutOff makes a bad record of an element of which the file has this text and no
// more. A fault in it says more than that: it may be why.
func (r *elementReader) cutOff(rec *Record, text string) error {
	at, reason := valueFault(text)
	if reason == "" { // a number, as more of it may have been there
		at, reason = len(text), cutOff
	}
	return r.giveUp(rec, at, reason)
}

// giveUp makes a bad record of all that is left of the file: after a fault, which
// is behind so many bytes, nothing can be told for sure.
func (r *elementReader) giveUp(rec *Record, at int, reason string) error {
	e := r.fault(rec.Row, r.line+1, r.rest()[:at], reason)
	if rec.Err != nil {
		e.Raw = rec.Err.Raw
	}
	rec.Err = e
	for {
		r.keep(e, len(r.rest()))
		if r.eof {
			return nil
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// keep passes over the next n bytes of a bad record and keeps its beginning.
func (r *elementReader) keep(e *SyntaxError, n int) {
	e.Raw = append(e.Raw, r.rest()[:min(n, maxRaw-len(e.Raw))]...)
	r.advance(n)
}

// fault is an error at the byte that comes after these, of which the first is at
// the cursor. A position does not say where its line begins: if that is not known,
// the reason has the place.
func (r *elementReader) fault(row, line int64, before, reason string) *SyntaxError {
	e := faultAfter(row, line, before, reason)
	switch {
	case e.Line > line:
	case r.lineBegin == unknown:
		e.Column = 0
		e.Reason = fmt.Sprintf("at byte %d of the file: %s", r.offset()+int64(len(before))+1, reason)
	default:
		e.Column += r.offset() - r.lineBegin
	}
	return e
}
