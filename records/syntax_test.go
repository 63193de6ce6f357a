package records

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// checkSyntax holds a syntaxScanner against jsontext, the text in one part and in
// many.
func checkSyntax(t *testing.T, text string) {
	t.Helper()
	want := jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	want = want && strings.TrimRight(text, space) == text
	if got := sound(text); got != want {
		t.Fatalf("%q: got %v, want %v", text, got, want)
	}
	var whole, parts syntaxScanner
	n, what := whole.scan(text)
	m, part := 0, unended
	for i := 0; i < len(text) && part == unended; i++ {
		n, what := parts.scan(text[i : i+1])
		m, part = m+n, what
	}
	if m != n || part != what {
		t.Fatalf("%q: got outcome %d at %d in parts, want %d at %d", text, part, m, what, n)
	}
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	var try func(text string, more int, tokens []string)
	try = func(text string, more int, tokens []string) {
		checkSyntax(t, text)
		if more > 0 {
			for _, token := range tokens {
				try(text+token, more-1, tokens)
			}
		}
	}
	try("", 6, []string{"[", "]", "{", "}", "\"\"", ",", ":", "0"})
	try("{", 5, []string{"\"a\":", "\"a\"", "1", ",", "}", "[", "]", "\n"})
	try("", 6, []string{"0", "1", "-", "+", ".", "e", "E"})
	try("\"", 5, []string{"\\", "u", "\"", "1aA", "0", "g", "n", "\t", "\x7f", "\xe9"})
	try("", 4, []string{"t", "true", "rue", "false", "null", "nul", "l", "[", " "})
	for _, c := range "\"\\/bfnrtuvx'0\n\x00" {
		checkSyntax(t, "\"\\"+string(c)+"\"")
		checkSyntax(t, "[\""+string(c)+"\"]")
	}
}

func FuzzSyntax(f *testing.F) {
	f.Add(`[{"a":[1.5e-3,true,"\u00e9\""],"b":{}},null]`)
	f.Fuzz(checkSyntax)
}

// Depth is remembered, but not without a bound.
func TestDepthIsBounded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		deep int
		want bool
	}{{maxOpen, true}, {maxOpen + 1, false}} {
		if got := sound(strings.Repeat("[", test.deep) + strings.Repeat("]", test.deep)); got != test.want {
			t.Errorf("%d deep: got %v, want %v", test.deep, got, test.want)
		}
	}
}
