package term

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

// bad-input 80: nothing that a terminal obeys, and nothing unseen, is shown raw.
func TestEscape(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, line, text string }{
		{"plain", "plain", "plain"},
		{"崩溃 é 👩‍💻", "崩溃 é 👩‍💻", "崩溃 é 👩‍💻"},
		{"\x1b[31m", `\x1b[31m`, `\x1b[31m`},
		{"\u009b31m", `\u009b31m`, `\u009b31m`},
		{"a\u202eb\u2066", `a\u202eb\u2066`, `a\u202eb\u2066`},
		{"a\x00b\x7f", `a\x00b\x7f`, `a\x00b\x7f`},
		{"a\nb\tc\r", `a\nb\tc\r`, "a\nb\tc" + `\r`},
		{"\xff\xc3", `\xff\xc3`, `\xff\xc3`},
		{"\u2028\ufeff\U000e0041", `\u2028\ufeff\U000e0041`, `\u2028\ufeff\U000e0041`},
	} {
		if got := Escape(test.in); got != test.line {
			t.Errorf("Escape(%q) = %q, want %q", test.in, got, test.line)
		}
		if got := EscapeText(test.in); got != test.text {
			t.Errorf("EscapeText(%q) = %q, want %q", test.in, got, test.text)
		}
	}
}

func TestEscapeJSON(t *testing.T) {
	t.Parallel()
	in := "{\"a\":\"\u009b\u202e\U000e0041崩\x7f\"}\n"
	want := `{"a":"\u009b\u202e\udb40\udc41崩\u007f"}` + "\n"
	if got := string(EscapeJSON([]byte(in))); got != want {
		t.Errorf("got %s want %s", got, want)
	}
	var out bytes.Buffer
	if n, err := JSONWriter(&out).Write([]byte(in)); n != len(in) || err != nil || out.String() != want {
		t.Errorf("Write: %d, %v, %s", n, err, out.String())
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("a\x1b\u202e\xff\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Escape(s) {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Errorf("%q left in Escape(%q)", r, s)
			}
		}
		var before, after string
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		escaped := EscapeJSON(text)
		if err := json.Unmarshal(text, &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(escaped, &after); err != nil || before != after {
			t.Errorf("EscapeJSON(%s) = %s: another value (%v)", text, escaped, err)
		}
	})
}

func TestWidth(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in    string
		cells int
		fit5  string
	}{
		{"", 0, ""},
		{"abcde", 5, "abcde"},
		{"abcdef", 6, "abcd…"},
		{"崩溃了", 6, "崩溃…"},
		{"e\u0301a", 2, "e\u0301a"},
	} {
		if got := Cells(test.in); got != test.cells {
			t.Errorf("Cells(%q) = %d, want %d", test.in, got, test.cells)
		}
		if got := Fit(test.in, 5); got != test.fit5 {
			t.Errorf("Fit(%q, 5) = %q, want %q", test.in, got, test.fit5)
		}
	}
	if got := Fit("abc", 0); got != "" {
		t.Errorf("Fit to 0 columns = %q", got)
	}
	if got := Pad("崩", 4); got != "崩  " {
		t.Errorf("Pad = %q", got)
	}
	if got := strings.Join(Wrap("one two  three incomprehensible x", 9), "|"); got != "one two|three|incomprehensible|x" {
		t.Errorf("Wrap = %q", got)
	}
}

func TestPipeIsPlain(t *testing.T) {
	t.Parallel()
	pipe := Of(&bytes.Buffer{}, false)
	if pipe.Interactive || pipe.Color || pipe.Width() != 80 || pipe.Red("x") != "x" {
		t.Errorf("%+v", pipe)
	}
	if got := (Terminal{Color: true}).Red("x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("Red = %q", got)
	}
}
