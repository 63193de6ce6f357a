package records

import (
	"fmt"
	"io"
	"strings"
)

// JSONL reads JSON Lines: one value of JSON a line, of any kind. Lines end with
// LF or CRLF, the last one also with the file. Lines of white space are skipped.
type JSONL struct {
	// MaxRecord is how many bytes a line may have, without its line end.
	// Optional: 4 MiB. A longer line is bad and is never held whole.
	MaxRecord int

	chunk int // as in CSV
}

// Page returns the records after a position, as [CSV.Page] does: at most limit
// and about 4 MiB, and none only at the end of the file.
//
// A bad line does not end the page: it is a Record with an Err, and the reading
// goes on at the next line. A last line that is cut off is a bad one.
//
// The errors are [ErrEmpty] for a file without any value, a *[SyntaxError] for
// UTF-16 and UTF-32, [ErrPosition], and otherwise that of src.
func (j JSONL) Page(src io.ReaderAt, after Position, limit int) ([]Record, error) {
	c, err := newCursor(src, 0, j.MaxRecord, len("\r\n"), j.chunk)
	if err != nil {
		return nil, err
	}
	r := &lineReader{cursor: c}
	if after != (Position{}) {
		if err := r.seekLine(after); err != nil {
			return nil, err
		}
	}
	page, err := readPage(r, limit)
	if err == nil && len(page) == 0 && after == (Position{}) {
		return nil, ErrEmpty
	}
	return page, err
}

// lineReader reads a value of JSON from each line.
type lineReader struct {
	cursor
	values
}

// next reads one line that is not blank.
func (r *lineReader) next(rec *Record) error {
	for {
		n, text, err := r.scanLine()
		switch {
		case err != nil:
			return err
		case n == 0:
			return io.EOF
		case len(text) <= r.max && strings.Trim(text, space) == "":
			r.pos += n
			r.line++
		default:
			return r.take(rec, n, text)
		}
	}
}

// scanLine returns the text of the next line, without its line end, and how many
// bytes it takes with it. If the text is longer than it may be, that is only a
// part.
func (r *lineReader) scanLine() (n int, text string, err error) {
	seen := 0
	for {
		rest := r.rest()
		text = rest[:min(len(rest), r.most)]
		if lf := strings.IndexByte(text[seen:], '\n'); lf >= 0 {
			text = text[:seen+lf]
			return len(text) + 1, strings.TrimSuffix(text, "\r"), nil
		}
		if len(text) == r.most {
			return len(text), text, nil
		}
		if r.eof {
			return len(text), strings.TrimSuffix(text, "\r"), nil
		}
		seen = len(text)
		if err := r.fill(); err != nil {
			return 0, "", err
		}
	}
}

// take makes a record of the line of n bytes with this text.
func (r *lineReader) take(rec *Record, n int, text string) (err error) {
	r.row++
	r.line++
	rec.Row, rec.Line = r.row, r.line
	begin := r.offset()
	if len(text) > r.max {
		rec.Err = &SyntaxError{Row: rec.Row, Line: rec.Line, Reason: fmt.Sprintf("longer than %d bytes", r.max)}
	} else if value, at, reason := r.value(text); reason != "" {
		if ended := r.rest()[n-1] == '\n'; reason == cutOff && ended && rec.Row == 1 && strings.TrimLeft(text, space)[0] == '{' {
			reason = cutOffByEnd
		}
		rec.Err = faultAfter(rec.Row, rec.Line, text[:at], reason)
	} else {
		rec.Value = value
	}
	if rec.Err == nil {
		r.pos += n
	} else if rec.Err.Raw, err = r.skipLine(len(text)); err != nil {
		return err
	}
	r.finish(rec, begin)
	return nil
}
