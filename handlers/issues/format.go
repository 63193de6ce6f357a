package issues

import (
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

// open returns the source of the file's records.
func (in *ImportInput) open(file io.ReaderAt) (records.Source, error) {
	format, err := in.format(file)
	if err != nil {
		return nil, refused(in.File, err)
	}
	switch {
	case format == records.FormatCSV:
		return records.CSV{Comma: in.Separator[0], Encoding: in.Encoding}, nil
	case in.Separator != ",":
		return nil, runner.InvalidInput("/separator", "is for CSV, and "+in.File+" is JSON")
	case in.Encoding != records.UTF8:
		return nil, runner.InvalidInput("/encoding", "is for CSV, and "+in.File+" is JSON, which is UTF-8")
	case format == records.FormatJSON:
		return records.JSONArray{}, nil
	}
	return lines{}, nil
}

// format is the one that is given, or else what the content looks like; the name
// tells it of an empty file.
func (in *ImportInput) format(file io.ReaderAt) (records.Format, error) {
	if in.Format != nil {
		return *in.Format, nil
	}
	format, err := records.Detect(file)
	if errors.Is(err, records.ErrEmpty) {
		switch strings.ToLower(path.Ext(in.File)) {
		case ".jsonl", ".ndjson":
			return records.FormatJSONL, nil
		}
	}
	return format, err
}

// lines is JSON Lines, of which there may be none: so an export of no issues is
// written.
type lines struct{ records.JSONL }

func (l lines) Page(file io.ReaderAt, after records.Position, limit int) ([]records.Record, error) {
	page, err := l.JSONL.Page(file, after, limit)
	if errors.Is(err, records.ErrEmpty) {
		return nil, nil
	}
	return page, err
}

// refused is an error of reading a file: the file's own fault, or the disk's.
func refused(file string, err error) error {
	var syntax *records.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, records.ErrEmpty) || errors.Is(err, records.ErrPosition) {
		return &runner.DataError{Message: fmt.Sprintf("%s: %v", file, err), Hint: "see that it is the right file and format, and mend it there", Err: err}
	}
	return &runner.FileError{Name: file, Err: err}
}

// otherFormat says that the content looks like another format than the one that
// is given, and what to do; "": it does not.
func (in *ImportInput) otherFormat(file io.ReaderAt) string {
	if in.Format == nil {
		return ""
	}
	names := map[records.Format]string{records.FormatCSV: "CSV", records.FormatJSONL: "JSON Lines", records.FormatJSON: "a JSON array"}
	looks, err := records.Detect(file)
	if err != nil || looks == *in.Format {
		return ""
	}
	return fmt.Sprintf("the content looks like %s: set format to %s or leave it out", names[looks], looks)
}

// hinted gives a refusal of the file another hint, where there is one.
func hinted(err error, hint string) error {
	var data *runner.DataError
	if hint == "" || !errors.As(err, &data) {
		return err
	}
	other := *data
	other.Hint = hint
	return &other
}
