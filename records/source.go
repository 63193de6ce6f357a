package records

import (
	"errors"
	"io"
)

// Source reads the records of a file of one format, a page at a time. [CSV],
// [JSONL] and [JSONArray] say what a page is.
type Source interface {
	Page(src io.ReaderAt, after Position, limit int) ([]Record, error)
}

// Format is a format of data files, by its usual name.
type Format string

const (
	FormatCSV   Format = "csv"   // read by [CSV]
	FormatJSONL Format = "jsonl" // read by [JSONL]
	FormatJSON  Format = "json"  // read by [JSONArray]
)

// Detect says which format a file has by its first character, behind a BOM and
// white space: JSON if that is [, JSONL if it is {, else CSV. The error is
// [ErrEmpty] for a file without any, a *[SyntaxError] for UTF-16 and UTF-32, and
// otherwise that of src.
func Detect(src io.ReaderAt) (Format, error) {
	c, err := newCursor(src, 0, 0, 0, 0)
	if err != nil {
		return "", err
	}
	switch first, err := c.skipSpace(); {
	case err == io.EOF:
		return "", ErrEmpty
	case err != nil:
		return "", err
	case first == '[':
		return FormatJSON, nil
	case first == '{':
		return FormatJSONL, nil
	}
	return FormatCSV, nil
}

const (
	pageSize     = 4 << 20 // bytes of a page, counted as follows
	recordWeight = 104     // besides its text
	fieldWeight  = 16
	errorWeight  = 256
)

// recordReader reads records one after another. At the end of the file the error
// is io.EOF; a *SyntaxError says that the file cannot be read on.
type recordReader interface {
	next(*Record) error
	offset() int64
}

// readPage reads the records of a page. Those before a place where the file
// cannot be read on are one, so that what is read does not depend on the limits.
func readPage(r recordReader, limit int) ([]Record, error) {
	limit = max(limit, 1)
	page := make([]Record, 0, min(limit, 1000))
	for size := int64(0); len(page) < limit && size < pageSize; {
		begin := r.offset()
		page = append(page, Record{})
		rec := &page[len(page)-1]
		if err := r.next(rec); err != nil {
			page = page[:len(page)-1]
			if _, ok := errors.AsType[*SyntaxError](err); err == io.EOF || ok && len(page) > 0 {
				return page, nil
			}
			return nil, err
		}
		if rec.Err != nil {
			size += errorWeight
		}
		size += rec.End.Offset - begin + recordWeight + fieldWeight*int64(len(rec.Fields))
	}
	return page, nil
}
