package issues

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/runner"
)

func columns(names string) []string { return strings.Split(names, ",") }

func ptr(s string) *string { return &s }

// given says which column gives which field, for a message.
func (l *layout) given() map[string]string {
	given := map[string]string{}
	for f, at := range l.fields {
		if at >= 0 {
			given[fieldNames[f]] = l.header[at]
		}
	}
	if l.source >= 0 {
		given["source"] = l.header[l.source]
	}
	var others []string
	for _, at := range l.others() {
		others = append(others, l.header[at[0]])
	}
	given["extra"] = strings.Join(others, ",")
	return given
}

func TestLayout(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		header  string
		mapping *Mapping
		want    map[string]string
	}{
		{"Jira with keys", "Summary,Issue key,Issue id,Project key,Status,Labels,Reporter,Created,Updated,Resolved,Description,Priority", nil, map[string]string{
			"key": "Issue key", "title": "Summary", "body": "Description", "state": "Status", "labels": "Labels", "author": "Reporter",
			"createdAt": "Created", "updatedAt": "Updated", "closedAt": "Resolved", "source": "Project key", "extra": "Issue id,Priority",
		}},
		{"Jira with ids", "Summary,Issue id,Status,Priority,Resolution,Created,Resolved,Affects Version/s,Description", nil, map[string]string{
			"key": "Issue id", "title": "Summary", "body": "Description", "state": "Status",
			"createdAt": "Created", "closedAt": "Resolved", "extra": "Affects Version/s,Priority,Resolution",
		}},
		{"Bugzilla", "Bug ID,Product,Summary,Status,Resolution,Keywords,Reporter,Opened,Changed", nil, map[string]string{
			"key": "Bug ID", "title": "Summary", "state": "Status", "labels": "Keywords", "author": "Reporter",
			"createdAt": "Opened", "updatedAt": "Changed", "extra": "Product,Resolution",
		}},
		{"GitHub", "labels,created_at,body,number,state_reason,title,state,user,html_url,updated_at,closed_at,url", nil, map[string]string{
			"key": "number", "title": "title", "body": "body", "state": "state", "labels": "labels", "author": "user", "url": "html_url",
			"createdAt": "created_at", "updatedAt": "updated_at", "closedAt": "closed_at", "extra": "state_reason,url",
		}},
		{"a mapping alone", "Z,id,B,text", &Mapping{Key: ptr("id"), Title: ptr("text"), ClosedAt: ptr("Z")}, map[string]string{
			"key": "id", "title": "text", "closedAt": "Z", "extra": "B",
		}},
		{"a mapping over a tracker", "number,title,name,body", &Mapping{Title: ptr("name"), URL: ptr("title")}, map[string]string{
			"key": "number", "title": "name", "url": "title", "body": "body", "extra": "",
		}},
		{"a mapping completes a tracker", "Bug ID,Short", &Mapping{Title: ptr("Short")}, map[string]string{
			"key": "Bug ID", "title": "Short", "extra": "",
		}},
		{"this feature's own", "source,key,title,body,state,labels,author,url,createdAt,updatedAt,closedAt,extra,more", nil, map[string]string{
			"key": "key", "title": "title", "body": "body", "state": "state", "labels": "labels", "author": "author", "url": "url",
			"createdAt": "createdAt", "updatedAt": "updatedAt", "closedAt": "closedAt", "source": "source", "extra": "more",
		}},
		{"Jira repeats columns", "Sprint,Summary,Labels,Issue key,Labels,Comment,Sprint", nil, map[string]string{
			"key": "Issue key", "title": "Summary", "labels": "Labels", "extra": "Comment,Sprint",
		}},
		{"an empty name is a column like any other", "number,title,", nil, map[string]string{
			"key": "number", "title": "title", "extra": "",
		}},
		{"others in the order of UTF-16", "number,\ue000,title,\U0001F4A5", nil, map[string]string{
			"key": "number", "title": "title", "extra": "\U0001F4A5,\ue000",
		}},
		{"two fields of one column", "number,title", &Mapping{Body: ptr("title")}, map[string]string{
			"key": "number", "title": "title", "body": "title", "extra": "",
		}},
	} {
		l, err := newLayout("x.csv", columns(test.header), test.mapping)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		} else if got := l.given(); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n got %v\nwant %v", test.name, got, test.want)
		}
	}
}

