package manifest

import (
	"errors"
	"strings"
	"testing"
)

func TestDiagnosticString(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		d    Diagnostic
		want string
	}{
		{"as in design", Diagnostic{Position{"features/issues/tasks.yaml", 14, 14, 12}, "unknown-handler", "no handler issues.serch", "did you mean issues.search?", "    handler: issues.serch"}, `
features/issues/tasks.yaml:14:14: no handler issues.serch; did you mean issues.search?
  14 |     handler: issues.serch
     |              ^~~~~~~~~~~~
`},
		{"no line", Diagnostic{Position: Position{File: "a"}, Message: "m"}, "\na: m\n"},
		{"no source", Diagnostic{Position: Position{"a", 1, 1, 0}, Message: "m"}, "\na:1:1: m\n"},
		{"no width", Diagnostic{Position: Position{"a", 1, 2, 0}, Message: "m", Source: "abc"}, "\na:1:2: m\n  1 | abc\n    |  ^\n"},
		{"at the end", Diagnostic{Position: Position{"a", 1, 4, 1}, Message: "m", Source: "abc"}, "\na:1:4: m\n  1 | abc\n    |    ^\n"},
		{"tabs", Diagnostic{Position: Position{"a", 1, 4, 2}, Message: "m", Source: "a\t\tbc"}, "\na:1:4: m\n  1 | a  bc\n    |    ^~\n"},
		{"control, bidi, broken UTF-8", Diagnostic{Position: Position{"\x1b", 1, 5, 3}, Message: "m", Source: "\x1b\u202e\xffab\u009bd"}, "\n" +
			`\x1b:1:5: m` + "\n" + `  1 | \x1b\u202e\xffab\u009bd` + "\n    |                ^~~~~~~~\n"},
		{"wide and combining", Diagnostic{Position: Position{"a", 1, 5, 2}, Message: "m", Source: "世e\u0301😀界x"}, "\na:1:5: m\n  1 | 世e\u0301😀界x\n    |      ^~~\n"},
		{"a long line", Diagnostic{Position: Position{"a", 1, 501, 3}, Message: "m", Source: strings.Repeat("x", 500) + "abc" + strings.Repeat("y", 500)}, "\na:1:501: m\n" +
			"  1 | …" + strings.Repeat("x", 60) + "abc" + strings.Repeat("y", 37) + "…\n    | " + strings.Repeat(" ", 61) + "^~~\n"},
	} {
		same(t, test.name, test.d.String(), test.want[1:])
	}
}

// bad-input 80, for what a manifest can bring to a terminal.
func TestMessagesArePrintable(t *testing.T) {
	t.Parallel()
	_, found := oneFeature(sound(`timeout: "\e[31m\u202e"`, "onError: '"+strings.Repeat("é", 1000)+"'"))
	if len(found) != 2 {
		t.Fatal(found)
	}
	same(t, "message", found[0].Message, `timeout must be a duration such as 30m, not \x1b[31m\u202e`)
	same(t, "cut", found[1].Message, "onError must be stop or skip, not "+strings.Repeat("é", maxMessage-35)+"…")
}

func TestDiagnostics(t *testing.T) {
	t.Parallel()
	at := func(file string, line, column int) Diagnostic {
		return Diagnostic{Position: Position{File: file, Line: line, Column: column}, Message: "m"}
	}
	found := Diagnostics{at("b", 1, 1), at("a", 2, 1), at("a", 1, 2), at("a", 1, 2), at("a", 1, 1), at("a", 0, 0)}
	want := Diagnostics{at("a", 0, 0), at("a", 1, 1), at("a", 1, 2), at("a", 2, 1), at("b", 1, 1)}
	same(t, "sorted, each once", found.Sorted(), want)
	same(t, "the first is not touched", found[0], at("b", 1, 1))
	same(t, "error", want.Error(), "a: m (and 4 more)")
	same(t, "error of one", want[1:2].Error(), "a:1:1: m")
	same(t, "all", want[:2].String(), "a: m\na:1:1: m\n")

	same(t, "none", Diagnostics(nil).Err(), nil)
	var back Diagnostics
	if err := want.Err(); !errors.As(err, &back) || len(back) != len(want) {
		t.Errorf("Err: %v", err)
	}
}
