package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
)

func searchMatches(t *testing.T, db Database) {
	long := issue("4", "NUL")
	long.Body = db.held("before \x00 after ") + strings.Repeat("filler ", 30_000) + "needle"
	upsert(t, db.Store,
		issue("1", "Crash when the Editor opens"),
		issue("2", "crash_report: foo.bar(42) café CAFE\u0301"),
		issue("3", "Ошибка при Запуске; Không mở được"),
		long)
	indexAll(t, db.Store)
	for query, want := range map[string][]string{
		"editor":            {"1"},
		"EDITOR crash":      {"1"},
		"crash crash":       {"1", "2"},
		"crash nosuchword":  {},
		"edit":              {}, // words are whole
		"report":            {"2"},
		"foo.bar":           {"2"},
		"42":                {"2"},
		"CAFÉ":              {"2"},
		"ошибка запуске":    {"3"},
		"không":             {"3"},
		"after":             {"4"},
		"needle":            {"4"},
		"nul needle before": {"4"}, // partly in the title, partly in the body
		"hadoop":            {},    // the source is no text
	} {
		same(t, "search "+query, search(t, db.Store, query), want)
	}
	found, err := db.Store.Search(t.Context(), issues.Query{Text: "needle", Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	long.ID = 4
	same(t, "whole issue", found, []issues.Issue{long})
}

func searchCJK(t *testing.T, db Database) {
	body := issue("4", "no title")
	body.Body = "エディタが落ちる。\r\n再起動しても崩溃"
	upsert(t, db.Store,
		issue("1", "JavaScript语言服务器天天崩溃"),
		issue("2", "崩溃了"),
		issue("3", "VSCodeが落ち、サーバー消えた"),
		body,
		issue("5", "崩 溃"),
		issue("6", "편집기가 자꾸 멈춥니다"))
	indexAll(t, db.Store)
	for query, want := range map[string][]string{
		"崩溃":           {"2", "1", "4"},
		"落ち":           {"3", "4"},
		"天天崩溃":         {"1"},
		"javascript崩溃": {"1"},
		"崩溃了":          {"2"},
		"崩":            {"5", "2", "1", "4"},
		"溃":            {"5", "2", "1", "4"},
		"サーバー":         {"3"},
		"vscode 消え":    {"3"},
		"再起動":          {"4"},
		"再动":           {},
		"편집기":          {"6"},
		"멈춥":           {"6"},
	} {
		same(t, "search "+query, search(t, db.Store, query), want)
	}
}

// searchTitle finds a title that is the query, whatever it is made of, before
// those that only have its words.
func searchTitle(t *testing.T, db Database) {
	upsert(t, db.Store, issue("1", "C++"), issue("2", "C"), issue("3", "Fix!"), issue("4", "Fix"), issue("5", "😀"), issue("6", "???"))
	indexAll(t, db.Store)
	for query, want := range map[string][]string{
		"C": {"2", "1"}, "C++": {"1", "2"}, "Fix": {"4", "3"}, "fix": {"3", "4"}, "😀": {"5"}, "???": {"6"}, "!": {},
	} {
		same(t, "search "+query, search(t, db.Store, query), want)
	}
	found, err := db.Store.Search(t.Context(), issues.Query{Text: "C", Limit: 1})
	if err != nil || len(found) != 1 || found[0].Key != "2" {
		t.Errorf("the one best hit for C is %+v, %v", found, err)
	}
}

func searchOrder(t *testing.T, db Database) {
	said := func(key, title, body string) issues.Issue {
		i := issue(key, title)
		i.Body = body
		return i
	}
	filler := strings.Repeat("filler ", 200)
	upsert(t, db.Store,
		said("once in a long body", "other", filler+"login crash"),
		said("often in a body", "other", strings.Repeat("login crash ", 40)),
		said("title and body", "login", "crash "+filler),
		said("long title", "crash at login "+filler, "other"),
		said("short title", "crash at login", "other"),
		said("exact but for order", "crash login", "other"),
		said("exact", "Login: CRASH!", filler+filler),
		said("one of two", "login", "login "+filler))
	for n := range 30 {
		upsert(t, db.Store, said(fmt.Sprint("none ", n), "other", "words"))
	}
	indexAll(t, db.Store)
	got := search(t, db.Store, "login crash")
	same(t, "exact first", got[0], "exact")
	same(t, "then those in a title", sorted(got[1:4]), []string{"exact but for order", "long title", "short title"})
	same(t, "then the others", sorted(got[4:]), []string{"often in a body", "once in a long body", "title and body"})
	before(t, got, "short title", "long title")
	before(t, got, "often in a body", "once in a long body")
}

func searchBounds(t *testing.T, db Database) {
	for _, source := range []string{"a", "b"} {
		for n := range 20 {
			i := issue(fmt.Sprint(source, n), "word")
			i.Source = source
			upsert(t, db.Store, i)
		}
	}
	indexAll(t, db.Store)
	for _, test := range []struct {
		source string
		limit  int
		want   int
	}{{"", 100, 40}, {"", 7, 7}, {"", 1, 1}, {"b", 100, 20}, {"b", 3, 3}, {"c", 100, 0}} {
		got := searchBy(t, db.Store, issues.Query{Text: "word", Source: test.source, Limit: test.limit})
		same(t, fmt.Sprintf("%+v", test), len(got), test.want)
		for _, key := range got {
			if !strings.HasPrefix(key, test.source) {
				t.Errorf("%+v: found %s", test, key)
			}
		}
	}
}

func searchSyntax(t *testing.T, db Database) {
	upsert(t, db.Store, issue("1", "and or not near title body crash"))
	indexAll(t, db.Store)
	for _, query := range []string{
		"", " ", `"`, `""`, `'`, "*", "^", "-", "+", ":", "(", ")", "()", "{", "}", "!", "...", "\x00", "\u2028", "💥", "�", ";",
	} {
		same(t, fmt.Sprintf("search %q", query), search(t, db.Store, query), []string{})
	}
	for _, query := range []string{
		`"crash`, `crash"`, `"cra" "sh"x OR crash`, "crash*", "^crash", "-crash", "+crash", "title:crash", "{title body}: crash",
		"crash AND", "AND", "OR", "NOT crash", "NEAR(crash title, 2)", "NEAR", "(crash", "crash)", "crash\x00", "crash; DROP TABLE issues",
		"crash--", "crash/*", `crash\`, "'crash'", "`crash`", strings.Repeat("crash ", 5000),
	} {
		if _, err := db.Store.Search(t.Context(), issues.Query{Text: query, Limit: 10}); err != nil {
			t.Errorf("search %.40q: %v", query, err)
		}
	}
	same(t, "quoted", search(t, db.Store, `"crash"`), []string{"1"})
	same(t, "operators are words", search(t, db.Store, "NOT NEAR"), []string{"1"})
	var many strings.Builder
	for n := range 5000 {
		fmt.Fprintf(&many, "w%d ", n)
	}
	same(t, "many words", search(t, db.Store, many.String()), []string{})
}

func sorted(keys []string) []string {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	return keys
}

func before(t *testing.T, keys []string, first, then string) {
	t.Helper()
	if slices.Index(keys, first) > slices.Index(keys, then) {
		t.Errorf("%q is not before %q: %q", first, then, keys)
	}
}

// searchLong finds words and runs of any length anywhere in a text of any length,
// among other words or many times the same.
func searchLong(t *testing.T, db Database) {
	long := strings.Repeat("ab", 5000)
	var words strings.Builder
	for n := range 40_000 {
		fmt.Fprintf(&words, "w%d ", n)
	}
	far := issue("1", "far")
	far.Body = words.String() + "needle 天天崩溃 " + long + " sewing"
	often := issue("2", "often")
	often.Body = strings.Repeat("天天 崩溃 天天向上 needle ", 20_000) + "天天崩溃了"
	parted := issue("3", "天天 崩溃")
	parted.Body = "天崩 " + long + "a"
	upsert(t, db.Store, far, often, parted, issue("4", long), issue("5", "天天崩溃"))
	indexAll(t, db.Store)
	for query, want := range map[string][]string{
		"needle":                {"1", "2"},
		"needle sewing":         {"1"},
		"w39999 w0":             {"1"},
		"天天崩溃":                  {"1", "2", "5"},
		"天天崩溃了":                 {"2"},
		"天天崩溃 sewing":           {"1"},
		"天崩":                    {"1", "2", "3", "5"},
		long:                    {"1", "4"},
		long + "a":              {"3"},
		long + "b":              {},
		strings.Repeat("ab", 9): {},
	} {
		same(t, fmt.Sprintf("search %.30s", query), sorted(search(t, db.Store, query)), want)
		same(t, fmt.Sprintf("each %.30s", query), sorted(keys(each(t, db.Store, issues.Filter{Query: query}))), want)
	}
	same(t, "a long title is found first", search(t, db.Store, long)[0], "4")
}
