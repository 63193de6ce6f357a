package issues

import "slices"

// field is one of the fields of an issue that a column may give.
type field int

const (
	fieldKey field = iota
	fieldTitle
	fieldBody
	fieldState
	fieldLabels
	fieldAuthor
	fieldURL
	fieldCreatedAt
	fieldUpdatedAt
	fieldClosedAt
	fieldCount
)

// fieldNames are the fields as inputs and messages write them.
var fieldNames = [fieldCount]string{
	"key", "title", "body", "state", "labels", "author", "url", "createdAt", "updatedAt", "closedAt",
}

// tracker says which columns of one tracker's exports give which fields. Of
// several columns the first that a file has is taken.
type tracker struct {
	name    string
	sign    string // a column that tells its files, together with one of the key's; "": those alone do
	columns [fieldCount][]string
	source  string // the column that gives the source; "": none does
}

// trackers are the dialects that are known by their header. A tracker's own
// column names are spelt exactly so.
var trackers = [...]tracker{
	{
		name: "Jira",
		sign: "Summary",
		columns: [fieldCount][]string{
			fieldKey:       {"Issue key", "Issue id"},
			fieldTitle:     {"Summary"},
			fieldBody:      {"Description"},
			fieldState:     {"Status"},
			fieldLabels:    {"Labels"},
			fieldAuthor:    {"Reporter", "Creator"},
			fieldCreatedAt: {"Created"},
			fieldUpdatedAt: {"Updated"},
			fieldClosedAt:  {"Resolved"},
		},
		source: "Project key",
	},
	{
		name: "Bugzilla",
		columns: [fieldCount][]string{
			fieldKey:       {"Bug ID"},
			fieldTitle:     {"Summary"},
			fieldBody:      {"Description"},
			fieldState:     {"Status"},
			fieldLabels:    {"Keywords"},
			fieldAuthor:    {"Reporter"},
			fieldCreatedAt: {"Opened"},
			fieldUpdatedAt: {"Changed", "Updated"},
			fieldClosedAt:  {"Last Resolved"},
		},
	},
	{
		name: "GitHub",
		sign: "title",
		columns: [fieldCount][]string{
			fieldKey:       {"number"},
			fieldTitle:     {"title"},
			fieldBody:      {"body"},
			fieldState:     {"state"},
			fieldLabels:    {"labels"},
			fieldAuthor:    {"user", "author"},
			fieldURL:       {"html_url", "url"},
			fieldCreatedAt: {"created_at", "createdAt"},
			fieldUpdatedAt: {"updated_at", "updatedAt"},
			fieldClosedAt:  {"closed_at", "closedAt"},
		},
	},
}

// recognize returns the tracker whose exports have such a header; where none is
// known, the zero tracker, which knows no columns.
func recognize(header []string) tracker {
	has := func(column string) bool { return slices.Contains(header, column) }
	for _, t := range trackers {
		if (t.sign == "" || has(t.sign)) && slices.ContainsFunc(t.columns[fieldKey], has) {
			return t
		}
	}
	return tracker{}
}
