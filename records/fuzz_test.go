package records

import (
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func addTexts(f *testing.F, add func(text string)) {
	for _, test := range pageTests {
		add(test.text)
	}
	add("\ufeffa,b\n\"x\ny\",\"\"\"\"\n3,\"4\n5,\"6\"\n")
	add("a,b\n1,\"\r\n2\r\r\n\"\r\n\xe9,\n")
	add("a,b\n\"1\n2\",\"3\n\n\"\"\n4,5")
}

// FuzzPage holds the promises about positions, and that reading always advances
// and never panics, against any text.
func FuzzPage(f *testing.F) {
	addTexts(f, func(text string) {
		f.Add(text, byte(','), 0)
		f.Add(text, byte(','), 6)
	})
	f.Fuzz(func(t *testing.T, text string, comma byte, size int) {
		c := CSV{Comma: comma, MaxRecord: size % 50}
		if _, err := c.Header(strings.NewReader(text)); err == nil && len(text) < 1000 {
			checkPositions(t, c, text)
		}
	})
}

// FuzzEncodingCSV holds any text against encoding/csv.
func FuzzEncodingCSV(f *testing.F) {
	addTexts(f, func(text string) { f.Add(text) })
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.HasPrefix(text, "\ufeff") || strings.HasPrefix(text, "\x00\x00\xfe\xff") {
			t.Skip("encoding/csv takes it as it is")
		}
		checkEncodingCSV(t, text)
		checkEnds(t, text)
	})
}

// TestShortTexts goes through all there are, as random ones seldom hit on what
// matters.
func TestShortTexts(t *testing.T) {
	t.Parallel()
	var try func(text string, more int)
	try = func(text string, more int) {
		checkEncodingCSV(t, text)
		checkTooLong(t, text)
		checkEnds(t, text[len("a,b\n"):])
		if more > 1 {
			checkPositions(t, CSV{}, text)
		}
		if more > 0 {
			for _, c := range []string{"a", ",", "\"", "\r", "\n"} {
				try(text+c, more-1)
			}
		}
	}
	try("a,b\n", 5)
	try("a,b\n\"\n", 5)
}

// checkEncodingCSV holds the records against those of encoding/csv, up to the
// first that breaks the syntax, and the verdict on that.
func checkEncodingCSV(t *testing.T, text string) {
	t.Helper()
	theirs := csv.NewReader(strings.NewReader(text))
	header, theirErr := theirs.Read()
	ourHeader, err := CSV{}.Header(strings.NewReader(text))
	if (err == nil) != (theirErr == nil) || errors.Is(err, ErrEmpty) != (theirErr == io.EOF) {
		t.Fatalf("%q: header: got error %v, want %v", text, err, theirErr)
	}
	if err != nil {
		return
	}
	if got := withoutCR(ourHeader); !reflect.DeepEqual(got, header) {
		t.Fatalf("%q: header: got %q, want %q", text, got, header)
	}
	for _, r := range readAll(t, CSV{}, text, 10) {
		fields, err := theirs.Read()
		if (err == nil) != (r.Err == nil) {
			t.Fatalf("%q: got %+v, want %q and error %v", text, r, fields, err)
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			if line := err.(*csv.ParseError).StartLine; r.Line != int64(line) {
				t.Fatalf("%q: got %+v, want line %d", text, r, line)
			}
			return
		}
		if line, _ := theirs.FieldPos(0); !reflect.DeepEqual(withoutCR(r.Fields), fields) || r.Line != int64(line) {
			t.Fatalf("%q: got %+v, want %q in line %d", text, r, fields, line)
		}
	}
	if _, err := theirs.Read(); err != io.EOF {
		t.Fatalf("%q: there are more records: %v", text, err)
	}
}

// withoutCR does to fields what encoding/csv does.
func withoutCR(fields []string) []string {
	got := make([]string, len(fields))
	for i, f := range fields {
		got[i] = strings.ReplaceAll(f, "\r\n", "\n")
	}
	return got
}
