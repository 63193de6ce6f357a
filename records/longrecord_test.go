package records

import (
	"encoding/csv"
	"io"
	"reflect"
	"strings"
	"testing"
)

// bad-input 57 and 59: what a record that is too long has in its quotes is no
// record, and a quote that is never closed does not swallow the file.
func TestTooLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("666,FORGED\n", 2)
	for _, test := range []struct {
		name string
		text string
		want []string
	}{
		{"a closed quote", "1,\"" + long + "\"\n2,3\n", []string{
			`1 (line 2) [] row 1 (line 2, column 3): longer than 8 bytes; is a quote never closed?; raw "1,\"666,FORGED\n666,FORGED\n\"\n" of 27`,
			`2 (line 5) ["2" "3"]`,
		}},
		{"closed quotes, doubled ones and CRLF", "\"" + long + "\"\"\",\"" + long + "\"\r\n2,3\r\n", []string{
			`1 (line 2) [] row 1 (line 2, column 1): longer than 8 bytes; is a quote never closed?; raw "\"666,FORGED\n666,FORGED\n\"\"\",\"666,FORGED\n666,FORGED\n\"\r\n" of 53`,
			`2 (line 7) ["2" "3"]`,
		}},
		{"a closed quote behind plain text", "123456789012,\"" + long + "\"", []string{
			`1 (line 2) [] row 1 (line 2, column 1): longer than 8 bytes; raw "123456789012,\"666,FORGED\n666,FORGED\n\"" of 37`,
		}},
		{"the file ends first", "1,\"2345678\nx,y\n", []string{
			`1 (line 2) [] row 1 (line 2, column 3): longer than 8 bytes; is a quote never closed?; raw "1,\"2345678\n" of 11`,
			`2 (line 3) ["x" "y"]`,
		}},
		{"another quote opens first", "1,\"2345678\nx,\"y\"\n", []string{
			`1 (line 2) [] row 1 (line 2, column 3): longer than 8 bytes; is a quote never closed?; raw "1,\"2345678\n" of 11`,
			`2 (line 3) ["x" "y"]`,
		}},
		{"the file ends first, behind a closed quote", "\"23456789\n\",\"\nx,y\n", []string{
			`1 (line 2) [] row 1 (line 2, column 1): longer than 8 bytes; is a quote never closed?; raw "\"23456789\n\",\"\n" of 14`,
			`2 (line 4) ["x" "y"]`,
		}},
		{"text behind the closing quote", "1,\"2345\n678\"x\"\nx,y\n", []string{
			`1 (line 2) [] row 1 (line 2, column 3): longer than 8 bytes; is a quote never closed?; raw "1,\"2345\n678\"x\"\n" of 15`,
			`2 (line 4) ["x" "y"]`,
		}},
		{"text behind the closing quote and a CR", "1,\"2345\n678\"\rx\nx,y\n", []string{
			`1 (line 2) [] row 1 (line 2, column 3): longer than 8 bytes; is a quote never closed?; raw "1,\"2345\n678\"\rx\n" of 15`,
			`2 (line 4) ["x" "y"]`,
		}},
		{"a quote in a plain field", "123456789012,0\",\"\nx,y\n", []string{
			`1 (line 2) [] row 1 (line 2, column 1): longer than 8 bytes; raw "123456789012,0\",\"\n" of 18`,
			`2 (line 3) ["x" "y"]`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := CSV{MaxRecord: 8}
			checkPositions(t, c, "a,b\n"+test.text)
			compare(t, showAll(readAll(t, c, "a,b\n"+test.text, 10), nil), test.want)
		})
	}
}

