package manifest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Each text makes goccy slow by the square, large, or dead, unless it is bounded.
// Unbounded, the first four take it half a minute each at this size.
func TestBounds(t *testing.T) {
	const size = 256 << 10
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	number := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for _, test := range []struct{ name, text, code string }{
		{"angles", fill("<"), CodeTooComplex},
		{"blank lines after a block", "a: |\n  x\n" + fill("\n"), CodeTooComplex},
		{"blank lines with spaces", "a: |\n  x\n" + fill("  \n"), CodeTooComplex},
		{"tabs in quotes", `a: "` + fill("\ta") + `"`, CodeTooComplex},
		{"keys of a mapping", number("a%d: 1\n"), CodeTooComplex},
		{"keys of a mapping in braces", "a: {" + number("a%d: 1, ") + "}", CodeTooComplex},
		{"empty items", fill("-\n"), CodeTooComplex},
		{"empty items with comments", fill("- #\n"), CodeTooComplex},
		{"empty keys", fill("- a:\n"), CodeTooComplex},
		{"empty keys in braces", "[" + fill("{a: },") + "]", CodeTooComplex},
		{"keys alone in braces", "{" + fill("a,") + "}", CodeSyntax},
		{"a long key", strings.Repeat("k", size/2) + ": [" + strings.Repeat("a,", size/4) + "]", CodeTooComplex},
		{"long keys", deepKeys(90, 200) + strings.Repeat(" ", 91) + "a: [" + strings.Repeat("a,", size/4) + "]", CodeTooComplex},
		{"brackets", fill("["), CodeTooDeep},
		{"braces", fill("{a: "), CodeTooDeep},
		{"dashes", fill("- "), CodeTooDeep},
		{"colons", fill("a: "), CodeTooDeep},
		{"indentation", deepKeys(101, 1) + strings.Repeat(" ", 101) + "a: b", CodeTooDeep},
		{"pairs in brackets", fill("[a: "), CodeSyntax},
		{"pairs without commas", "[{a: b\n" + fill(" c: d\n"), CodeSyntax},
		{"dashes in brackets", "[" + fill("- "), CodeSyntax},
		{"documents", fill("--- a\n"), CodeSecondDocument},
		{"tags", fill("!a "), CodeUnsupportedYAML},
		{"question marks", fill("? "), CodeUnsupportedYAML},
		{"directives", fill("%a\n"), CodeUnsupportedYAML},
		{"anchors", fill("&a "), CodeTooComplex},
		{"aliases", "- &a b\n" + fill("- *a\n"), CodeTooComplex},
		{"quotes on a line", fill(`"\n"`), CodeSyntax},
		{"escapes", `a: "` + fill(`\u00e9`) + `"`, CodeMissingKey},
		{"problems on a line", "feature: a\ntasks: [" + fill("{},") + "]", CodeTooManyProblems},
		{"places on a line", "feature: a\ntasks: [{ input: { a: [" + fill("é, ")[:size/4] + "] }}]", CodeMissingKey},
		{"unknown aliases", strings.Repeat("- &"+strings.Repeat("k", 60)+" b\n", 100) + strings.Repeat("- *"+strings.Repeat("k", 59)+"l\n", 1000), CodeBadAlias},
	} {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			_, found := oneFeature(test.text)
			_ = found.String()
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			if len(found) == 0 || found[0].Code != test.code {
				t.Errorf("got %.200v; want %s", found.Error(), test.code)
			}
		})
	}
}

// deepKeys is that many mappings within each other, with keys of that length.
func deepKeys(levels, length int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + strings.Repeat("k", length) + ":\n")
	}
	return b.String()
}

