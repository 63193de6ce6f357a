package issues

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

// item is one record of an import's file, and the issue that it holds or the
// reason why it holds none. The journal keeps the record and its columns.
type item struct {
	Columns []string `json:"columns,omitempty"` // of a table, shared by all its items
	records.Record
	issue  Issue
	reason string
	form   form
	raw    []byte // of a bad record: its text, as its Err has it
}

// reader makes issues of the records of one file.
type reader struct {
	file string
	zone *time.Location // of times without one
	form form
}

// form knows what is where in a file's records.
type form interface {
	// parts takes a good record apart.
	parts(records.Record) (parts, error)
	// hint is what to do about one that is no record of the form, to follow its
	// error; "": nothing else.
	hint(*records.SyntaxError) string
	// columns are the names of a record's fields; nil where each names its own.
	columns() []string
	// original is an item as it stood in the file.
	original(*item) *runner.Original
	// guarded returns the first row of a page of this feature's own export that
	// has a cell with a ' before a formula.
	guarded([]records.Record) (row int64, ok bool)
}

// parts are what a record gives of an issue.
type parts struct {
	texts  [fieldCount]string // but for the labels
	labels []string
	source string
	extra  json.RawMessage
	name   func(field) string // where a field is, for a message
}

func newReader(in ImportInput, source records.Source, file io.ReaderAt) (*reader, error) {
	r := &reader{file: in.File}
	if csv, ok := source.(records.CSV); ok {
		t, err := newTable(in, csv, file)
		if err != nil {
			return nil, err
		}
		r.form = t
	} else {
		o := newObjects(in, file)
		_, o.array = source.(records.JSONArray)
		r.form = o
	}
	// Local is not in the database: what it means differs from machine to machine.
	var err error
	r.zone, err = time.LoadLocation(in.Timezone)
	if err != nil || in.Timezone == "Local" {
		return nil, runner.InvalidInput("/timezone", fmt.Sprintf("%s is not in the time zone database; write it like Europe/Berlin", shown(in.Timezone)))
	}
	return r, nil
}

// read makes an item of a record.
func (r *reader) read(rec records.Record) item {
	it := item{Record: rec, Columns: r.form.columns(), form: r.form}
	if rec.Err != nil {
		it.reason = fmt.Sprintf("%s: %v%s", r.file, rec.Err, r.form.hint(rec.Err)) // which says the row
		fault := *rec.Err
		it.raw, fault.Raw = fault.Raw, nil // the journal has it once, in the original
		it.Err = &fault
		return it
	}
	p, err := r.form.parts(rec)
	if err == nil {
		it.issue, err = r.issue(&p)
	}
	if err != nil {
		it.reason = it.at(r.file) + err.Error()
	}
	return it
}

// at is where the item stands, to be followed by what is wrong with it.
func (it *item) at(file string) string {
	return fmt.Sprintf("%s: row %d (line %d): ", file, it.Row, it.Line)
}

// issue makes an issue of its parts. A title may be empty, as a body may: the
// key is enough to know an issue by.
func (r *reader) issue(p *parts) (Issue, error) {
	i := Issue{
		Source: p.source,
		Key:    p.texts[fieldKey],
		Title:  p.texts[fieldTitle],
		Body:   p.texts[fieldBody],
		State:  p.texts[fieldState],
		Labels: p.labels,
		Author: p.texts[fieldAuthor],
		URL:    p.texts[fieldURL],
		Extra:  p.extra,
	}
	if i.Key == "" {
		return Issue{}, fmt.Errorf("%s is empty: an issue needs a key", p.name(fieldKey))
	}
	if i.Source == "" {
		return Issue{}, fmt.Errorf("%s is empty: an issue needs a source", p.name(fieldSource))
	}
	for n, instant := range [...]*time.Time{&i.CreatedAt, &i.UpdatedAt, &i.ClosedAt} {
		f := fieldCreatedAt + field(n)
		var err error
		if *instant, err = parseTime(p.texts[f], r.zone); err != nil {
			return Issue{}, fmt.Errorf("%s: %w", p.name(f), err)
		}
	}
	return i, nil
}
