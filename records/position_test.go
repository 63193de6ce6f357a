package records

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// checkPositions holds every promise about positions against a text of CSV.
func checkPositions(t *testing.T, c CSV, text string) {
	t.Helper()
	header, err := c.Header(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	last := Position{}
	for _, r := range checkPages(t, text, func(chunk int) Source { c.chunk = chunk; return c }) {
		checkRecord(t, r, text, last, len(header))
		last = r.End
	}
}

// checkPages reads a text once in the plainest way, and then again with other
// limits and other reads, from its start and from the end of every record: all
// that must be the same.
func checkPages(t *testing.T, text string, source func(chunk int) Source) []Record {
	t.Helper()
	all, end := readOn(t, source(0), text, len(text)+1)
	if _, ok := errors.AsType[*SyntaxError](end); end != nil && !ok && !errors.Is(end, ErrEmpty) {
		t.Fatal(end)
	}
	for i, r := range all {
		for _, chunk := range []int{4, 5, 0} {
			for limit := 1; limit <= 3; limit += 2 {
				page, err := source(chunk).Page(strings.NewReader(text), r.End, limit)
				want, wantErr := all[i+1:], error(nil)
				if want = want[:min(limit, len(want))]; len(want) == 0 {
					wantErr = end
				}
				if !reflect.DeepEqual(err, wantErr) || !sameRecords(page, want) {
					t.Fatalf("%q from %+v: got %+v and error %v, want %+v and error %v", text, r.End, page, err, want, wantErr)
				}
			}
		}
	}
	for limit := 1; limit <= 4; limit += 3 {
		got, err := readOn(t, source(4+limit), text, limit)
		if !reflect.DeepEqual(err, end) || !sameRecords(got, all) {
			t.Fatalf("%q limit %d: got %+v and error %v, want %+v and error %v", text, limit, got, err, all, end)
		}
	}
	return all
}

func sameRecords(a, b []Record) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}

// checkRecord holds a record against the bytes that lie between two positions.
func checkRecord(t *testing.T, r Record, text string, after Position, columns int) {
	t.Helper()
	if after == (Position{}) {
		after.Offset = r.End.Offset // where the header ends is for other tests
	}
	switch begin := lineBegin(text, r.Line); {
	case r.End.Offset <= begin || r.End.Offset > int64(len(text)):
		t.Fatalf("does not advance: %+v", r)
	case after.Offset < begin && strings.Trim(text[after.Offset:begin], "\r\n") != "":
		t.Fatalf("bytes between %d and %d are in no record: %+v", after.Offset, begin, r)
	case r.Row != after.Row+1 || r.End.Row != r.Row:
		t.Fatalf("row after %d: %+v", after.Row, r)
	case r.End.Line != lines(text[:r.End.Offset]):
		t.Fatalf("%d lines: %+v", lines(text[:r.End.Offset]), r)
	case r.Err == nil && (len(r.Fields) != columns || !utf8.ValidString(strings.Join(r.Fields, ""))):
		t.Fatalf("good, and not: %+v", r)
	case r.Err != nil:
		raw := text[r.End.Offset-r.Err.Size : r.End.Offset]
		if r.Err.Row != r.Row || r.Err.Line < r.Line || r.Err.Line > r.End.Line || string(r.Err.Raw) != raw[:min(len(raw), maxRaw)] {
			t.Fatalf("%q: %+v", raw, r.Err)
		}
	}
}

// lineBegin returns where a line begins, behind a BOM.
func lineBegin(text string, line int64) int64 {
	begin := 0
	for ; line > 1; line-- {
		begin += strings.IndexByte(text[begin:], '\n') + 1
	}
	if begin == 0 && strings.HasPrefix(text, "\ufeff") {
		begin = len("\ufeff")
	}
	return int64(begin)
}

// lines counts the lines of a text, the last one too if it has no end.
func lines(text string) int64 {
	n := strings.Count(text, "\n")
	if !strings.HasSuffix(text, "\n") {
		n++
	}
	return int64(n)
}