// What is within the bounds, by one, is read.
func TestWithinBounds(t *testing.T) {
	t.Parallel()
	var keys, lists strings.Builder
	for i := range maxKeys {
		fmt.Fprintf(&keys, "      k%d: 1\n", i)
		fmt.Fprintf(&lists, "      k%d:\n      - a\n", i)
	}
	for name, text := range map[string]string{
		"depth":   "      a: " + strings.Repeat("[", maxDepth-4) + strings.Repeat("]", maxDepth-4) + "\n",
		"keys":    keys.String(),
		"lists":   lists.String(),
		"angles":  "      a: " + strings.Repeat("<", maxRun) + "\n" + strings.Repeat("\n", maxRun-1) + "      b: 1\n",
		"tab":     "      a:\t{\t\"b\":\t'\t'\t}\t# \t\n",
		"CRLF":    "      a: 'b\r\n        c'\r\n      d: |\r\n        e\r\n        f\r\n",
		"comment": "      a: # [[[ \"\n        # {\n        - b # ]\n",
		"columns": "      a:\n      - b:\n        - c\n      - d\n",
		"end":     "      a: 1\n...\n# the end\n",
	} {
		if _, found := schemaOf(text); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
	s, _ := schemaOf("      a: 'b\r\n        c'\r\n      d: |\r\n        e\r\n        f\r\n")
	same(t, "CRLF", string(s.JSON), `{"a":"b c","d":"e\nf\n"}`)
	_, found := schemaOf("      a: " + strings.Repeat("[", maxDepth-3) + strings.Repeat("]", maxDepth-3) + "\n")
	if len(found) != 1 || found[0].Code != CodeTooDeep {
		t.Errorf("depth: %v", found)
	}
}

// What the lexer or the parser would misread without a word is refused.
func TestMisread(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"      a: \"x\ty\"\n", `8:12 unsupported-yaml: a tab within double quotes; write \t`},
		{"      a: x\ty\n", `8:10 unsupported-yaml: a tab within plain text; put the text in double quotes and write \t`},
		{"      a: 1\t2\n", `8:10 unsupported-yaml: a tab within plain text; put the text in double quotes and write \t`},
		{`      a: "\u12"` + "\n" + `      b: "c"`, `8:11 syntax: an escape that is no character; write \xNN, \uNNNN or \UNNNNNNNN with hexadecimal digits`},
		{`      a: "\\\xZZ"`, `8:13 syntax: an escape that is no character; write \xNN, \uNNNN or \UNNNNNNNN with hexadecimal digits`},
		{`      a: "\uDC00"`, `8:11 syntax: an escape that is no character; write \xNN, \uNNNN or \UNNNNNNNN with hexadecimal digits`},
		{`      a: "\U00110000"`, `8:11 syntax: an escape that is no character; write \xNN, \uNNNN or \UNNNNNNNN with hexadecimal digits`},
		{`      a: "\uD83D\uD83D"`, `8:11 syntax: found unexpected low surrogate after high surrogate`},
		{"      ? a\n      : b\n", `8:7 unsupported-yaml: a key after ?; write key: value`},
		{"      a: [b: c]\n", `8:12 syntax: unexpected :; put the pair in braces of its own, or the text in quotes`},
		{"      a: {b: 'c': d}\n", `8:17 syntax: unexpected :; put the pair in braces of its own, or the text in quotes`},
		{"      a: {type: integer minimum: 1}\n", `8:17 syntax: a colon within plain text; end the value before it, or put the text in quotes`},
		{"      a: {b:\n        c:}\n", `9:9 syntax: a colon within plain text; end the value before it, or put the text in quotes`},
		{"      a: b\n        # no comment\n        c: d\n", `10:9 syntax: value is not allowed in this context. map key-value is pre-defined`},
		{"      - a\n       - b\n", `9:8 syntax: an item within plain text; indent it like the items before it, or put the text in quotes`},
		{"      a: }\n", `8:10 syntax: a bracket or comma within plain text; put the text in quotes`},
		{"      a: {b: c]}\n", `8:14 syntax: a bracket or comma within plain text; put the text in quotes`},
		{"      a: {b:c}\n", `8:12 syntax: no space after :; put one there`},
		{"      a:\n      b\n", `9:7 syntax: a value that is not indented; indent it, or give it a key`},
		{"      a:\n      b   \n", `9:7 syntax: a value that is not indented; indent it, or give it a key`},
		{"      -\n      { a: b }\n", `9:7 syntax: a value that is not indented; indent it, or give it a key`},
		{"      -\n      a: b\n", `9:7 syntax: a value that is not indented; indent it, or give it a key`},
		{"      a: { , b: c }\n", `8:12 syntax: unexpected ,`},
		{"      a: { b:'c' }\n", `8:13 syntax: no space after :; put one there`},
		{"      'a'\n      : b\n", `9:7 syntax: unexpected :; put it right after its key`},
		{"      a: {b, c: d}\n", `8:12 syntax: a key without a value; write key: value`},
		{"      a: ]\n", `8:10 syntax: unexpected ]`},
		{"      a: [}\n", `8:11 syntax: a bracket or comma within plain text; put the text in quotes`},
		{"      a: !!str 1\n", `8:10 unsupported-yaml: a tag; write the value without it; quotes make a string`},
		{"%YAML 1.2\n", `8:1 unsupported-yaml: a directive; take it out`},
		{"      a: b: c\n", `8:10 syntax: mapping value is not allowed in this context`},
		{"      a: \"b\n", `8:10 syntax: could not find end character of double-quoted text`},
		{"      a: @b\n", `8:10 syntax: '@' is a reserved character`},
	} {
		_, found := schemaOf(test.text)
		same(t, test.text, headlines(found), test.want+"\n")
	}
}

// The lexer's columns are off behind tabs and before blanks at a line's end.
func TestPositions(t *testing.T) {
	t.Parallel()
	s, found := schemaOf("      a: foo   \n      é:\tfoo \t \n      c: {\t'x': foo, foo: \tfoo\t}\n      d: foo\n        bar  \n      e: \"\\u00e9 é\"  \n")
	same(t, "report", found.String(), "")
	for pointer, want := range map[string]Position{
		"/a":     {"f.yaml", 8, 10, 3},
		"/é":     {"f.yaml", 9, 10, 3},
		"/c":     {"f.yaml", 10, 7, 1},
		"/c/x":   {"f.yaml", 10, 17, 3},
		"/c/foo": {"f.yaml", 10, 28, 3},
		"/d":     {"f.yaml", 11, 10, 3},
		"/e":     {"f.yaml", 13, 10, 1},
	} {
		same(t, pointer, s.At(pointer), want)
	}
	long := strings.Repeat("é, ", 1000)
	s, _ = schemaOf("      a: [" + long + "x]\n")
	same(t, "far out on a line", s.At("/a/1000"), Position{"f.yaml", 8, 11 + 3*1000, 1})
}
