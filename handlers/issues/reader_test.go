package issues

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

func input() ImportInput {
	return ImportInput{File: "x.csv", LabelSeparator: ",", Timezone: "UTC", Separator: ",", Encoding: records.UTF8}
}

// newTestReader reads a file that has this header alone.
func newTestReader(in ImportInput, header string) (*reader, error) {
	return newReader(in, records.CSV{}, strings.NewReader(header+"\n"))
}

func TestRead(t *testing.T) {
	t.Parallel()
	const header = `Summary,Issue key,Project key,Status,Labels,Reporter,Created,Updated,Resolved,Description,Priority,"""quo""te",Empty`
	cells := []string{
		"Title \x00 💥", "HADOOP-1", "HADOOP", "Open ", " a,b ,, c d,a", "me", "30/Sep/21 17:20", "", "2021-10-01T00:00:00Z", "\r\nbody\u2028\r\n", " --\x00", "a\"b\u2028崩", "",
	}
	in := input()
	in.Timezone = "Europe/Berlin"
	r, err := newTestReader(in, header)
	if err != nil {
		t.Fatal(err)
	}
	got := r.read(records.Record{Row: 1, Line: 2, Fields: cells})
	want := Issue{
		Source: "HADOOP", Key: "HADOOP-1", Title: "Title \x00 💥", Body: "\r\nbody\u2028\r\n", State: "Open ",
		Labels: []string{"a", "b", "c d", "a"}, Author: "me",
		CreatedAt: time.Date(2021, 9, 30, 15, 20, 0, 0, time.UTC),
		ClosedAt:  time.Date(2021, 10, 1, 0, 0, 0, 0, time.UTC),
		Extra:     []byte(`{"\"quo\"te":"a\"b` + "\u2028" + `崩","Priority":" --\u0000"}`),
	}
	if got.reason != "" || !reflect.DeepEqual(got.issue, want) {
		t.Errorf("got %+v %s\nwant %+v", got.issue, got.reason, want)
	}

	in.Source, in.LabelSeparator = ptr("given"), ", "
	if r, err = newTestReader(in, header); err != nil {
		t.Fatal(err)
	}
	got = r.read(records.Record{Row: 1, Line: 2, Fields: cells})
	want.Source = "given"
	want.Labels = []string{"a,b ,", "c d,a"}
	want.Extra = []byte(`{"\"quo\"te":"a\"b` + "\u2028" + `崩","Priority":" --\u0000","Project key":"HADOOP"}`)
	if got.reason != "" || !reflect.DeepEqual(got.issue, want) {
		t.Errorf("with a source: got %+v %s\nwant %+v", got.issue, got.reason, want)
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	r, err := newTestReader(input(), "Issue key,Summary,Project key,Created")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		record records.Record
		want   string
	}{
		{records.Record{Row: 3, Line: 7, Fields: []string{"", "t", "P", ""}}, "x.csv: row 3 (line 7): column Issue key is empty: an issue needs a key"},
		{records.Record{Row: 3, Line: 7, Fields: []string{"1", "t", "", ""}}, "x.csv: row 3 (line 7): column Project key is empty: an issue needs a source"},
		{records.Record{Row: 3, Line: 7, Fields: []string{"1", "t", "P", "soon"}}, `x.csv: row 3 (line 7): column Created: "soon" is no time; write it like 2024-05-31T17:30:00Z, 2024-05-31 17:30:00+02:00 or 31/May/24 17:30`},
		{records.Record{Row: 3, Line: 7, Err: &records.SyntaxError{Row: 3, Line: 7, Reason: "3 fields where the header has 4"}}, "x.csv: row 3 (line 7): 3 fields where the header has 4"}, // bad-input 56
		{records.Record{Row: 3, Line: 7, Fields: []string{"1", "", "P", ""}}, ""},                                                                                                          // an empty title
	} {
		if got := r.read(test.record); got.reason != test.want {
			t.Errorf("got %q\nwant %q", got.reason, test.want)
		}
	}
}

func TestReaderRefusesInput(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		header string
		change func(*ImportInput)
		want   string
	}{
		{"number,title", func(*ImportInput) {}, "/source is needed: no column of x.csv gives it"},
		{"Issue key,Summary,Project key", func(in *ImportInput) { in.Timezone = "Europe/Bielefeld" }, `/timezone "Europe/Bielefeld" is not in the time zone database; write it like Europe/Berlin`},
		{"Issue key,Summary,Project key", func(in *ImportInput) { in.Timezone = "../../etc/passwd" }, `/timezone "../../etc/passwd" is not in the time zone database; write it like Europe/Berlin`},
		{"Issue key,Summary,Project key", func(in *ImportInput) { in.Timezone = "Local" }, `/timezone "Local" is not in the time zone database; write it like Europe/Berlin`},
	} {
		in := input()
		test.change(&in)
		_, err := newTestReader(in, test.header)
		var refused *runner.InputError
		if !errors.As(err, &refused) || err.Error() != test.want {
			t.Errorf("got %v\nwant %s", err, test.want)
		}
	}
}