// bad-input 58: a duplicate, missing or unknown header.
func TestLayoutRefusesData(t *testing.T) {
	t.Parallel()
	const hint = "name the columns with mapping.key and mapping.title"
	for _, test := range []struct {
		header  string
		mapping *Mapping
		want    runner.DataError
	}{
		{"Bug ID,Summary,Keywords,Keywords,CC,CC", nil, runner.DataError{
			Message: `x.csv: the header has more than one column "Keywords", "CC"`, Hint: "rename or remove all but one of them"}},
		{"Summary,Issue key,Labels,Labels,Status,Summary,Status,Resolved", nil, runner.DataError{
			Message: `x.csv: the header has more than one column "Summary", "Status"`, Hint: "rename or remove all but one of them"}},
		{"Summary,Issue key,Project key,Sprint,Sprint,Project key", &Mapping{State: ptr("Sprint")}, runner.DataError{
			Message: `x.csv: the header has more than one column "Sprint", "Project key"`, Hint: "rename or remove all but one of them"}},
		{"a,b", nil, runner.DataError{
			Message: `x.csv: no known column gives the key and title of an issue; the columns are "a", "b"`, Hint: hint}},
		{"summary,issue key", nil, runner.DataError{
			Message: `x.csv: no known column gives the key and title of an issue; the columns are "summary", "issue key"`, Hint: hint}},
		{"Bug ID,Status", nil, runner.DataError{
			Message: `x.csv: no known column gives the title of an issue; the columns are "Bug ID", "Status"`, Hint: hint}},
		{"a,b\x1b", &Mapping{Title: ptr("a")}, runner.DataError{
			Message: `x.csv: no known column gives the key of an issue; the columns are "a", "b\x1b"`, Hint: hint}},
		{strings.Repeat("x", 50) + strings.Repeat(",", 1) + "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z,aa,bb,cc,dd,ee", nil, runner.DataError{
			Message: `x.csv: no known column gives the key and title of an issue; the columns are "` + strings.Repeat("x", 40) +
				`"…, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "aa", "bb", "cc" and 2 more`,
			Hint: hint}},
	} {
		_, err := newLayout("x.csv", columns(test.header), test.mapping)
		var data *runner.DataError
		if !errors.As(err, &data) || *data != test.want {
			t.Errorf("%s:\n got %+v\nwant %+v", test.header, err, test.want)
		}
	}
}

func TestLayoutRefusesMapping(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		mapping *Mapping
		want    string
	}{
		{&Mapping{Key: ptr("Bug Id")}, `/mapping/key x.csv has no column "Bug Id"; did you mean "Bug ID"?`},
		{&Mapping{CreatedAt: ptr("nonsense")}, `/mapping/createdAt x.csv has no column "nonsense"; its columns are "Bug ID", "Summary"`},
	} {
		_, err := newLayout("x.csv", columns("Bug ID,Summary"), test.mapping)
		var input *runner.InputError
		if !errors.As(err, &input) || err.Error() != test.want {
			t.Errorf("got %v\nwant %s", err, test.want)
		}
	}
}

// A header of very many columns takes a time in proportion: it is read for every
// page.
func TestLayoutOfManyColumns(t *testing.T) {
	t.Parallel()
	header := []string{"number", "title"}
	for n := range 60_000 {
		header = append(header, fmt.Sprint("column ", n))
	}
	l, err := newLayout("x.csv", header, nil)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if n := len(l.others()); n != 60_000 {
		t.Errorf("%d other columns, want 60,000", n)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
