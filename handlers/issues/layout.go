package issues

import (
	"fmt"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/internal/near"
	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

// Mapping names the column or member of each field, for files of no known
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

// names are those given, by field; nil where none is.
func (m *Mapping) names() [fieldCount]*string {
	if m == nil {
		return [fieldCount]*string{}
	}
	return [fieldCount]*string{
		m.Key, m.Title, m.Body, m.State, m.Labels, m.Author, m.URL, m.CreatedAt, m.UpdatedAt, m.ClosedAt,
	}
}

// layout says in which columns of a file an issue's fields are.
type layout struct {
	header  []string
	tracker tracker
	fields  [fieldCount]int // -1: in none; of labels, the first
	source  int             // -1: in none
	extra   int             // -1: in none
}

// newLayout reads a file's header, and refuses it with a *runner.DataError where
// it does not give key and title, or has a column twice that only Jira repeats. A
// mapping to a column that is not there is a *runner.InputError.
func newLayout(file string, header []string, mapping *Mapping) (*layout, error) {
	known := recognize(func(column string) bool { return slices.Contains(header, column) })
	twice := records.Duplicates(header)
	if !known.repeats && len(twice) > 0 {
		return nil, repeated(file, twice)
	}
	l := &layout{header: header, tracker: known, source: firstOf(known.source, header), extra: firstOf(known.extra, header)}
	for f, mapped := range mapping.names() {
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
			Hint:    "name the columns with mapping.key and mapping.title",
		}
	}
	var open []string // to which of them is meant
	for _, name := range twice {
		if l.single(slices.Index(header, name)) {
			open = append(open, name)
		}
	}
	if len(open) > 0 {
		return nil, repeated(file, open)
	}
	return l, nil
}

func repeated(file string, columns []string) error {
	return &runner.DataError{
		Message: fmt.Sprintf("%s: the header has more than one column %s", file, quoted(columns)),
		Hint:    "rename or remove all but one of them",
	}
}

// single reports whether a column gives what an issue has one of.
func (l *layout) single(column int) bool {
	for f, at := range l.fields {
		if at == column && field(f) != fieldLabels {
			return true
		}
	}
	return column == l.source || column == l.extra
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

// labels are the columns of that name.
func (l *layout) labels() []int {
	first := l.fields[fieldLabels]
	if first < 0 {
		return nil
	}
	var columns []int
	for i, name := range l.header {
		if name == l.header[first] {
			columns = append(columns, i)
		}
	}
	return columns
}

// others are the columns that no field takes, those of one name together, in the
// order of their names that canonical has.
func (l *layout) others() [][]int {
	named := map[string][]int{}
	for i, name := range l.header {
		named[name] = append(named[name], i)
	}
	var others [][]int
	for _, columns := range named {
		first := columns[0]
		if first != l.source && first != l.extra && !slices.Contains(l.fields[:], first) {
			others = append(others, columns)
		}
	}
	slices.SortFunc(others, func(a, b []int) int { return compareNames(l.header[a[0]], l.header[b[0]]) })
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

// quoted lists names for a message: the first few, of a wide file.
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
