package records

import (
	"fmt"
	"io"
	"math"
	"unicode/utf8"
)

const (
	defaultMaxRecord = 4 << 20
	defaultChunk     = 32 << 10

	pageSize     = 4 << 20 // bytes of a page, counted as follows
	recordWeight = 80      // besides its text
	fieldWeight  = 16
	errorWeight  = 256
)

// CSV reads comma-separated values by RFC 4180, strictly: a field that is
// quoted is quoted whole, a quote in it is doubled, and a quote anywhere else is
// an error. Records end with LF, CRLF or the end of the file; a CR elsewhere is
// data, but for one that ends the file. Empty lines between records are skipped.
//
// Its verdicts are those of encoding/csv, but that line ends in quoted fields
// are kept as they are, text that is not UTF-8 is refused, a BOM is stripped, the
// size of a record is bounded, and a quote that is never closed does not swallow
// the records after it.
type CSV struct {
	// Comma separates fields. Optional: a comma. Else an ASCII character other
	// than a quote, CR and LF.
	Comma byte

	// MaxRecord is how many bytes a record may have, without its line end.
	// Optional: 4 MiB. A longer record is bad and is never held whole.
	MaxRecord int

	chunk int // bytes to read at a time, at least 4; 0: 32 KiB. Small in tests
}

// Header returns the first record, without a BOM. The error is [ErrEmpty] for a
// file without one, a *[SyntaxError] with row 0 for a bad one or a file that is
// not UTF-8, and otherwise that of src or of a Comma that cannot be one.
func (c CSV) Header(src io.ReaderAt) ([]string, error) {
	_, header, err := c.open(src)
	return header, err
}

// Page returns the records after a position: at most limit, which is 1 if less,
// and no more once they take about 4 MiB; at least one if any is left, so none
// means the end of the file. Each should have as many fields as the header.
//
// A bad record does not end the page: it is a Record with an Err, and the reading
// goes on at the line after its fault. If a quote is never closed, that is the
// line after this quote: what the quote seems to hold is read for itself, so lines
// of a field that is truly that long can pass for records. A quote counts as never
// closed if the file or MaxRecord ends first, or if the quote that should close it
// is on a later line, follows a comma or a line end, and is followed by text, as
// one that opens a field is.
//
// The errors are those of Header, and [ErrPosition].
func (c CSV) Page(src io.ReaderAt, after Position, limit int) ([]Record, error) {
	r, header, err := c.open(src)
	if err != nil {
		return nil, err
	}
	if after != (Position{}) {
		if err := r.seek(after); err != nil {
			return nil, err
		}
	}
	limit = max(limit, 1)
	page := make([]Record, 0, min(limit, 1000))
	for size := int64(0); len(page) < limit && size < pageSize; {
		begin := r.offset()
		page = append(page, Record{})
		rec := &page[len(page)-1]
		if err := r.next(rec, len(header)); err == io.EOF {
			return page[:len(page)-1], nil
		} else if err != nil {
			return nil, err
		}
		if rec.Err != nil {
			size += errorWeight
		}
		size += rec.End.Offset - begin + recordWeight + fieldWeight*int64(len(rec.Fields))
	}
	return page, nil
}

// open reads the header and leaves the reader behind it.
func (c CSV) open(src io.ReaderAt) (*reader, []string, error) {
	if c.Comma == 0 {
		c.Comma = ','
	}
	if c.Comma == '"' || c.Comma == '\r' || c.Comma == '\n' || c.Comma >= utf8.RuneSelf {
		return nil, nil, fmt.Errorf("%q cannot separate fields", c.Comma)
	}
	if c.MaxRecord <= 0 {
		c.MaxRecord = defaultMaxRecord
	}
	if c.chunk == 0 {
		c.chunk = defaultChunk
	}
	most := min(c.MaxRecord, math.MaxInt-len("\r\n")) + len("\r\n")
	r := &reader{
		window:  window{src: src, chunk: c.chunk, most: most},
		scanner: scanner{comma: c.Comma},
		max:     c.MaxRecord,
		row:     -1, // so that the header is row 0
	}
	if err := r.skipBOM(); err != nil {
		return nil, nil, err
	}
	var header Record
	switch err := r.next(&header, 0); {
	case err == io.EOF:
		return nil, nil, ErrEmpty
	case err != nil:
		return nil, nil, err
	case header.Err != nil:
		return nil, nil, header.Err
	case r.more > 0:
		return nil, nil, &SyntaxError{Line: header.Line, Reason: fmt.Sprintf("more than %d fields", maxFields)}
	}
	return r, header.Fields, nil
}
