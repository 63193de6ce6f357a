package issues

import (
	"bufio"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/beignet-go/beignet/records"
)

// issueWriter writes issues to a file, which is complete after flush. Both
// formats have the members of ownTracker, and import reads the very issues back.
type issueWriter interface {
	write(*Issue) error
	flush() error
}

// newWriter returns the writer of a format. The guard is CSV's.
func newWriter(w io.Writer, format records.Format, guard bool) (issueWriter, error) {
	if format == records.FormatCSV {
		c := &csvWriter{out: records.NewCSVWriter(w, records.CSVOptions{GuardFormulas: guard})}
		return c, c.out.Write(ownColumns[:])
	}
	return &jsonlWriter{out: bufio.NewWriterSize(w, 1<<16)}, nil
}

// ownColumns are the members in order.
var ownColumns = [...]string{
	"source", "key", "title", "body", "state", "labels", "author", "url", "createdAt", "updatedAt", "closedAt", "extra",
}

// csvWriter writes labels and extra as JSON, and what is empty as nothing.
type csvWriter struct {
	out   *records.CSVWriter
	cells [len(ownColumns)]string
}

func (w *csvWriter) write(i *Issue) error {
	labels := ""
	if len(i.Labels) > 0 {
		list, err := AppendLabels(nil, i.Labels)
		if err != nil {
			return err
		}
		labels = string(list)
	}
	w.cells = [...]string{
		i.Source, i.Key, i.Title, i.Body, i.State, labels, i.Author, i.URL,
		instant(i.CreatedAt), instant(i.UpdatedAt), instant(i.ClosedAt), string(i.Extra),
	}
	return w.out.Write(w.cells[:])
}

func (w *csvWriter) flush() error { return w.out.Flush() }

// instant is a time as files have it; the zero time is empty.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// jsonlWriter writes an object a line. It leaves out what is empty, but not what
// the object is recognized by.
type jsonlWriter struct {
	out  *bufio.Writer
	line []byte
	err  error // of a text that is not UTF-8
}

func (w *jsonlWriter) write(i *Issue) error {
	w.line = append(w.line[:0], '{')
	w.text("source", i.Source)
	w.text("key", i.Key)
	w.text("title", i.Title)
	w.some("body", i.Body)
	w.some("state", i.State)
	if len(i.Labels) > 0 && w.err == nil {
		w.name("labels")
		w.line, w.err = AppendLabels(w.line, i.Labels)
	}
	w.some("author", i.Author)
	w.some("url", i.URL)
	w.time("createdAt", i.CreatedAt)
	w.time("updatedAt", i.UpdatedAt)
	w.time("closedAt", i.ClosedAt)
	if len(i.Extra) > 0 {
		w.name("extra")
		w.line = append(w.line, i.Extra...)
	}
	w.line = append(w.line, '}', '\n')
	if w.err != nil {
		return w.err
	}
	_, err := w.out.Write(w.line)
	return err
}

func (w *jsonlWriter) flush() error { return w.out.Flush() }

func (w *jsonlWriter) name(name string) {
	if len(w.line) > len("{") {
		w.line = append(w.line, ',')
	}
	w.line = append(w.line, '"')
	w.line = append(w.line, name...)
	w.line = append(w.line, '"', ':')
}

func (w *jsonlWriter) text(name, text string) {
	w.name(name)
	if w.err == nil {
		w.line, w.err = jsontext.AppendQuote(w.line, text)
	}
}

func (w *jsonlWriter) some(name, text string) {
	if text != "" {
		w.text(name, text)
	}
}

func (w *jsonlWriter) time(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	w.name(name)
	w.line = append(w.line, '"')
	w.line = t.UTC().AppendFormat(w.line, time.RFC3339Nano)
	w.line = append(w.line, '"')
}
