package records

import (
	"fmt"
	"io"
	"unicode/utf8"
)

// CSV reads comma-separated values by RFC 4180, strictly: a field that is
// quoted is quoted whole, a quote in it is doubled, and a quote anywhere else is
// an error. Records end with LF, CRLF or the end of the file; a CR elsewhere is
// data, but for one that ends the file. Empty lines between records are skipped.
//
// Its verdicts are those of encoding/csv, but that line ends in quoted fields
// are kept as they are, text that is not in the Encoding is refused, a BOM is stripped, the
// size of a record is bounded, and a quote that is never closed does not swallow
// the records after it.
type CSV struct {
	// Comma separates fields. Optional: a comma. Else an ASCII character other
	// than a quote, CR and LF.
	Comma byte

	// Encoding is how characters are bytes. Optional: UTF-8. Positions and sizes
	// are bytes of the file; fields are UTF-8.
	Encoding Encoding

	// MaxRecord is how many bytes a record may have, without its line end.
	// Optional: 4 MiB. A longer record is bad, is passed over whole up to 32 times
	// this size, and is never held whole.
	MaxRecord int

	chunk int // bytes to read at a time, at least 4; 0: 32 KiB. Small in tests
}

// Header returns the first record, without a BOM. The error is [ErrEmpty] for a
// file without one, a *[SyntaxError] with row 0 for a bad one or a file in another
// encoding, and otherwise that of src or of a Comma or Encoding that is none.
func (c CSV) Header(src io.ReaderAt) ([]string, error) {
	_, header, err := c.open(src)
	return header, err
}

// Page returns the records after a position: at most limit, which is 1 if less,
// and no more once they take about 4 MiB; at least one if any is left, so none
// means the end of the file. Each should have as many fields as the header.
//
// A bad record does not end the page: it is a Record with an Err, and the reading
// goes on at the line after its fault, or after the record if that is only too
// long. If a quote is never closed, it goes on at the line after this quote: what
// the quote seems to hold is read for itself. A quote counts as never closed if the
// file ends before it is, or its record is longer than 32 times MaxRecord, or if the
// quote that should close it is on a later line, follows a comma or a line end, and
// is followed by text, as one that opens a field is. So lines of a field that is
// truly longer, with the default than 128 MiB, can pass for records.
//
// The errors are those of Header, and [ErrPosition].
func (c CSV) Page(src io.ReaderAt, after Position, limit int) ([]Record, error) {
	r, _, err := c.open(src)
	if err != nil {
		return nil, err
	}
	if after != (Position{}) {
		if err := r.seekLine(after); err != nil {
			return nil, err
		}
	}
	return readPage(r, limit)
}

// open reads the header and leaves the reader behind it.
func (c CSV) open(src io.ReaderAt) (*reader, []string, error) {
	comma, err := checkComma(c.Comma)
	if err != nil {
		return nil, nil, err
	}
	table, err := c.Encoding.charmap()
	if err != nil {
		return nil, nil, err
	}
	begin, err := newCursor(src, -1, c.MaxRecord, len("\r\n"), c.chunk) // so that the header is row 0
	if err != nil {
		return nil, nil, err
	}
	if table != nil && begin.pos > 0 {
		return nil, nil, &SyntaxError{Line: 1, Reason: fmt.Sprintf("the file begins as UTF-8 does, not %s", c.Encoding)}
	}
	r := &reader{cursor: begin, scanner: scanner{comma: comma}, table: table}
	var header Record
	switch err := r.next(&header); {
	case err == io.EOF:
		return nil, nil, fmt.Errorf("%w: no header", ErrEmpty)
	case err != nil:
		return nil, nil, err
	case header.Err != nil:
		return nil, nil, header.Err
	case r.more > 0:
		return nil, nil, &SyntaxError{Line: header.Line, Reason: fmt.Sprintf("more than %d fields", maxFields)}
	}
	r.columns = len(header.Fields)
	return r, header.Fields, nil
}

// checkComma returns the character that separates fields if c was given.
func checkComma(c byte) (byte, error) {
	switch {
	case c == 0:
		return ',', nil
	case c == '"' || c == '\r' || c == '\n' || c >= utf8.RuneSelf:
		return 0, fmt.Errorf("%q cannot separate fields", c)
	}
	return c, nil
}

// GuessComma returns which of ; TAB | and the comma makes most columns of a header
// that has one column, or cannot be read, with the Comma given: a hint for people.
// It returns false if none makes more than one.
func (c CSV) GuessComma(src io.ReaderAt) (comma byte, ok bool) {
	most := 1
	if header, err := c.Header(src); err == nil {
		most = len(header)
	}
	if most > 1 {
		return 0, false
	}
	for _, other := range []byte(";\t|,") {
		c.Comma = other
		if header, err := c.Header(src); err == nil && len(header) > most {
			comma, most = other, len(header)
		}
	}
	return comma, most > 1
}
