package issues

import (
	"bytes"

	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

// Original is the record as it stood in the file, for a file of those that failed.
func (i item) Original() *runner.Original { return i.form.original(&i) }

// cut reports whether a bad record's text is only its beginning.
func (i *item) cut() bool { return i.Err != nil && int64(len(i.raw)) < i.Err.Size }

// manyFields is how many fields a bad record has at most: of one that has as many,
// some may be missing.
const manyFields = 1 << 16

// original gives a bad record as it stood, byte for byte, and a good one with the
// same fields.
func (t *table) original(i *item) *runner.Original {
	o := &runner.Original{Format: string(records.FormatCSV)}
	var err error
	if o.Head, err = t.line(t.layout.header); err != nil {
		return nil
	}
	if i.Err != nil && !i.cut() {
		o.Text = ended(i.raw)
		return o
	}
	if len(i.Fields) > 0 && len(i.Fields) < manyFields {
		if o.Text, err = t.line(i.Fields); err == nil {
			return o
		}
	}
	o.Text, o.Cut = i.raw, true
	return o
}

// line is a record as the file would have it.
func (t *table) line(fields []string) ([]byte, error) {
	var b bytes.Buffer
	w := records.NewCSVWriter(&b, records.CSVOptions{Comma: t.comma})
	if err := w.Write(fields); err != nil {
		return nil, err
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	return t.encoding.Encode(b.Bytes())
}

func (o *objects) original(i *item) *runner.Original {
	text := []byte(i.Value)
	if i.Err != nil {
		text = i.raw
	}
	if o.array {
		return &runner.Original{Format: string(records.FormatJSON), Head: []byte("[\n"), Text: text, Join: ",\n", Tail: "\n]\n", Cut: i.cut()}
	}
	return &runner.Original{Format: string(records.FormatJSONL), Text: ended(text), Cut: i.cut()}
}

// ended ends a text's last line.
func ended(text []byte) []byte {
	if bytes.HasSuffix(text, []byte("\n")) {
		return text
	}
	return append(bytes.Clone(text), '\n')
}
