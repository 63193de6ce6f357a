package issues

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/internal/near"
	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

// Mapping names the column of each field, for files whose header is of no known
// tracker, and where a known tracker's own choice does not fit.
type Mapping struct {
	Key       *string `json:"key"`
	Title     *string `json:"title"`
	Body      *string `json:"body"`
	State     *string `json:"state"`
	Labels    *string `json:"labels"`
	Author    *string `json:"author"`
	URL       *string `json:"url"`
	CreatedAt *string `json:"createdAt"`
	UpdatedAt *string `json:"updatedAt"`
	ClosedAt  *string `json:"closedAt"`
}

func (m *Mapping) columns() [fieldCount]*string {
	if m == nil {
		return [fieldCount]*string{}
	}
	return [fieldCount]*string{
		m.Key, m.Title, m.Body, m.State, m.Labels, m.Author, m.URL, m.CreatedAt, m.UpdatedAt, m.ClosedAt,
	}
}

// layout says in which columns of a file an issue's fields are.
type layout struct {
	header []string
	fields [fieldCount]int // -1: in none
	source int             // -1: in none
}

// newLayout reads a file's header, and refuses it with a *runner.DataError where
// it does not give key and title. A mapping to a column that is not there is a
// *runner.InputError.
func newLayout(file string, header []string, mapping *Mapping) (*layout, error) {
	if twice := records.Duplicates(header); len(twice) > 0 {
		return nil, &runner.DataError{
			Message: fmt.Sprintf("%s: the header has more than one column %s", file, quoted(twice)),
			Hint:    "rename or remove all but one of them",
		}
	}
	known := recognize(header)
	l := &layout{header: header, source: -1}
	if known.source != "" {
		l.source = slices.Index(header, known.source)
	}
	for f, mapped := range mapping.columns() {
		l.fields[f] = firstOf(known.columns[f], header)
		if mapped == nil {
			continue
		}
		if l.fields[f] = slices.Index(header, *mapped); l.fields[f] < 0 {
			return nil, noSuchColumn(file, header, field(f), *mapped)
		}
	}
	if l.fields[fieldKey] < 0 || l.fields[fieldTitle] < 0 {
		return nil, &runner.DataError{
			Message: fmt.Sprintf("%s: no known column gives the %s of an issue; the columns are %s", file, l.missing(), quoted(header)),
			Hint:    `name the columns in the input, such as "mapping": {"key": "COLUMN", "title": "COLUMN"}`,
		}
	}
	return l, nil
}

// firstOf returns where the first of the wanted columns that is there is, or
// -1.
func firstOf(wanted, header []string) int {
	for _, column := range wanted {
		if at := slices.Index(header, column); at >= 0 {
			return at
		}
	}
	return -1
}

func (l *layout) missing() string {
	var names []string
	for _, f := range []field{fieldKey, fieldTitle} {
		if l.fields[f] < 0 {
			names = append(names, fieldNames[f])
		}
	}
	return strings.Join(names, " and ")
}

// others are the columns that no field takes, in the order of their names.
func (l *layout) others() []int {
	var others []int
	for i := range l.header {
		if i != l.source && !slices.Contains(l.fields[:], i) {
			others = append(others, i)
		}
	}
	slices.SortFunc(others, func(a, b int) int { return cmp.Compare(l.header[a], l.header[b]) })
	return others
}

func noSuchColumn(file string, header []string, f field, column string) error {
	message := fmt.Sprintf("%s has no column %q", file, column)
	if meant, ok := near.Best(column, header); ok {
		message += fmt.Sprintf("; did you mean %q?", meant)
	} else {
		message += "; its columns are " + quoted(header)
	}
	return runner.InvalidInput("/mapping/"+fieldNames[f], message)
}

// quoted lists columns for a message: the first few, of a wide file.
func quoted(columns []string) string {
	const most = 30
	var b strings.Builder
	for i, column := range columns {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(columns)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(shown(column))
	}
	return b.String()
}
