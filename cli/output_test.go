package cli

import (
	"strings"
	"testing"

	"github.com/beignet-go/beignet/internal/term"
)

func TestWriteOutput(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, output, want string }{
		{"none", ``, ""},
		{"null", `null`, "  output  none\n"},
		{"a scalar", `12345`, "  output  12,345\n"},
		{"scalars in their order", `{"zeta":1234567,"a":-1000,"share":0.5,"ok":true,"none":null,"text":"x\u001b[0m\ny"}`,
			"  zeta   1,234,567\n  a      -1,000\n  share  0.5\n  ok     true\n  none   none\n  text   x\\x1b[0m\\ny\n"},
		{"nested objects", `{"before":{"rows":1,"size":{"mib":2}},"empty":{}}`, "  before.rows      1\n  before.size.mib  2\n  empty            none\n"},
		{"lists of scalars", `{"names":["a","b"],"none":[],"mixed":[1,{"a":2}]}`, "  names  a, b\n  none   none\n  mixed  1, a 2\n"},
		{"a table", `{"steps":[{"name":"one","ms":1200},{"name":"second","ms":3,"note":"late"}],"total":2}`,
			"  steps\n    name    ms     note\n    one     1,200\n    second  3      late\n  total  2\n"},
		{"entries", `{"hits":[{"source":"hadoop","key":"H-1","title":"A title that is longer than a cell","snippet":"… a crash"},` +
			`{"source":"vscode","key":"崩溃","title":"T","snippet":"` + strings.Repeat("long ", 40) + `"}]}`,
			"  hits\n    source  key   title\n    hadoop  H-1   A title that is longer than a cell\n      … a crash\n    vscode  崩溃  T\n      " + strings.Repeat("long ", 14) + "lon…\n"},
		{"odd texts", `{"merges":[{"source":"s","to":"caf\u00e9","from":["cafe\u0301","caf\u00e9 ","","a,b","\u00a0x","a  b"]},{"source":"","to":"बग","from":["ok"]}]}`,
			"  merges\n    source  to    from\n    s       café  \"cafe\\u0301\", \"café \", \"\", \"a,b\", \"\\u00a0x\", \"a  b\"\n    \"\"      बग    ok\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			(&call{}).writeOutput(&b, []byte(test.output))
			if b.String() != test.want {
				t.Errorf("got\n%swant\n%s", b.String(), test.want)
			}
		})
	}
}

// A terminal of a few columns breaks nothing (bad-input 82).
func TestNarrow(t *testing.T) {
	t.Parallel()
	for width := range 30 {
		var b strings.Builder
		writeWrapped(&b, []row{{"--a-long-flag PLACEHOLDER", "some words to wrap"}, {"崩", ""}}, width)
		if !strings.Contains(b.String(), "wrap") || !strings.Contains(b.String(), "崩") {
			t.Errorf("%d: %q", width, b.String())
		}
		term.Fit("a bar of 崩溃", width)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]string{"0": "0", "999": "999", "1000": "1,000", "-1234567": "-1,234,567", "9007199254740993": "9,007,199,254,740,993"} {
		if got := grouped(digits); got != want {
			t.Errorf("grouped(%s) = %s", digits, got)
		}
	}
}
