package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
)

// The text columns of the table issues.
const (
	source = iota
	key
	title
	state
	labels
	author
	url
	createdAt
	updatedAt
	closedAt
	extra
	body
	columnCount
)

var columns = [columnCount]string{
	"source", "key", "title", "state", "labels", "author", "url",
	"created_at", "updated_at", "closed_at", "extra", "body",
}

// nullable reports whether a column is NULL where its text is empty.
func nullable(column int) bool { return createdAt <= column && column <= closedAt }

// row is one row of the table issues.
type row struct {
	id      int64
	indexed bool
	text    [columnCount]string // as stored: two rows with the same text are the same
	changed bool                // it is to be written
	version string              // what an engine knows by whether the row is still as it was read
	refused string              // why the database cannot hold it
}

// selected is what a SELECT must ask for, for scan.
func selected() string {
	var b strings.Builder
	b.WriteString("i.id, i.indexed")
	for column, name := range columns {
		if nullable(column) {
			b.WriteString(", coalesce(i." + name + ", '')")
		} else {
			b.WriteString(", i." + name)
		}
	}
	return b.String()
}

func scan(rows *sql.Rows) (*row, error) {
	var r row
	return &r, rows.Scan(r.dest()...)
}

// dest is where to scan a row to.
func (r *row) dest() []any {
	dest := make([]any, 0, 2+columnCount)
	dest = append(dest, &r.id, &r.indexed)
	for column := range r.text {
		dest = append(dest, &r.text[column])
	}
	return dest
}

// appendTexts appends the columns' values to args.
func (r *row) appendTexts(args []any) []any {
	for column, text := range r.text {
		if text == "" && nullable(column) {
			args = append(args, nil)
			continue
		}
		args = append(args, text)
	}
	return args
}

// encode makes a row of an issue.
func encode(i *issues.Issue) (row, error) {
	r := row{text: [columnCount]string{
		source: i.Source, key: i.Key, title: i.Title, state: i.State,
		author: i.Author, url: i.URL,
		createdAt: instant(i.CreatedAt), updatedAt: instant(i.UpdatedAt), closedAt: instant(i.ClosedAt),
		extra: "{}", body: i.Body,
	}}
	if len(i.Extra) > 0 {
		r.text[extra] = string(i.Extra)
	}
	list, err := issues.AppendLabels(nil, i.Labels)
	if err != nil {
		return row{}, fmt.Errorf("labels of %s: %w", i.Name(), err)
	}
	r.text[labels] = string(list)
	return r, nil
}

// decode makes the issue of a row.
func (r *row) decode() (*issues.Issue, error) {
	i := &issues.Issue{
		ID: r.id, Source: r.text[source], Key: r.text[key], Title: r.text[title], Body: r.text[body],
		State: r.text[state], Author: r.text[author], URL: r.text[url],
	}
	if r.text[extra] != "{}" {
		i.Extra = json.RawMessage(r.text[extra])
	}
	var err error
	if i.Labels, err = decodeLabels(r.text[labels]); err != nil {
		return nil, fmt.Errorf("labels of issue %d: %w", r.id, err)
	}
	for n, t := range [...]*time.Time{&i.CreatedAt, &i.UpdatedAt, &i.ClosedAt} {
		text := r.text[createdAt+n]
		if text == "" {
			continue
		}
		if *t, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return nil, fmt.Errorf("%s of issue %d: %w", columns[createdAt+n], r.id, err)
		}
	}
	return i, nil
}

// instant is how a time is stored: RFC 3339 in UTC, exact to the nanosecond and
// readable with any tool. The zero time is empty.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
