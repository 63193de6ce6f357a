package records

import (
	"fmt"
	"io"
	"strings"
)

const (
	defaultMaxRecord = 4 << 20
	defaultChunk     = 32 << 10
)

// cursor is a window that counts records and lines.
type cursor struct {
	window
	max       int   // bytes of a record
	row, line int64 // of the last record; its last line

	// lineBegin is where the line of the cursor begins. Only advance keeps it, and
	// only a line end makes it known where it was unknown.
	lineBegin int64
}

// newCursor begins at the start of a file, behind its BOM. The record before the
// first one has number row. A record and more bytes fit in the window.
func newCursor(src io.ReaderAt, row int64, maxRecord, more, chunk int) (cursor, error) {
	if maxRecord <= 0 {
		maxRecord = defaultMaxRecord
	}
	if chunk == 0 {
		chunk = defaultChunk
	}
	most := max(maxRecord, maxRecord+more) // which may be more than an int can be
	c := cursor{window: window{src: src, chunk: chunk, most: most}, max: maxRecord, row: row}
	return c, c.skipBOM()
}

// skipBOM strips the BOM of UTF-8 and refuses those of other encodings.
func (c *cursor) skipBOM() error {
	if err := c.fill(); err != nil {
		return err
	}
	for _, bom := range []struct{ mark, encoding string }{
		{"\xff\xfe\x00\x00", "UTF-32LE"}, // before UTF-16LE, which begins alike
		{"\x00\x00\xfe\xff", "UTF-32BE"},
		{"\xff\xfe", "UTF-16LE"},
		{"\xfe\xff", "UTF-16BE"},
	} {
		if strings.HasPrefix(c.rest(), bom.mark) {
			return &SyntaxError{Row: c.row + 1, Line: 1, Reason: fmt.Sprintf("the file is %s; convert it: iconv -f %[1]s -t UTF-8", bom.encoding)}
		}
	}
	if strings.HasPrefix(c.rest(), utf8BOM) {
		c.pos = len(utf8BOM)
	}
	return nil
}

const utf8BOM = "\xef\xbb\xbf"

// seekLine goes to a position at which a line begins. It reads the byte before as
// well: that ends a line, or the position is of another file.
func (c *cursor) seekLine(to Position) error {
	before, more, err := c.seek(to)
	if err == nil && before != '\n' && more {
		return fmt.Errorf("%w: no line begins at byte %d", ErrPosition, to.Offset)
	}
	return err
}

// seek goes to a position that is not before the cursor. It returns the byte
// before it, and whether any comes after it.
func (c *cursor) seek(to Position) (before byte, more bool, err error) {
	if to.Offset < max(c.offset(), 1) || to.Row < 0 || to.Line < 0 {
		return 0, false, fmt.Errorf("%w: %+v is before the first record", ErrPosition, to)
	}
	c.moveTo(to.Offset - 1)
	if err := c.fill(); err != nil {
		return 0, false, err
	}
	text := c.rest()
	if text == "" {
		return 0, false, fmt.Errorf("%w: byte %d is beyond the end", ErrPosition, to.Offset)
	}
	c.pos = 1
	c.row, c.line = to.Row, to.Line
	return text[0], len(text) > 1, nil
}

// skipSpace goes to the first byte that is no white space in JSON, and returns
// it. At the end of the file the error is io.EOF.
func (c *cursor) skipSpace() (byte, error) {
	for {
		rest := c.rest()
		text := strings.TrimLeft(rest, space)
		n := len(rest) - len(text)
		c.advance(n)
		switch {
		case text != "":
			return text[0], nil
		case c.eof:
			return 0, io.EOF
		}
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
}

// advance passes over the next n bytes.
func (c *cursor) advance(n int) {
	text := c.rest()[:n]
	if lf := strings.LastIndexByte(text, '\n'); lf >= 0 {
		c.line += int64(strings.Count(text, "\n"))
		c.lineBegin = c.offset() + int64(lf) + 1
	}
	c.pos += n
}

const space = " \t\r\n" // in JSON

// finish notes where a record ends that has begun at this place.
func (c *cursor) finish(rec *Record, begin int64) {
	rec.End = Position{Offset: c.offset(), Row: c.row, Line: c.line}
	if rec.Err != nil {
		rec.Err.Size = rec.End.Offset - begin
	}
}

// faultAfter is an error at the byte that comes after these, which begin in a line.
func faultAfter(row, line int64, before, reason string) *SyntaxError {
	return &SyntaxError{
		Row:    row,
		Line:   line + int64(strings.Count(before, "\n")),
		Column: int64(len(before) - strings.LastIndexByte(before, '\n')),
		Reason: reason,
	}
}
