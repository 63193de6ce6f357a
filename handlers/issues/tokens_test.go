package issues

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAppendTokens(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            "",
		" \t\r\n.,-_":                 "",
		"Crash in foo_bar(42)!":       "crash in foo bar 42",
		"don't":                       "don t",
		"NUL\x00between":              "nul between",
		"Ошибка É e\u0301":            "ошибка é e\u0301",
		"\u0301x":                     "x",
		"崩溃了":                         "崩溃 溃了 了",
		"崩":                           "崩",
		"VSCode崩溃, 天天":                "vscode 崩溃 溃 天天 天",
		"落ちる。サーバー":                    "落ち ちる る サー ーバ バー ー",
		"か\u3099き":                    "か\u3099 \u3099き き",
		"멈춥니다 편":                      "멈춥 춥니 니다 다 편",
		"第3章":                         "第 3 章",
		"💥 x":                         "x",
		"x\u2028y":                    "x y",
		"ＡＢ１":                         "ａｂ１",
		"a\xffb":                      "a b",
		strings.Repeat("x", 100) + "": strings.Repeat("x", 100),
	} {
		if got := string(AppendTokens(nil, text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestPhrases(t *testing.T) {
	t.Parallel()
	got := Phrases(`"Crash" AND (VSCode崩溃了) 崩 crash*`)
	want := []Phrase{
		{Tokens: "crash", Run: "crash"},
		{Tokens: "and", Run: "and"},
		{Tokens: "vscode", Run: "vscode"},
		{Tokens: "崩溃 溃了", Run: "崩溃了"},
		{Tokens: "崩", Prefix: true, Run: "崩"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := Phrases(`"' *-`); got != nil {
		t.Errorf("got %+v, want none", got)
	}
}

// Whatever is searched for, its tokens are no syntax, and a text has what it is
// itself.
func FuzzTokens(f *testing.F) {
	for _, text := range []string{"Crash\x00 崩溃了 \"x\"*", "e\u0301 か\u3099き 💥", "\xff", "İ \u212a"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens := string(AppendTokens(nil, text))
		for _, r := range tokens {
			if word, _ := kind(r); !word && r != ' ' && r < utf8.RuneSelf {
				t.Fatalf("%q in the tokens %q of %q", r, tokens, text)
			}
		}
		for _, p := range Phrases(text) {
			if !strings.Contains(" "+tokens+" ", " "+p.Tokens+" ") && !(p.Prefix && strings.Contains(" "+tokens, " "+p.Tokens)) {
				t.Fatalf("%q has the tokens %q, without its phrase %q", text, tokens, p.Tokens)
			}
		}
		if len(Phrases(text)) > 0 && find(text, Phrases(text)) < 0 {
			t.Fatalf("%q is not found in itself", text)
		}
	})
}

func TestSnippet(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("before ", 50)
	for _, test := range []struct{ name, body, query, want string }{
		{"short", "The editor\r\n\tcrashes.", "crashes", "The editor crashes."},
		{"empty", "", "crash", ""},
		{"only the title matches", "one two", "crash", "one two"},
		{"long", long + "CRASH " + strings.Repeat("after ", 50), "nosuch crash",
			"…fore before before before before before CRASH" + strings.Repeat(" after", 19) + "…"},
		{"begins long", "crash " + strings.Repeat("after ", 50), "crash", "crash" + strings.Repeat(" after", 19) + "…"},
		{"CJK", strings.Repeat("前", 100) + "崩溃" + strings.Repeat("后", 200), "崩溃",
			"…" + strings.Repeat("前", 40) + "崩溃" + strings.Repeat("后", 118) + "…"},
		{"the first of several", "two one two", "one two", "two one two"},
		{"whole words", strings.Repeat("crashes ", 20) + "crash", "crash", "…" + strings.Repeat("crashes ", 5) + "crash"},
	} {
		if got := snippet(test.body, Phrases(test.query)); got != test.want {
			t.Errorf("%s: got %q\nwant %q", test.name, got, test.want)
		}
	}
}
