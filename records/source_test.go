package records

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
)

func TestDetect(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text string
		want Format
		err  string
	}{
		{text: "[", want: FormatJSON},
		{text: "\ufeff \r\n\t[{}]", want: FormatJSON},
		{text: strings.Repeat("\n", 100_000) + "[1]", want: FormatJSON},
		{text: "{\"a\":1}\n", want: FormatJSONL},
		{text: "\ufeff\n{", want: FormatJSONL},
		{text: "a,b\n", want: FormatCSV},
		{text: "\"[a\",b\n", want: FormatCSV},
		{text: "\ufeff\"a\";b", want: FormatCSV},
		{text: "\xe9,b", want: FormatCSV},
		{text: "", err: "an empty file"},          // bad-input 68
		{text: "\ufeff \n", err: "an empty file"}, // bad-input 68
		{text: "\xff\xfe[\x00", err: "row 1 (line 1): the file is UTF-16LE; convert it: iconv -f UTF-16LE -t UTF-8"}, // bad-input 55
	} {
		got, err := Detect(strings.NewReader(test.text))
		if got != test.want || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("%.20q: got %q and error %v, want %q and error %s", test.text, got, err, test.want, test.err)
		}
	}
	if _, err := Detect(brokenFile{" "}); !errors.Is(err, errBroken) {
		t.Errorf("got error %v, want %v", err, errBroken)
	}
}

func TestGuessComma(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		csv  CSV
		text string
		want byte // 0: none
	}{
		{CSV{}, "a;b;c|d\n1;2;3|4\n", ';'},
		{CSV{}, "\"a\";\"b\"\n", ';'}, // which cannot be read with a comma
		{CSV{}, "a\tb\n", '\t'},
		{CSV{}, "a|b\n", '|'},
		{CSV{Comma: ';'}, "a,b\n", ','},
		{CSV{}, "a,b;c;d\n", 0},
		{CSV{}, "a\n1;2\n", 0},
		{CSV{}, "\"a;b\"\n", 0},
		{CSV{}, "", 0},
		{CSV{}, "\xe9;b\n", 0},
		{CSV{Encoding: Latin1}, "\xe9;b\n", ';'},
	} {
		if got, ok := test.csv.GuessComma(strings.NewReader(test.text)); got != test.want || ok != (test.want != 0) {
			t.Errorf("%q: got %q and %v, want %q", test.text, got, ok, test.want)
		}
	}
}

// bad-input 61
func TestEncoding(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		encoding Encoding
		text     string
		want     []string
	}{
		{UTF8, "a\n\u00e9\n", []string{"1 (line 2) [\"é\"]"}},
		{Latin1, "a,b\n\xe9\xff\xa0,\"\"\"\n\xc3\xa9\"\n\x80,x\n", []string{
			"1 (line 2) [\"éÿ\\u00a0\" \"\\\"\\nÃ©\"]",
			"2 (line 4) [\"\\u0080\" \"x\"]",
		}},
		{Windows1252, "a,b\n\x80\x9f,\x93x\x94\n\"\nx\x81\",y\n\x9d\n\xe9,\xe9\n", []string{
			`1 (line 2) ["€Ÿ" "“x”"]`,
			`2 (line 3) [] row 2 (line 4, column 2): byte 0x81 is not in Windows 1252; raw "\"\nx\x81\",y\n" of 8`,
			`3 (line 5) [] row 3 (line 5, column 1): byte 0x9D is not in Windows 1252; raw "\x9d\n" of 2`,
			`4 (line 6) ["é" "é"]`,
		}},
	} {
		c := CSV{Encoding: test.encoding}
		checkPages(t, test.text, func(chunk int) Source { c.chunk = chunk; return c })
		if got := showAll(readAll(t, c, test.text, 10), nil); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got:\n%s\nwant:\n%s", test.encoding, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

// bad-input 61
func TestEncodingOfTheHeader(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		encoding Encoding
		text     string
		want     []string
		err      string
	}{
		{Latin1, "\xe9,\xdf\n", []string{"é", "ß"}, ""},
		{Windows1252, "\x81,b\n", nil, "header (line 1, column 1): byte 0x81 is not in Windows 1252"},
		{Latin1, "\ufeffa\n", nil, "header (line 1): the file begins as UTF-8 does, not latin-1"},
		{Latin1, "\xff\xfea\x00", nil, "header (line 1): the file is UTF-16LE; convert it: iconv -f UTF-16LE -t UTF-8"},
		{"latin1", "a\n", nil, `no encoding "latin1": utf-8, latin-1 and windows-1252 can be read`},
	} {
		got, err := CSV{Encoding: test.encoding}.Header(strings.NewReader(test.text))
		if !reflect.DeepEqual(got, test.want) || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("%s: got %q and error %v, want %q and error %s", test.encoding, got, err, test.want, test.err)
		}
	}
}

// Fields that are made anew are made in blocks, and keep what is before them.
func TestEncodingOfManyFields(t *testing.T) {
	t.Parallel()
	text := "a,b\n" + strings.Repeat("\xe9\xe9,\"x\"\"\xe9\"\n", 20_000) + strings.Repeat("\xe9", 2*textBlock) + ",1\n"
	all := readAll(t, CSV{Encoding: Latin1}, text, 100_000)
	for i, r := range all {
		want := []string{"éé", "x\"é"}
		if i == 20_000 {
			want = []string{strings.Repeat("é", 2*textBlock), "1"}
		}
		if !reflect.DeepEqual(r.Fields, want) {
			t.Fatalf("record %d: got %.80q", i+1, r.Fields)
		}
	}
}

func TestJSONKeepsAValue(t *testing.T) {
	t.Parallel()
	for _, r := range readAll(t, JSONL{}, "null\n{}\n[]\n\"\"\n{\"a\":1.0,\"b\":12345678901234567890}\n{\n", 10) {
		for name, through := range map[string]func(Record) (Record, error){
			"encoding/json": func(r Record) (got Record, err error) {
				text, _ := json.Marshal(r)
				return got, json.Unmarshal(text, &got)
			},
			"v2": func(r Record) (got Record, err error) {
				text, _ := jsonv2.Marshal(r)
				return got, jsonv2.Unmarshal(text, &got)
			},
		} {
			if got, err := through(r); err != nil || !reflect.DeepEqual(got, r) {
				t.Errorf("%s: got %+v and error %v, want %+v", name, got, err, r)
			}
		}
	}
}
