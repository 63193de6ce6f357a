package records

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

// readAll reads a text to its end in pages of so many records.
func readAll(t *testing.T, source Source, text string, limit int) []Record {
	t.Helper()
	all, err := readOn(t, source, text, limit)
	if err != nil {
		t.Fatalf("after %d records: %v", len(all), err)
	}
	return all
}

// readOn reads a text in pages of so many records, as far as can be.
func readOn(t *testing.T, source Source, text string, limit int) (all []Record, err error) {
	t.Helper()
	for after := (Position{}); ; after = all[len(all)-1].End {
		page, err := source.Page(strings.NewReader(text), after, limit)
		if err != nil || len(page) == 0 {
			return all, err
		}
		if len(page) > limit {
			t.Fatalf("page of %d records, limit %d", len(page), limit)
		}
		all = append(all, page...)
	}
}

// show writes a record on one line.
func show(r Record) string {
	s := fmt.Sprintf("%d (line %d) ", r.Row, r.Line)
	if r.Value != nil {
		s += string(r.Value)
	} else {
		s += fmt.Sprintf("%q", r.Fields)
	}
	if r.Err != nil {
		s += fmt.Sprintf(" %v; raw %q of %d", r.Err, r.Err.Raw, r.Err.Size)
	}
	return s
}

var pageTests = []struct {
	name string
	csv  CSV
	text string
	want []string
}{
	{name: "plain", text: "a,b\n1,2\n3,4\n", want: []string{
		`1 (line 2) ["1" "2"]`,
		`2 (line 3) ["3" "4"]`,
	}},
	{name: "no line end at the end", text: "a,b\n1,2", want: []string{
		`1 (line 2) ["1" "2"]`,
	}},
	{name: "CRLF", text: "a,b\r\n1,2\r\n3,\"4\"\r\n", want: []string{
		`1 (line 2) ["1" "2"]`,
		`2 (line 3) ["3" "4"]`,
	}},
	{name: "a CR that ends the file ends the record", text: "a,b\n1,2\n3,\"4\"\r", want: []string{
		`1 (line 2) ["1" "2"]`,
		`2 (line 3) ["3" "4"]`,
	}},
	{name: "a lone CR is data", text: "a,b\n\r1,\r2\r\r\n\r,\r\n", want: []string{
		`1 (line 2) ["\r1" "\r2\r"]`,
		`2 (line 3) ["\r" ""]`,
	}},
	{name: "empty fields", text: "a,b\n,\n\"\",\"\"\n,", want: []string{
		`1 (line 2) ["" ""]`,
		`2 (line 3) ["" ""]`,
		`3 (line 4) ["" ""]`,
	}},
	{name: "empty lines are skipped and counted", text: "\n\r\na,b\n\n1,2\r\n\r\n\n3,4\n\n\r", want: []string{
		`1 (line 5) ["1" "2"]`,
		`2 (line 8) ["3" "4"]`,
	}},
	{name: "an empty field of a single column is no empty line", text: "a\n\"\"\n\n1\n", want: []string{
		`1 (line 2) [""]`,
		`2 (line 4) ["1"]`,
	}},
	{name: "quoted", text: "a,b\n\"x,\"\"y\"\"\n\"\"\",\"\"\"\"\n\"1\",2\n", want: []string{
		`1 (line 2) ["x,\"y\"\n\"" "\""]`,
		`2 (line 4) ["1" "2"]`,
	}},
	{name: "another comma", csv: CSV{Comma: '\t'}, text: "a\tb\n1,1\t\"2\t2\"\n", want: []string{
		`1 (line 2) ["1,1" "2\t2"]`,
	}},
	{name: "text after a closing quote", text: "a,b\n\"1\"x,2\n\"1\" ,2\n\"1\"\r,2\n3,\"4,\"x\n3,4\n", want: []string{
		`1 (line 2) [] row 1 (line 2, column 4): text after a closing quote; raw "\"1\"x,2\n" of 7`,
		`2 (line 3) [] row 2 (line 3, column 4): text after a closing quote; raw "\"1\" ,2\n" of 7`,
		`3 (line 4) [] row 3 (line 4, column 4): text after a closing quote; raw "\"1\"\r,2\n" of 7`,
		`4 (line 5) [] row 4 (line 5, column 7): text after a closing quote; raw "3,\"4,\"x\n" of 8`,
		`5 (line 6) ["3" "4"]`,
	}},
	{name: "text after a closing quote on a later line", text: "a,b\n1,\"2\n\n2\" x\n3,4\n", want: []string{
		`1 (line 2) [] row 1 (line 4, column 3): text after a closing quote; raw "1,\"2\n\n2\" x\n" of 11`,
		`2 (line 5) ["3" "4"]`,
	}},
	{name: "a bare quote", text: "a,b\n1\"1,2\n1, \"2\"\n\"1\",\"2\n2\",3\"\n3,4\n", want: []string{
		`1 (line 2) [] row 1 (line 2, column 2): a quote in a field that does not begin with one; raw "1\"1,2\n" of 6`,
		`2 (line 3) [] row 2 (line 3, column 4): a quote in a field that does not begin with one; raw "1, \"2\"\n" of 7`,
		`3 (line 4) [] row 3 (line 5, column 5): a quote in a field that does not begin with one; raw "\"1\",\"2\n2\",3\"\n" of 13`,
		`4 (line 6) ["3" "4"]`,
	}},
	{name: "many faults in the last line", text: "a,b\n1\n\"", want: []string{
		`1 (line 2) ["1"] row 1 (line 2): 1 field where the header has 2; raw "1\n" of 2`,
		`2 (line 3) [] row 2 (line 3, column 1): the quote that opens here is never closed; raw "\"" of 1`,
	}},
	{name: "as long as may be", csv: CSV{MaxRecord: 7}, text: "a,b\r\n123,567\r\n\"23\",67\n1234,67", want: []string{
		`1 (line 2) ["123" "567"]`,
		`2 (line 3) ["23" "67"]`,
		`3 (line 4) ["1234" "67"]`,
	}},
	{name: "longer", csv: CSV{MaxRecord: 7}, text: "a,b\r\n123,5678\r\n\"23\",678\n1,\"45\n78\"\n1,\"45\n7\"\n1,3\n1234567\r8", want: []string{
		`1 (line 2) [] row 1 (line 2, column 5): longer than 7 bytes; raw "123,5678\r\n" of 10`,
		`2 (line 3) [] row 2 (line 3, column 6): longer than 7 bytes; is a quote never closed?; raw "\"23\",678\n" of 9`,
		`3 (line 4) [] row 3 (line 4, column 3): longer than 7 bytes; is a quote never closed?; raw "1,\"45\n78\"\n" of 10`,
		`4 (line 6) [] row 4 (line 6, column 3): longer than 7 bytes; is a quote never closed?; raw "1,\"45\n7\"\n" of 9`,
		`5 (line 8) ["1" "3"]`,
		`6 (line 9) [] row 6 (line 9, column 1): longer than 7 bytes; raw "1234567\r8" of 9`,
	}},
}

