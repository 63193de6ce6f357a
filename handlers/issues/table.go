package issues

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

// table is the form of a CSV file.
type table struct {
	layout    *layout
	source    string // of all rows; "": a column gives it
	separator string // between labels
	comma     byte
	encoding  records.Encoding
	labels    []int
	others    [][]int  // the columns that go into Extra
	names     []string // theirs, as JSON, with a colon
	where     func(field) string
}

// newTable reads a file's header.
func newTable(in ImportInput, csv records.CSV, file io.ReaderAt) (*table, error) {
	header, err := csv.Header(file)
	if err != nil || len(header) == 1 {
		if comma, ok := csv.GuessComma(file); ok {
			return nil, &runner.DataError{
				Message: fmt.Sprintf("%s: %s does not part the header into columns, but %s does", in.File, separatorName(in.Separator[0]), separatorName(comma)),
				Hint:    "set separator to " + separatorName(comma),
			}
		}
	}
	var syntax *records.SyntaxError
	if errors.As(err, &syntax) && in.Encoding == records.UTF8 && notUTF8(syntax) {
		return nil, &runner.DataError{Message: fmt.Sprintf("%s: %v", in.File, err), Hint: "if so, " + setEncoding, Err: err}
	}
	if err != nil {
		return nil, refused(in.File, err)
	}
	l, err := newLayout(in.File, header, in.Mapping)
	if err != nil {
		return nil, err
	}
	t := &table{layout: l, separator: in.LabelSeparator, comma: csv.Comma, encoding: in.Encoding}
	t.where = t.name // once: each use of a method as a value allocates
	switch {
	case in.Source != nil:
		t.source, l.source = *in.Source, -1
	case l.source < 0:
		return nil, runner.InvalidInput("/source", "is needed: no column of "+in.File+" gives it")
	}
	t.labels, t.others = l.labels(), l.others()
	for _, columns := range t.others {
		name, err := jsontext.AppendQuote(nil, header[columns[0]])
		if err != nil {
			return nil, fmt.Errorf("%s: column %q: %w", in.File, header[columns[0]], err)
		}
		t.names = append(t.names, string(name)+":")
	}
	return t, nil
}

// separatorName is a separator as people write it.
func separatorName(comma byte) string {
	if comma == '\t' {
		return "a tab"
	}
	return strconv.Quote(string(comma))
}

func (t *table) columns() []string { return t.layout.header }

func (t *table) hint(e *records.SyntaxError) string {
	if t.encoding == records.UTF8 && notUTF8(e) {
		return " Then " + setEncoding
	}
	return ""
}

const setEncoding = "set encoding to latin-1 or windows-1252"

// notUTF8 reports whether a record is not UTF-8. Of a long one the text is cut
// off, maybe within a character.
func notUTF8(e *records.SyntaxError) bool {
	return !utf8.Valid(e.Raw) && int64(len(e.Raw)) == e.Size
}

func (t *table) parts(rec records.Record) (parts, error) {
	p := parts{source: t.source, name: t.where}
	for f, column := range t.layout.fields {
		if column >= 0 {
			p.texts[f] = rec.Fields[column]
		}
	}
	var err error
	if t.layout.source >= 0 {
		p.source, err = t.layout.tracker.sourceIn(rec.Fields[t.layout.source])
		if err != nil {
			return parts{}, fmt.Errorf("%s: %w", t.name(fieldSource), err)
		}
	}
	p.labels = t.labelsOf(rec.Fields)
	p.extra, err = t.extra(rec.Fields)
	return p, err
}

func (t *table) name(f field) string {
	if f == fieldSource {
		return t.column(t.layout.source)
	}
	return t.column(t.layout.fields[f])
}

func (t *table) column(at int) string { return "column " + t.layout.header[at] }

// labelsOf are those of a row. Where several columns have them, each has one.
func (t *table) labelsOf(cells []string) []string {
	if len(t.labels) == 1 {
		return splitLabels(cells[t.labels[0]], t.separator)
	}
	var labels []string
	for _, column := range t.labels {
		if label := strings.TrimSpace(cells[column]); label != "" {
			labels = append(labels, label)
		}
	}
	return labels
}

// extra is the object of the cells that no field takes.
func (t *table) extra(cells []string) ([]byte, error) {
	object := []byte{'{'}
	for n, columns := range t.others {
		if len(columns) == 1 && cells[columns[0]] == "" {
			continue // at once: Jira's exports have hundreds of them
		}
		before := len(object)
		if before > len("{") {
			object = append(object, ',')
		}
		object = append(object, t.names[n]...)
		var some bool
		var err error
		if object, some, err = appendCells(object, cells, columns); err != nil {
			return nil, fmt.Errorf("%s: %w", t.column(columns[0]), err)
		}
		if !some {
			object = object[:before]
		}
	}
	object = append(object, '}')
	if t.layout.extra < 0 || cells[t.layout.extra] == "" {
		return unlessEmpty(object), nil
	}
	merged, err := mergeExtra(object, []byte(cells[t.layout.extra]))
	if err == nil && deeper(merged, maxExtra) {
		err = fmt.Errorf("its members lie more than %d deep, %s", maxExtra-1, notReadBack)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.column(t.layout.extra), err)
	}
	return merged, nil
}

// appendCells appends the cells of columns with one name as JSON, and reports
// whether there were any: empty ones say nothing. Of one column it is a string;
// of several an array, however many have something, so that the header alone says
// which.
func appendCells(dst []byte, cells []string, columns []int) ([]byte, bool, error) {
	if len(columns) == 1 {
		dst, err := jsontext.AppendQuote(dst, cells[columns[0]])
		return dst, cells[columns[0]] != "", err
	}
	open := byte('[')
	for _, column := range columns {
		if cells[column] == "" {
			continue
		}
		dst = append(dst, open)
		open = ','
		var err error
		if dst, err = jsontext.AppendQuote(dst, cells[column]); err != nil {
			return nil, false, err
		}
	}
	return append(dst, ']'), open == ',', nil
}

// guarded looks at this feature's own exports alone: elsewhere a cell may begin so
// for reasons of its own.
func (t *table) guarded(page []records.Record) (row int64, ok bool) {
	if t.layout.tracker.name != trackers[0].name {
		return 0, false
	}
	for _, rec := range page {
		for _, cell := range rec.Fields {
			if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte("=+-@\t\r", cell[1]) >= 0 {
				return rec.Row, true
			}
		}
	}
	return 0, false
}

// splitLabels cuts a cell into labels. Spaces around them, and empty ones, are
// the list's and not theirs. A JSON array of strings is one already.
func splitLabels(cell, separator string) []string {
	var labels []string
	if strings.HasPrefix(cell, "[") && json.Unmarshal([]byte(cell), &labels) == nil {
		return labels
	}
	labels = nil
	for label := range strings.SplitSeq(cell, separator) {
		if label = strings.TrimSpace(label); label != "" {
			labels = append(labels, label)
		}
	}
	return labels
}