// The end of a record is looked for so far and no byte farther. Then a quote
// counts as never closed, and the lines behind it are records.
func TestReach(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		more string
		want int // records
	}{{"", 1}, {"x", 63}} {
		text := "1,\"" + test.more + strings.Repeat("\nx,y", 63)[1:] + "\"\n"
		if size := 8*reach + len(test.more); len(text) != size {
			t.Fatalf("a record of %d bytes, want %d", len(text), size)
		}
		checkPositions(t, CSV{MaxRecord: 8}, "a,b\n"+text)
		all := readAll(t, CSV{MaxRecord: 8}, "a,b\n"+text, 1000)
		if len(all) != test.want {
			t.Errorf("%q: got %d records, want %d", text, len(all), test.want)
		}
	}
}

// checkTooLong holds that with a bound on their length records end where they end
// without, if all have an end.
func checkTooLong(t *testing.T, text string) {
	t.Helper()
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	if _, err := r.ReadAll(); err != nil {
		return
	}
	want := readAll(t, CSV{}, text, 100)
	got := readAll(t, CSV{MaxRecord: len("a,b")}, text, 100)
	if len(got) != len(want) {
		t.Fatalf("%q: got %v, want %v", text, showAll(got, nil), showAll(want, nil))
	}
	for i, r := range got {
		if r.Line != want[i].Line || r.End != want[i].End || r.Err == nil && !reflect.DeepEqual(r, want[i]) {
			t.Fatalf("%q: got %v, want %v", text, show(r), show(want[i]))
		}
	}
}

// checkEnds holds an endScanner that has a text in parts against a scanner.
func checkEnds(t *testing.T, text string) {
	t.Helper()
	s := scanner{comma: ','}
	wantN, want := s.scan(text, true)
	for size := 1; size <= 3; size++ {
		end := endScanner{comma: ','}
		n, what := 0, unended
		for rest := text; what == unended && rest != ""; rest = rest[min(size, len(rest)):] {
			n, what = end.scan(rest[:min(size, len(rest))])
		}
		switch {
		case what == unended && end.state == quotedField:
			what = unclosedQuote
		case what == unended:
			what = complete
		}
		place := end.at
		switch what {
		case unclosedQuote:
			place = end.field
		case textAfterQuote: // which is behind a CR too
			place = int64(strings.LastIndexByte(text[:end.at], '"') + 1)
		}
		if what != want || place != int64(wantN) {
			t.Fatalf("%q by %d: got outcome %d at %d after %d, want %d at %d", text, size, what, place, n, want, wantN)
		}
	}
}

// countingFile counts the bytes that are read of it.
type countingFile struct {
	io.ReaderAt
	n int64
}

func (f *countingFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.ReaderAt.ReadAt(p, off)
	f.n += int64(n)
	return n, err
}

// Looking for the ends of records that are too long reads no byte more than a few
// times, quotes that are never closed included.
func TestReachIsLinear(t *testing.T) {
	t.Parallel()
	const size = 1 << 16
	for _, line := range []string{
		"\"x\n", "x,\"\n", "\",\"\n", "\"\",\"\n", "x,\"\"y\"\"\n", "\"\"\"\"\n", "x\n", "\"", "\"\"\n", "x,y\n\n",
		"\"x\",\"y\n", "\"" + strings.Repeat("x\n", 200) + "\",\"\n", "\"" + strings.Repeat("x\n", 2000) + "\n",
		"\"" + strings.Repeat("x\n", 200) + "\"\n", strings.Repeat("\"\",", 300) + "\"\n", strings.Repeat("x", 300) + ",\"\n",
	} {
		for _, begin := range []string{"", "\"", "1,\"2\n"} {
			f := &countingFile{ReaderAt: strings.NewReader("a,b\n" + begin + strings.Repeat(line, size/len(line)))}
			for after := (Position{}); ; {
				f.n -= 4 // the header
				page, err := CSV{MaxRecord: 64, chunk: 4}.Page(f, after, 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				after = page[len(page)-1].End
			}
			if f.n > 3*size {
				t.Errorf("%.20q and then %.20q: %.1f times the file was read", begin, line, float64(f.n)/size)
			}
		}
	}
}
