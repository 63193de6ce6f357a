package mask

import (
	"fmt"
	"testing"
)

func TestString(t *testing.T) {
	t.Parallel()
	odd := "a\"b\\c\nd"
	m := New([]string{"hunter2", "hunter2-and-more", "123", "", odd, "hunter2"})
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
	} {
		if got := m.String(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := New(nil).String("hunter2"); got != "hunter2" {
		t.Errorf("no values: %q", got)
	}
}
