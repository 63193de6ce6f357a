package records

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// The tests of data that is bad in ways seen in real files; the numbers are those
// of the list of bad input.

func TestBadRecords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		text string
		want []string
	}{
		{name: "bad-input 56: ragged rows", text: "a,b\n1\n1,2,3\n1,\"x\n\"\"y\",\n5,6\n", want: []string{
			`1 (line 2) ["1"] row 1 (line 2): 1 field where the header has 2; raw "1\n" of 2`,
			`2 (line 3) ["1" "2" "3"] row 2 (line 3): 3 fields where the header has 2; raw "1,2,3\n" of 6`,
			`3 (line 4) ["1" "x\n\"y" ""] row 3 (line 4): 3 fields where the header has 2; raw "1,\"x\n\"\"y\",\n" of 11`,
			`4 (line 6) ["5" "6"]`,
		}},
		{name: "bad-input 57: an unclosed quote up to the end of the file", text: "a,b\n1,2\n3,\"4\n5,6\n7,8\n", want: []string{
			`1 (line 2) ["1" "2"]`,
			`2 (line 3) [] row 2 (line 3, column 3): the quote that opens here is never closed; raw "3,\"4\n" of 5`,
			`3 (line 4) ["5" "6"]`,
			`4 (line 5) ["7" "8"]`,
		}},
		{name: "bad-input 57: an unclosed quote before another field's", text: "a,b\n3,\"4\n5,\"6\"\n\"7\",8\n", want: []string{
			`1 (line 2) [] row 1 (line 2, column 3): the quote that opens here is never closed; raw "3,\"4\n" of 5`,
			`2 (line 3) ["5" "6"]`,
			`3 (line 4) ["7" "8"]`,
		}},
		{name: "bad-input 57: an unclosed quote before one that begins a line", text: "a,b\n3,\"4\n5,6\n\"7\",8\n", want: []string{
			`1 (line 2) [] row 1 (line 2, column 3): the quote that opens here is never closed; raw "3,\"4\n" of 5`,
			`2 (line 3) ["5" "6"]`,
			`3 (line 4) ["7" "8"]`,
		}},
		{name: "bad-input 57: an unclosed quote on a later line of its record", text: "a,b\n\"3\n3\",\"4\n5,6\n", want: []string{
			`1 (line 2) [] row 1 (line 3, column 4): the quote that opens here is never closed; raw "\"3\n3\",\"4\n" of 9`,
			`2 (line 4) ["5" "6"]`,
		}},
		{name: "bad-input 60: NUL", text: "a,b\n\x00,\"\x00\x00\n\"\n", want: []string{
			`1 (line 2) ["\x00" "\x00\x00\n"]`,
		}},
		{name: "bad-input 61: Latin-1", text: "a,b\n1,2\n1,\"\nd\xe9j\xe0\"\n3,4\n", want: []string{
			`1 (line 2) ["1" "2"]`,
			`2 (line 3) [] row 2 (line 4, column 2): byte 0xE9 is not UTF-8; is the file Latin-1 or Windows-1252?; raw "1,\"\nd\xe9j\xe0\"\n" of 10`,
			`3 (line 5) ["3" "4"]`,
		}},
		{name: "bad-input 61: Latin-1 in the last byte alone", text: "a,b\n1,\xe0", want: []string{
			`1 (line 2) [] row 1 (line 2, column 3): byte 0xE0 is not UTF-8; is the file Latin-1 or Windows-1252?; raw "1,\xe0" of 3`,
		}},
		{name: "bad-input 64: line ends in a quoted field", text: "a,b\r\n\"1\r\n\n\r2\r\n\",x\r\n", want: []string{
			`1 (line 2) ["1\r\n\n\r2\r\n" "x"]`,
		}},
		{name: "bad-input 65: quotes are never lazy", text: "a,b\n1,a \"b\" c\n2,\"a \"b\" c\"\n3,x\n", want: []string{
			`1 (line 2) [] row 1 (line 2, column 5): a quote in a field that does not begin with one; raw "1,a \"b\" c\n" of 10`,
			`2 (line 3) [] row 2 (line 3, column 7): text after a closing quote; raw "2,\"a \"b\" c\"\n" of 12`,
			`3 (line 4) ["3" "x"]`,
		}},
		{name: "any character", text: "a,b\n\u2028\u2029,\"👩‍👩‍👧 ￿\ufeff\u0085\n\"\n崩溃,落ち\n", want: []string{
			"1 (line 2) [\"\\u2028\\u2029\" \"👩\\u200d👩\\u200d👧 \\uffff\\ufeff\\u0085\\n\"]",
			`2 (line 4) ["崩溃" "落ち"]`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range readAll(t, CSV{}, test.text, 100) {
				got = append(got, show(r))
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		text string
		want []string
		err  string
	}{
		{name: "bad-input 55: a BOM", text: "\ufeffa,b\n1,2\n", want: []string{"a", "b"}},
		{name: "bad-input 55: a BOM before a quote", text: "\ufeff\"a\",b\n", want: []string{"a", "b"}},
		{name: "bad-input 55: UTF-16", text: "\xff\xfea\x00,\x00", err: "header (line 1): the file is UTF-16LE; convert it: iconv -f UTF-16LE -t UTF-8"},
		{name: "bad-input 55: UTF-16", text: "\xfe\xff\x00a\x00,", err: "header (line 1): the file is UTF-16BE; convert it: iconv -f UTF-16BE -t UTF-8"},
		{name: "bad-input 55: UTF-32", text: "\xff\xfe\x00\x00a\x00\x00\x00", err: "header (line 1): the file is UTF-32LE; convert it: iconv -f UTF-32LE -t UTF-8"},
		{name: "bad-input 55: UTF-32", text: "\x00\x00\xfe\xff\x00\x00\x00a", err: "header (line 1): the file is UTF-32BE; convert it: iconv -f UTF-32BE -t UTF-8"},
		{name: "bad-input 57: an unclosed quote", text: "a,\"b\n1,2\n", err: "header (line 1, column 3): the quote that opens here is never closed"},
		{name: "bad-input 61: Latin-1", text: "\n\u00e9,\xe9\n", err: "header (line 2, column 4): byte 0xE9 is not UTF-8; is the file Latin-1 or Windows-1252?"},
		{name: "bad-input 68: a header alone", text: "a,b", want: []string{"a", "b"}},
		{name: "bad-input 68: a header alone, with a line end", text: "a,b\n", want: []string{"a", "b"}},
		{name: "more columns than are read", text: strings.Repeat(",", 1<<16), err: "header (line 1): more than 65536 fields"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := CSV{}.Header(strings.NewReader(test.text))
			page, pageErr := CSV{}.Page(strings.NewReader(test.text), Position{}, 100)
			if test.err != "" {
				if syntax, ok := errors.AsType[*SyntaxError](err); !ok || syntax.Error() != test.err {
					t.Errorf("got error %v, want a syntax error %v", err, test.err)
				}
				if !reflect.DeepEqual(pageErr, err) || page != nil {
					t.Errorf("of the page: got error %v, want %v", pageErr, err)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %q and error %v, want %q", got, err, test.want)
			}
			if rest := strings.Count(test.text, "\n") - 1; pageErr != nil || len(page) != max(rest, 0) {
				t.Errorf("got %d records and error %v, want %d", len(page), pageErr, max(rest, 0))
			}
		})
	}
}

// bad-input 68
func TestEmptyFile(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\ufeff", "\n", "\r\n\n", "\r"} {
		if _, err := (CSV{}).Header(strings.NewReader(text)); !errors.Is(err, ErrEmpty) {
			t.Errorf("%q: got header error %v, want %v", text, err, ErrEmpty)
		}
		if _, err := (CSV{}).Page(strings.NewReader(text), Position{}, 1); !errors.Is(err, ErrEmpty) {
			t.Errorf("%q: got page error %v, want %v", text, err, ErrEmpty)
		}
	}
}

// bad-input 58
func TestDuplicates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ header, want []string }{
		{nil, nil},
		{[]string{"a", "b", "A"}, nil},
		{[]string{"a", "b", "", "b", "a", "b", ""}, []string{"b", "a", ""}},
	} {
		if got := Duplicates(test.header); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: got %q, want %q", test.header, got, test.want)
		}
	}
}
