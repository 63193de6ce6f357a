package mask

import (
	"fmt"
	"testing"
)

// odd has what Go and JSON escape, each in its way.
const odd = "a\"b\\c\nd<\x1b"

func TestString(t *testing.T) {
	t.Parallel()
	const line = "MIIEvQIBADANBgkqhkiG9w0BAQEF"
	m := New([]string{"hunter2", "hunter2-and-more", "123", "", odd, "hunter2", "-----BEGIN KEY-----\r\n" + line + "\r\nAA==\r\n", "kept whole\n"})
	for text, want := range map[string]string{
		"":                     "",
		"nothing":              "nothing",
		"hunter2 hunter2":      "*** ***",
		"a hunter2-and-more b": "a *** b",
		"xhunter2x":            "x***x",
		"123":                  "123",
		odd:                    "***",
		fmt.Sprintf("%q", odd): `"***"`,
		fmt.Sprintf("%q", fmt.Sprintf("%q", odd)): `"\"***\""`,
		`{"a":"a\"b\\c\nd\u003c\u001b"}`:          `{"a":"***"}`,
		`{"a":"a\"b\\c\nd<\u001b"}`:               `{"a":"***"}`,
		`"{\"a\":\"a\\\"b\\\\c\\nd<\\u001b\"}"`:   `"{\"a\":\"***\"}"`,
		"a line " + line + " and AA==":            "a line *** and AA==",
		"kept whole":                              "***",
	} {
		if got := m.String(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if got := string(m.Bytes([]byte(text))); got != want {
			t.Errorf("%q in bytes: %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"a hunter2-and-m": "a ***", "a hunter2": "a ***", "a hunt": "a ***", "a hun": "a hun", "a hunter2 b": "a *** b", "": ""} {
		if got := string(m.Cut([]byte(text))); got != want {
			t.Errorf("%q cut off: %q, want %q", text, got, want)
		}
	}
	if got := New(nil).String("hunter2"); got != "hunter2" {
		t.Errorf("no values: %q", got)
	}
}
