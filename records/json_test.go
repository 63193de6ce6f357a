package records

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// bad-input 47
func TestDepth(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat(`[{"a":`, n/2) + "1" + strings.Repeat("}]", n/2) }
	reason := "arrays and objects lie more than 100 deep"
	for _, n := range []int{100, 102, 5000, 20_000} {
		for _, test := range []struct {
			source Source
			text   string
		}{{JSONL{}, deep(n) + "\n1\n"}, {JSONArray{}, "[" + deep(n) + ",\n1]"}} {
			all := readAll(t, test.source, test.text, 10)
			if len(all) != 2 || string(all[1].Value) != "1" {
				t.Fatalf("%T: %d deep: got %v", test.source, n, showAll(all, nil))
			}
			if e := all[0].Err; (e != nil) != (n > 100) || e != nil && e.Reason != reason {
				t.Errorf("%T: %d deep: got %v", test.source, n, e)
			}
		}
	}
	// Nor does it matter for the rest of an array how long such an element is, or for
	// the reason whether it has an end.
	text := "[" + deep(20_000) + ",\n1," + strings.Repeat("[", 20_000)
	all, err := readOn(t, JSONArray{MaxRecord: 50_000}, text, 10)
	if len(all) != 3 || all[0].Err == nil || all[2].Err == nil || err == nil {
		t.Fatalf("got %d records and error %v", len(all), err)
	}
	compare(t, []string{all[0].Err.Reason, string(all[1].Value), all[2].Err.Error(), err.Error()}, []string{
		"longer than 50000 bytes", "1",
		"row 3 (line 2): at byte 80107 of the file: " + reason,
		"row 4 (line 2): no end of the array was found",
	})
	// Wide is not deep, and depth is known before the value is looked at.
	all = readAll(t, JSONL{}, "["+strings.Repeat("[],", 200)+"1]\n"+strings.Repeat("[", 1<<20), 10)
	if len(all) != 2 || all[0].Err != nil || all[1].Err == nil || all[1].Err.Reason != reason || all[1].Err.Column != 101 {
		t.Errorf("got %v", showAll(all[1:], nil))
	}
}

// bad-input 55 and 68
func TestFilesThatAreNoJSON(t *testing.T) {
	t.Parallel()
	for _, source := range []Source{JSONL{}, JSONArray{}} {
		for _, text := range []string{"", "\ufeff", "\n", " \r\n\t"} {
			if page, err := source.Page(strings.NewReader(text), Position{}, 1); !errors.Is(err, ErrEmpty) {
				t.Errorf("%T: %q: got %v and error %v, want %v", source, text, page, err, ErrEmpty)
			}
		}
		_, err := source.Page(strings.NewReader("\xff\xfe[\x00]\x00"), Position{}, 1)
		if want := "row 1 (line 1): the file is UTF-16LE; convert it: iconv -f UTF-16LE -t UTF-8"; err == nil || err.Error() != want {
			t.Errorf("%T: got error %v, want %s", source, err, want)
		}
	}
}

func TestPositionsThatAreNoneInJSON(t *testing.T) {
	t.Parallel()
	array, lines := "[1,\n{}]", "\n{}\n[]"
	for _, test := range []struct {
		source Source
		text   string
		offset int64
		err    string // "": none
	}{
		{JSONArray{}, array, 2, ""},
		{JSONArray{}, array, 6, ""},
		{JSONArray{}, array, 0, "no such position in the file: {Offset:0 Row:1 Line:1} is before the first record"},
		{JSONArray{}, array, 1, "no such position in the file: no element ends at byte 1"},
		{JSONArray{}, array, 3, "no such position in the file: no element ends at byte 3"},
		{JSONArray{}, array, 8, "no such position in the file: byte 8 is beyond the end"},
		{JSONL{}, lines, 4, ""},
		{JSONL{}, lines, 6, ""},
		{JSONL{}, lines, 0, "no such position in the file: {Offset:0 Row:1 Line:1} is before the first record"},
		{JSONL{}, lines, 3, "no such position in the file: no line begins at byte 3"},
		{JSONL{}, lines, 7, "no such position in the file: byte 7 is beyond the end"},
	} {
		_, err := test.source.Page(strings.NewReader(test.text), Position{Offset: test.offset, Row: 1, Line: 1}, 1)
		if test.err == "" {
			if err != nil {
				t.Errorf("%T: %d: %v", test.source, test.offset, err)
			}
		} else if !errors.Is(err, ErrPosition) || err.Error() != test.err {
			t.Errorf("%T: %d: got error %v, want %s", test.source, test.offset, err, test.err)
		}
	}
}

func TestErrorOfTheSourceOfJSON(t *testing.T) {
	t.Parallel()
	for _, source := range []Source{JSONL{chunk: 4}, JSONArray{chunk: 4}, JSONL{}, JSONArray{}} {
		for _, text := range []string{"[", "[1,\n", "[1,\n[2", "[1,\n2 ,x", "[1]   "} {
			if page, err := source.Page(brokenFile{text}, Position{}, 10); len(page) != 0 || !errors.Is(err, errBroken) {
				t.Errorf("%T: %q: got %v and error %v, want %v", source, text, page, err, errBroken)
			}
		}
	}
}

func TestValuesAreTheCallers(t *testing.T) {
	t.Parallel()
	for source, text := range map[Source]string{JSONL{}: "11\n22\n", JSONArray{}: "[11,22]"} {
		page, err := source.Page(strings.NewReader(text), Position{}, 2)
		if err != nil {
			t.Fatal(err)
		}
		_ = append(page[0].Value, 'x')
		if got := string(page[1].Value); got != "22" {
			t.Errorf("%T: appending to a record made the next one %s", source, got)
		}
	}
}

func showAll(all []Record, err error) (shown []string) {
	for _, r := range all {
		shown = append(shown, show(r))
	}
	if err != nil {
		shown = append(shown, fmt.Sprint(err))
	}
	return shown
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