func TestPage(t *testing.T) {
	t.Parallel()
	for _, test := range pageTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range readAll(t, test.csv, test.text, 100) {
				got = append(got, show(r))
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestLimitBelowOneIsOne(t *testing.T) {
	t.Parallel()
	page, err := CSV{}.Page(strings.NewReader("a\n1\n2\n"), Position{}, 0)
	if err != nil || len(page) != 1 {
		t.Errorf("got %d records and error %v, want 1", len(page), err)
	}
}

func TestFieldsAreTheCallers(t *testing.T) {
	t.Parallel()
	page, err := CSV{}.Page(strings.NewReader("a\n1\n2\n"), Position{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	_ = append(page[0].Fields, "x")
	if got := page[1].Fields[0]; got != "2" {
		t.Errorf("appending to a record made the next one %q", got)
	}
}

func TestCommaIsRefused(t *testing.T) {
	t.Parallel()
	for _, comma := range []byte{'"', '\r', '\n', 0x80, 0xff} {
		if _, err := (CSV{Comma: comma}).Header(strings.NewReader("a\n")); err == nil {
			t.Errorf("%q is taken", comma)
		}
	}
}

// brokenFile fails where its text ends.
type brokenFile struct{ text string }

var errBroken = errors.New("input/output error")

func (f brokenFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := strings.NewReader(f.text).ReadAt(p, off)
	if err == io.EOF {
		err = errBroken
	}
	return n, err
}

func TestErrorOfTheSource(t *testing.T) {
	t.Parallel()
	text := "a\n" + strings.Repeat("1\n", 100)
	for _, chunk := range []int{4, 0} { // in the middle, and before the header
		page, err := CSV{chunk: chunk}.Page(brokenFile{text}, Position{}, 1000)
		if len(page) != 0 || !errors.Is(err, errBroken) {
			t.Errorf("chunk %d: got %d records and error %v, want %v", chunk, len(page), err, errBroken)
		}
	}
	// A line that is passed over is read too.
	_, err := CSV{chunk: 4, MaxRecord: 8}.Page(brokenFile{"a\n" + strings.Repeat("1", 100)}, Position{}, 1)
	if !errors.Is(err, errBroken) {
		t.Errorf("in a long line: got error %v, want %v", err, errBroken)
	}
}
