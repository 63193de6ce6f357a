package issues

import (
	"fmt"
	"slices"
	"strings"
)

// field is one of the fields of an issue that a column or member may give.
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
	fieldCount // of those that a mapping names
)

const (
	fieldSource = fieldCount + iota
	fieldExtra
	allFields
)

// fieldNames are the fields as inputs and messages write them.
var fieldNames = [fieldCount]string{
	"key", "title", "body", "state", "labels", "author", "url", "createdAt", "updatedAt", "closedAt",
}

// tracker says which columns of one tracker's exports, or members of the objects
// in them, give which fields. Of several the first that is there is taken.
type tracker struct {
	name    string
	sign    string // what tells its files, together with one of the key's; "": those alone do
	columns [fieldCount][]string
	source  []string
	inURL   bool     // the source is OWNER/NAME in an address of GitHub's API
	extra   []string // an object whose members are Extra's
	repeats bool     // columns may have the same name
}

// trackers are the dialects that are known by their header or members, spelt
// exactly so. The first is that of this feature's own exports.
var trackers = [...]tracker{
	{
		name: "beignet",
		sign: "source",
		columns: [fieldCount][]string{
			fieldKey:       {"key"},
			fieldTitle:     {"title"},
			fieldBody:      {"body"},
			fieldState:     {"state"},
			fieldLabels:    {"labels"},
			fieldAuthor:    {"author"},
			fieldURL:       {"url"},
			fieldCreatedAt: {"createdAt"},
			fieldUpdatedAt: {"updatedAt"},
			fieldClosedAt:  {"closedAt"},
		},
		source: []string{"source"},
		extra:  []string{"extra"},
	},
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
		source:  []string{"Project key"},
		repeats: true,
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
		source: []string{"repository_url"},
		inURL:  true,
	},
}

// recognize returns the tracker whose exports have these columns or members;
// where none is known, the zero tracker, which knows no names.
func recognize(has func(name string) bool) tracker {
	for _, t := range trackers {
		if (t.sign == "" || has(t.sign)) && slices.ContainsFunc(t.columns[fieldKey], has) {
			return t
		}
	}
	return tracker{}
}

// sourceIn is the source that a column or member gives.
func (t *tracker) sourceIn(text string) (string, error) {
	if !t.inURL {
		return text, nil
	}
	_, source, ok := strings.Cut(text, "/repos/")
	if owner, name, two := strings.Cut(source, "/"); !ok || !two || owner == "" || name == "" {
		return "", fmt.Errorf("%s is no address like https://api.github.com/repos/OWNER/NAME", shown(text))
	}
	return source, nil
}
