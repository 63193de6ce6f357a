// Package records streams the records of a data file, with positions to start
// again from, and writes CSV.
//
// [Detect] says which format a file has. The formats are [CSV], [JSONL] and
// [JSONArray], each a [Source] whose Page returns the records after a [Position];
// the End of a page's last record is the position of the next page. [CSV.Header]
// gives the columns. The package opens no file and keeps nothing between calls: a
// position saved as JSON is all that a later process needs.
//
// It promises:
//   - Bytes are kept. A quoted field holds its CR, LF and CRLF as they stand in
//     the file (encoding/csv turns CRLF into LF), and NUL, emoji and U+2028 too. A
//     value of JSON holds its numbers and escapes as they stand, and every name is
//     there once.
//   - Every line is accounted for. A bad record is a [Record] with an Err that
//     holds its text, and the reading goes on after it, behind a record that is
//     only too long as well; where a JSON array cannot be read on, its last page is
//     an error, not the end.
//   - The End of any record leads to the same remaining records, rows and lines,
//     whatever the limits of the pages were.
//   - Memory is bounded whatever the file holds. A page is of 4 MiB of the file at
//     most and one record more. Where records are near MaxRecord, that and the
//     reading of it take less than 7 * (4 MiB + MaxRecord) at once, so 56 MiB by
//     default, and less than half of it unless nearly all is doubled quotes,
//     characters beyond ASCII to be decoded, or names of one object. A page of short
//     records takes 8 MiB.
//   - Time is linear in the size of the file, unclosed quotes and records that are
//     too long included.
//   - What a [CSVWriter] writes is read back as the same fields.
package records

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Position is a place between two records of a file. The zero value is the
// start: after the header, where the file has one.
type Position struct {
	Offset int64 `json:"offset"` // bytes of the file before it
	Row    int64 `json:"row"`    // records before it, without the header
	Line   int64 `json:"line"`   // physical lines before it
}

// Record is one record of a file. JSON keeps it whole.
type Record struct {
	Row  int64 `json:"row"`  // from 1, after a header; bad records count
	Line int64 `json:"line"` // the physical line where it begins, from 1

	// Fields are the values of CSV, unquoted. A bad record has them only if nothing
	// but their number is wrong, and then the first 65,536 at most.
	//
	// They share memory with the records around them: use strings.Clone for what
	// is kept longer than the page.
	Fields []string `json:"fields,omitempty"`

	// Value is the value of a good record of JSON: its tokens as they stand in the
	// file, without white space between them. No name stands twice in an object, no
	// more than 100 arrays and objects lie in one another, and the text is UTF-8 and
	// without half a surrogate pair. It shares memory as Fields do.
	Value json.RawMessage `json:"value,omitzero"`

	// End is the position after the record, where the reading goes on.
	End Position `json:"end"`

	// Err is set if the record is bad.
	Err *SyntaxError `json:"error,omitempty"`
}

// SyntaxError says what is wrong with a record, or with the file before the
// first one.
type SyntaxError struct {
	Row    int64  `json:"row"`              // the record, from 1, or the one that should be there; 0 is the header
	Line   int64  `json:"line"`             // the physical line of the fault, from 1
	Column int64  `json:"column,omitempty"` // the byte in that line, from 1; 0 if the record as a whole is at fault, or the reason says the byte of the file
	Reason string `json:"reason"`           // for people, without the place

	// Raw is the record as it stands in the file, line end included, to be mended
	// and read again. It need not be UTF-8, so JSON has it in base64. Of Size
	// bytes it holds the first 64 KiB.
	Raw  []byte `json:"raw,omitempty"`
	Size int64  `json:"size,omitempty"`
}

// Error gives the place and the reason, as in
// "row 17 (line 203): 7 fields where the header has 9".
func (e *SyntaxError) Error() string {
	what := "header"
	if e.Row > 0 {
		what = fmt.Sprintf("row %d", e.Row)
	}
	if e.Column > 0 {
		return fmt.Sprintf("%s (line %d, column %d): %s", what, e.Line, e.Column, e.Reason)
	}
	return fmt.Sprintf("%s (line %d): %s", what, e.Line, e.Reason)
}

var (
	// ErrEmpty means a file without even a header, or without any value.
	ErrEmpty = errors.New("an empty file")

	// ErrPosition means a position that is not between two records of the file:
	// it belongs to another file, or the file has changed since.
	ErrPosition = errors.New("no such position in the file")
)

// Duplicates returns the names that stand more than once in a header, each
// once, in the order in which they are repeated.
func Duplicates(header []string) []string {
	var twice []string
	seen := make(map[string]bool, len(header))
	for _, name := range header {
		if seen[name] && !slices.Contains(twice, name) {
			twice = append(twice, name)
		}
		seen[name] = true
	}
	return twice
}
