package records

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func writeCSV(t *testing.T, options CSVOptions, rows ...[]string) string {
	t.Helper()
	var text bytes.Buffer
	w := NewCSVWriter(&text, options)
	for _, row := range rows {
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestCSVWriter(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100)
	for _, test := range []struct {
		name    string
		options CSVOptions
		fields  []string
		want    string
	}{
		{name: "plain", fields: []string{"a", "", "b c", "é崩溃", "'"}, want: "a,,b c,é崩溃,'\n"},
		{name: "quoted", fields: []string{",", "\"", "a\"\"b", "\r", "\n", "a\r\nb"}, want: "\",\",\"\"\"\",\"a\"\"\"\"b\",\"\r\",\"\n\",\"a\r\nb\"\n"},
		{name: "long and quoted", fields: []string{long, long + ",", long + "\"", long + "\r", long + "\n"}, want: long + ",\"" + long + ",\",\"" + long + "\"\"\",\"" + long + "\r\",\"" + long + "\n\"\n"},
		{name: "blanks at the ends", fields: []string{" a", "a ", "\ta", "a\t", " "}, want: "\" a\",\"a \",\"\ta\",\"a\t\",\" \"\n"},
		{name: "a BOM", fields: []string{"\ufeffa", "a\ufeff"}, want: "\"\ufeffa\",a\ufeff\n"},
		{name: "bad-input 60: NUL", fields: []string{"\x00", "a\x00\n"}, want: "\x00,\"a\x00\n\"\n"},
		{name: "a single empty field", fields: []string{""}, want: "\"\"\n"},
		{name: "empty fields", fields: []string{"", ""}, want: ",\n"},
		{name: "another comma", options: CSVOptions{Comma: ';'}, fields: []string{"a,b", "a;b", "1"}, want: "a,b;\"a;b\";1\n"},
		{name: "bad-input 66: no guard", fields: []string{"=1", "+1", "-1", "@a", "\ta", "\ra"}, want: "=1,+1,-1,@a,\"\ta\",\"\ra\"\n"},
		{name: "bad-input 66", options: CSVOptions{GuardFormulas: true}, fields: []string{"=1", "+1", "-1", "@a", "\ta", "\ra", "=\"a\",b", "= ", "a=1", "'=1", "", " =1"}, want: "'=1,'+1,'-1,'@a,'\ta,\"'\ra\",\"'=\"\"a\"\",b\",\"'= \",a=1,'=1,,\" =1\"\n"},
		{name: "bad-input 66: a guard that separates fields", options: CSVOptions{Comma: '\'', GuardFormulas: true}, fields: []string{"=1", "a"}, want: "\"'=1\"'a\n"},
	} {
		if got := writeCSV(t, test.options, test.fields); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// FuzzCSVWriter holds that fields come back as they were written, through this
// package and through encoding/csv.
func FuzzCSVWriter(f *testing.F) {
	f.Add("a", "b,\"", "c\r\nd", byte(','), false)
	f.Add("", "", "", byte(';'), true)
	f.Add("\ufeff", " a ", "-1", byte('\''), true)
	f.Add("=", strings.Repeat("x", 80)+"\r", "\t", byte('\t'), true)
	f.Fuzz(func(t *testing.T, a, b, c string, comma byte, guard bool) {
		if _, err := checkComma(comma); err != nil || !utf8.ValidString(a+"\x00"+b+"\x00"+c) {
			t.Skip("not what it writes, or not what is read")
		}
		rows := [][]string{{a, b, c}, {c, a, b}, {b, c, a}}
		checkReadBack(t, CSVOptions{Comma: comma, GuardFormulas: guard}, rows)
		checkReadBack(t, CSVOptions{Comma: comma, GuardFormulas: guard}, [][]string{{a}, {b}, {c}})
	})
}

func checkReadBack(t *testing.T, options CSVOptions, rows [][]string) {
	t.Helper()
	text := writeCSV(t, options, rows...)
	want := rows
	if options.GuardFormulas {
		want = guarded(rows)
	}
	source := CSV{Comma: options.Comma}
	header, err := source.Header(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	got := [][]string{header}
	for _, r := range readAll(t, source, text, 10) {
		if r.Err != nil {
			t.Fatalf("%q: %v", text, r.Err)
		}
		got = append(got, r.Fields)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: got %q, want %q", text, got, want)
	}
	theirs := csv.NewReader(strings.NewReader(text))
	theirs.FieldsPerRecord = -1
	if options.Comma != 0 {
		theirs.Comma = rune(options.Comma)
	}
	for _, row := range want {
		got, err := theirs.Read()
		if row = withoutCR(row); err != nil || !reflect.DeepEqual(got, row) {
			t.Fatalf("%q: encoding/csv got %q and error %v, want %q", text, got, err, row)
		}
	}
	if _, err := theirs.Read(); err != io.EOF {
		t.Fatalf("%q: encoding/csv got more: %v", text, err)
	}
}

func guarded(rows [][]string) (all [][]string) {
	for _, row := range rows {
		var fields []string
		for _, f := range row {
			if f != "" && strings.ContainsRune("=+-@\t\r", rune(f[0])) {
				f = "'" + f
			}
			fields = append(fields, f)
		}
		all = append(all, fields)
	}
	return all
}

// fullDisk takes so many writes and no more.
type fullDisk struct{ writes int }

var errFull = errors.New("no space left on device")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.writes--; d.writes < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestCSVWriterKeepsItsError(t *testing.T) {
	t.Parallel()
	w := NewCSVWriter(&fullDisk{writes: 1}, CSVOptions{})
	row := []string{strings.Repeat("x", writeSize)}
	if err := w.Write(row); err != nil {
		t.Errorf("the first write: %v", err)
	}
	for range 2 {
		if err := w.Write(row); err != errFull {
			t.Errorf("got error %v, want %v", err, errFull)
		}
		if err := w.Flush(); err != errFull {
			t.Errorf("flush: got error %v, want %v", err, errFull)
		}
	}
}

func TestCSVWriterRefuses(t *testing.T) {
	t.Parallel()
	for _, comma := range []byte{'"', '\r', '\n', 0x80} {
		w := NewCSVWriter(io.Discard, CSVOptions{Comma: comma})
		if err := w.Write([]string{"a"}); err == nil || w.Flush() == nil {
			t.Errorf("%q is taken", comma)
		}
	}
	w := NewCSVWriter(io.Discard, CSVOptions{})
	if err := w.Write(nil); err == nil {
		t.Error("a record without fields is taken")
	}
	if err := w.Write([]string{"a"}); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestCSVWriterAllocatesNothing(t *testing.T) {
	w := NewCSVWriter(io.Discard, CSVOptions{GuardFormulas: true})
	row := []string{"1", "-1", "a \"b\"", "", "x\ny", strings.Repeat("long ", 100)}
	for range 200 { // until its buffer is as large as it gets
		if err := w.Write(row); err != nil {
			t.Fatal(err)
		}
	}
	if allocs := testing.AllocsPerRun(1000, func() { _ = w.Write(row) }); allocs > 0 {
		t.Errorf("%v allocations a record", allocs)
	}
}
