package issues

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

// item is one record of an import's file, and the issue that it holds or the
// reason why it holds none. The journal keeps the record.
type item struct {
	records.Record
	issue  Issue
	reason string
}

// reader makes issues of the records of one file.
type reader struct {
	file      string
	layout    *layout
	others    []int    // the columns that go into Extra
	names     []string // theirs, as JSON, with a colon
	source    string   // "": the column's
	separator string
	zone      *time.Location
}

func newReader(in ImportInput, header []string) (*reader, error) {
	l, err := newLayout(in.File, header, in.Mapping)
	if err != nil {
		return nil, err
	}
	r := &reader{file: in.File, layout: l, separator: in.LabelSeparator}
	switch {
	case in.Source != nil:
		r.source, l.source = *in.Source, -1
	case l.source < 0:
		return nil, runner.InvalidInput("/source", "is needed: no column of "+in.File+" gives it")
	}
	// Local is not in the database: what it means differs from machine to machine.
	r.zone, err = time.LoadLocation(in.Timezone)
	if err != nil || in.Timezone == "Local" {
		return nil, runner.InvalidInput("/timezone", fmt.Sprintf("%s is not in the time zone database; write it like Europe/Berlin", shown(in.Timezone)))
	}
	r.others = l.others()
	for _, column := range r.others {
		name, err := jsontext.AppendQuote(nil, header[column])
		if err != nil {
			return nil, fmt.Errorf("%s: column %q: %w", in.File, header[column], err)
		}
		r.names = append(r.names, string(name)+":")
	}
	return r, nil
}

// read makes an item of a record.
func (r *reader) read(rec records.Record) item {
	if rec.Err != nil {
		return item{Record: rec, reason: fmt.Sprintf("%s: %v", r.file, rec.Err)} // which says the row
	}
	issue, err := r.issue(rec.Fields)
	if err != nil {
		return item{Record: rec, reason: fmt.Sprintf("%s: row %d (line %d): %v", r.file, rec.Row, rec.Line, err)}
	}
	return item{Record: rec, issue: issue}
}

// issue makes an issue of a record's cells. A title may be empty, as a body may:
// the key is enough to know an issue by.
func (r *reader) issue(cells []string) (Issue, error) {
	cell := func(f field) string {
		if column := r.layout.fields[f]; column >= 0 {
			return cells[column]
		}
		return ""
	}
	i := Issue{
		Source: r.source,
		Key:    cell(fieldKey),
		Title:  cell(fieldTitle),
		Body:   cell(fieldBody),
		State:  cell(fieldState),
		Labels: splitLabels(cell(fieldLabels), r.separator),
		Author: cell(fieldAuthor),
		URL:    cell(fieldURL),
	}
	if r.layout.source >= 0 {
		i.Source = cells[r.layout.source]
	}
	if i.Key == "" {
		return Issue{}, fmt.Errorf("%s is empty: an issue needs a key", r.column(r.layout.fields[fieldKey]))
	}
	if i.Source == "" {
		return Issue{}, fmt.Errorf("%s is empty: an issue needs a source", r.column(r.layout.source))
	}
	var err error
	for n, instant := range [...]*time.Time{&i.CreatedAt, &i.UpdatedAt, &i.ClosedAt} {
		f := fieldCreatedAt + field(n)
		if *instant, err = parseTime(cell(f), r.zone); err != nil {
			return Issue{}, fmt.Errorf("%s: %w", r.column(r.layout.fields[f]), err)
		}
	}
	i.Extra, err = r.extra(cells)
	return i, err
}

func (r *reader) column(at int) string { return "column " + r.layout.header[at] }

// extra is the object of the cells that no field takes. Empty ones say nothing
// and are left out: Jira's exports have hundreds of them.
func (r *reader) extra(cells []string) ([]byte, error) {
	var object []byte
	for n, column := range r.others {
		if cells[column] == "" {
			continue
		}
		open := byte(',')
		if object == nil {
			open = '{'
		}
		object = append(append(object, open), r.names[n]...)
		var err error
		if object, err = jsontext.AppendQuote(object, cells[column]); err != nil {
			return nil, fmt.Errorf("%s: %w", r.column(column), err)
		}
	}
	if object == nil {
		return nil, nil
	}
	return append(object, '}'), nil
}

// splitLabels cuts a cell into labels. Spaces around them, and empty ones, are the
// list's and not theirs.
func splitLabels(cell, separator string) []string {
	var labels []string
	for label := range strings.SplitSeq(cell, separator) {
		if label = strings.TrimSpace(label); label != "" {
			labels = append(labels, label)
		}
	}
	return labels
}