func TestPositions(t *testing.T) {
	t.Parallel()
	for _, test := range pageTests {
		checkPositions(t, test.csv, test.text)
	}
	for _, text := range []string{
		"a,b\n",
		"\ufeffa,b\n\ufeff1,2\n",
		"a,b\n1\n\"2\n\"3,\xff\n\n\n4\"\n\"5\n6,7",
		"a,b\n" + strings.Repeat("\"1\n\",2\r\n\r\n3,\"\"\"4\"\n", 10),
		"a,b\n" + strings.Repeat("\"x\n,\"y\nz", 10),
	} {
		for _, size := range []int{0, 1, 2, 5, 9, 30} {
			if header, _, _ := strings.Cut(text, "\n"); size == 0 || size >= len(header) {
				checkPositions(t, CSV{MaxRecord: size}, text)
			}
		}
	}
}

// A bad record keeps the beginning of its text, however it is read.
func TestRawIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*maxRaw)
	checkPositions(t, CSV{MaxRecord: maxRaw}, "a\n"+long+"\n1,"+long+"\n\""+long+"\n1\n")
	checkPositions(t, CSV{}, "a\n1,"+long+"\n"+long+"\"\n\xff"+long+"\n1\n")
}

func TestPositionsThatAreNone(t *testing.T) {
	t.Parallel()
	text := "a\n1\n22\n"
	for _, test := range []struct {
		name string
		at   Position
		err  string // "": none
	}{
		{"the end of the header", Position{Offset: 2, Line: 1}, ""},
		{"the end of a record", Position{Offset: 4, Row: 1, Line: 2}, ""},
		{"the end of the file", Position{Offset: 7, Row: 2, Line: 3}, ""},
		{"beyond the file", Position{Offset: 8, Row: 2, Line: 3}, "no such position in the file: byte 8 is beyond the end"},
		{"far beyond the file", Position{Offset: 1 << 40, Row: 2, Line: 3}, "no such position in the file: byte 1099511627776 is beyond the end"},
		{"in a line", Position{Offset: 5, Row: 1, Line: 2}, "no such position in the file: no line begins at byte 5"},
		{"in the header", Position{Offset: 1}, "no such position in the file: {Offset:1 Row:0 Line:0} is before the first record"},
		{"rows at the beginning", Position{Row: 1}, "no such position in the file: {Offset:0 Row:1 Line:0} is before the first record"},
		{"negative", Position{Offset: 4, Row: -1, Line: 2}, "no such position in the file: {Offset:4 Row:-1 Line:2} is before the first record"},
		{"negative", Position{Offset: 4, Row: 1, Line: -2}, "no such position in the file: {Offset:4 Row:1 Line:-2} is before the first record"},
		{"negative", Position{Offset: -4, Row: 1, Line: 2}, "no such position in the file: {Offset:-4 Row:1 Line:2} is before the first record"},
	} {
		_, err := CSV{}.Page(strings.NewReader(text), test.at, 1)
		if test.err == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
		} else if !errors.Is(err, ErrPosition) || err.Error() != test.err {
			t.Errorf("%s: got error %v, want %s", test.name, err, test.err)
		}
	}

	// A file that had no line end at its end has grown since.
	page, err := CSV{}.Page(strings.NewReader("a\n1\n22"), Position{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (CSV{}).Page(strings.NewReader("a\n1\n223\n"), page[1].End, 10); !errors.Is(err, ErrPosition) {
		t.Errorf("got error %v, want %v", err, ErrPosition)
	}
}

func TestJSONKeepsARecord(t *testing.T) {
	t.Parallel()
	for _, r := range readAll(t, CSV{}, "a,b\n1,\"\x00\r\n\u2028\"\n1\n\xe9\xff,\"\n\xe9\"\n\"\xe9", 10) {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var got Record
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%s: got %+v and error %v, want %+v", text, got, err, r)
		}
	}
	text, err := json.Marshal(Position{Offset: 1, Row: 2, Line: 3})
	if want := `{"offset":1,"row":2,"line":3}`; err != nil || string(text) != want {
		t.Errorf("got %s and error %v, want %s", text, err, want)
	}
}
