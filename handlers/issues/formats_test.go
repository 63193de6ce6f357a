package issues_test

import (
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/memstore"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// restIssue is an issue as GitHub's REST API returns it.
const restIssue = `{
  "url": "https://api.github.com/repos/octo/cat/issues/7", "repository_url": "https://api.github.com/repos/octo/cat",
  "html_url": "https://github.com/octo/cat/pull/7", "id": 9007199254740993, "number": 7, "title": "Crash 💥",
  "user": {"login": "ann", "id": 1, "site_admin": false}, "labels": [{"id": 2, "name": "bug", "color": "f00"}, null, "ui"],
  "state": "open", "assignee": null, "milestone": {"title": "v1", "number": 1e2, "due_on": null},
  "created_at": "2024-06-26T07:35:16Z", "updated_at": "2024-06-27T07:35:16Z", "closed_at": null,
  "body": "a\r\nb\u0000\u00e9", "pull_request": {"url": "u", "merged_at": null}, "draft": false, "score": 1.0
}`

func restWant(source string) issues.Issue {
	return issues.Issue{
		ID: 1, Source: source, Key: "7", Title: "Crash 💥", Body: "a\r\nb\x00é", State: "open", Labels: []string{"bug", "ui"}, Author: "ann",
		URL:       "https://github.com/octo/cat/pull/7",
		CreatedAt: time.Date(2024, 6, 26, 7, 35, 16, 0, time.UTC), UpdatedAt: time.Date(2024, 6, 27, 7, 35, 16, 0, time.UTC),
		Extra: []byte(`{"draft":false,"id":9007199254740993,"milestone":{"due_on":null,"number":1e2,"title":"v1"},` +
			`"pull_request":{"merged_at":null,"url":"u"},"score":1.0,"url":"https://api.github.com/repos/octo/cat/issues/7"}`),
	}
}

// nested is an array so many deep.
func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func TestImportFormats(t *testing.T) {
	t.Parallel()
	line := strings.ReplaceAll(restIssue, "\n", "")
	given := restWant("mine")
	given.Extra = []byte(strings.Replace(string(given.Extra), `"score"`, `"repository_url":"https://api.github.com/repos/octo/cat","score"`, 1))
	for _, test := range []struct {
		name, file, input string
		want              []issues.Issue
	}{
		{"GitHub's REST array", "\ufeff [" + restIssue + "]\n", ``, []issues.Issue{restWant("octo/cat")}},
		{"GitHub's REST lines", line + "\r\n\n", ``, []issues.Issue{restWant("octo/cat")}},
		{"a source that is given", line, `, "source": "mine"`, []issues.Issue{given}},
		{"a format that is given", " " + line, `, "format": "jsonl"`, []issues.Issue{restWant("octo/cat")}},
		{"an empty array", "[]", ``, nil},
		{"its own", `{"source":"s","key":"k","title":"","labels":[" a ","","a,b"],"createdAt":"2024-06-26T07:35:16.000000001Z","extra":{"b":null,"a":{"y":1,"x":2}}}`, ``, []issues.Issue{{
			ID: 1, Source: "s", Key: "k", Labels: []string{" a ", "", "a,b"}, CreatedAt: time.Date(2024, 6, 26, 7, 35, 16, 1, time.UTC),
			Extra: []byte(`{"a":{"x":2,"y":1},"b":null}`),
		}}},
		{"its own, with more", `{"source":"s","key":"k","title":"t","more":[ 1 , "\u00e9" ],"none":null,"extra":{"a":0}}`, ``, []issues.Issue{{
			ID: 1, Source: "s", Key: "k", Title: "t", Extra: []byte(`{"a":0,"more":[1,"é"]}`),
		}}},
		{"extra of CSV that is null", "source,key,title,extra,more\ns,k,t,null,x\n", ``, []issues.Issue{{
			ID: 1, Source: "s", Key: "k", Title: "t", Extra: []byte(`{"more":"x"}`),
		}}},
		{"its own CSV", "source,key,title,labels,extra,more\n" + `s,k,t,"["" a "",""a,b""]"," { ""b"":1.0, ""a"":2}",x` + "\n" + `s,l,t,"a,b",,` + "\n", ``, []issues.Issue{
			{ID: 1, Source: "s", Key: "k", Title: "t", Labels: []string{" a ", "a,b"}, Extra: []byte(`{"a":2,"b":1.0,"more":"x"}`)},
			{ID: 2, Source: "s", Key: "l", Title: "t", Labels: []string{"a", "b"}},
		}},
		{"a mapping", `[{"id":7,"subject":null,"status":{"name":"Open"},"tags":"a;b","by":{"login":"l","name":"n"},"vip":true}]`,
			`, "source": "s", "labelSeparator": ";", "mapping": {"key": "id", "title": "subject", "state": "status", "labels": "tags", "author": "by", "url": "vip", "body": "text"}`,
			[]issues.Issue{{ID: 1, Source: "s", Key: "7", State: "Open", Labels: []string{"a", "b"}, Author: "l", URL: "true"}}},
		{"Jira's repeated columns", "Summary,Issue key,Project key,Labels,Labels,Sprint,Sprint,Comment\nt,P-1,P,\" a,b\",c,,S2,one\nt,P-2,P,,,,,\n", ``, []issues.Issue{
			{ID: 1, Source: "P", Key: "P-1", Title: "t", Labels: []string{"a,b", "c"}, Extra: []byte(`{"Comment":"one","Sprint":["S2"]}`)},
			{ID: 2, Source: "P", Key: "P-2", Title: "t"},
		}}, // bad-input 58
		{"semicolons", "number;title\n1;a,b\n", `, "source": "s", "separator": ";"`, []issues.Issue{{ID: 1, Source: "s", Key: "1", Title: "a,b"}}},
		{"tabs", "number\ttitle\n1\ta,b\n", `, "source": "s", "separator": "\t"`, []issues.Issue{{ID: 1, Source: "s", Key: "1", Title: "a,b"}}},
		{"Latin-1", "number,title\n1,caf\xe9\x80\n", `, "source": "s", "encoding": "latin-1"`, []issues.Issue{{ID: 1, Source: "s", Key: "1", Title: "café\u0080"}}}, // bad-input 61
		{"Windows-1252", "number,title\n1,caf\xe9\x80\n", `, "source": "s", "encoding": "windows-1252"`, []issues.Issue{{ID: 1, Source: "s", Key: "1", Title: "café€"}}},
		{"CSV that looks like JSON", "[id],title\n1,a\n", `, "source": "s", "format": "csv", "mapping": {"key": "[id]", "title": "title"}`, []issues.Issue{{ID: 1, Source: "s", Key: "1", Title: "a"}}},
	} {
		db := memstore.New()
		k := newKit(t, db)
		k.File("x", test.file)
		runnertest.Run[issues.ImportOutput](k, "issues.import", `{"file": "x", "dryRun": false`+test.input+`}`)
		t.Run(test.name, func(t *testing.T) { wantIssues(t, db, test.want) })
	}
}

func TestImportFormatsRefuse(t *testing.T) {
	t.Parallel()
	const good = `{"source":"s","key":"1","title":"a"}`
	for _, test := range []struct {
		name, file, input string
		code              runner.Code
		want, hint        string
		kept              int // rows before it
	}{
		{"semicolons", "number;title\n1;a\n", ``, runner.CodeData, `x: "," does not part the header into columns, but ";" does`, `set separator to ";"`, 0}, // bad-input 65: no guess loses rows
		{"semicolons and quotes", "\"number\";\"title\"\n1;a\n", ``, runner.CodeData, `x: "," does not part the header into columns, but ";" does`, `set separator to ";"`, 0},
		{"tabs", "number\ttitle\n1\ta\n", ``, runner.CodeData, `x: "," does not part the header into columns, but a tab does`, `set separator to a tab`, 0},
		{"a wrong tab", "number,title\n1,a\n", `, "separator": "\t"`, runner.CodeData, `x: a tab does not part the header into columns, but "," does`, `set separator to ","`, 0},
		{"a wrong separator", "number,title\n1,a\n", `, "separator": ";"`, runner.CodeData, `x: ";" does not part the header into columns, but "," does`, `set separator to ","`, 0},
		{"a Latin-1 row", "number,title\n1,a\n2,caf\xe9\n", ``, runner.CodeData, `x: row 2 (line 3, column 6): byte 0xE9 is not UTF-8`, ``, 1},                        // bad-input 61
		{"what to give for it", "number,title\n1,caf\xe9\n", ``, runner.CodeData, ` Then set encoding to latin-1 or windows-1252`, ``, 0},                             // bad-input 61
		{"a Latin-1 header", "number,title,\xe9\n1,a,b\n", ``, runner.CodeData, `x: header (line 1, column 14)`, `if so, set encoding to latin-1 or windows-1252`, 0}, // bad-input 61
		{"a long field", "number,title\n1,\"" + strings.Repeat("x", 5<<20) + "\n", ``, runner.CodeData, `x: row 1 (line 2`, ``, 0},                                    // bad-input 57, 59
		{"a long line of JSON", good + "\n{\"x\":\"" + strings.Repeat("x", 5<<20) + "\"}\n", ``, runner.CodeData, `x: row 2 (line 2): longer`, ``, 1},                 // bad-input 59
		{"a cut off line", good + "\n" + good[:20], ``, runner.CodeData, `x: row 2 (line 2, column 21): the value is cut off here`, ``, 1},                            // bad-input 63
		{"a cut off array", "[" + good + ",\n" + good[:20], ``, runner.CodeData, `x: row 2 (line 2, column 21): the value is cut off here`, ``, 1},                    // bad-input 63
		{"no object", good + "\n[1]\n", ``, runner.CodeData, `x: row 2 (line 2): "[1]" is no object`, ``, 1},
		{"a duplicate member", `{"source":"s","key":"1","key":"2","title":"a"}`, ``, runner.CodeData, `x: row 1 (line 1, column 25): the name "key" stands twice`, ``, 0},
		{"a member twice, in extra", `{"source":"s","key":"1","title":"a","x":1,"extra":{"x":2}}`, ``, runner.CodeData, `x: row 1 (line 1): the name "x" stands twice in its object`, ``, 0},
		{"a member twice, in extra of CSV", "source,key,title,extra\n" + `s,1,a,"{""b"":{""x"":1,""x"":2}}"`, ``, runner.CodeData, `x: row 1 (line 2): column extra: the name "x" stands twice in its object`, ``, 0},
		{"extra is no object", `{"source":"s","key":"1","title":"a","extra":"x"}`, ``, runner.CodeData, `x: row 1 (line 1): "\"x\"" is no object`, ``, 0},
		{"extra of CSV is no object", "source,key,title,extra\ns,1,a,x\n", ``, runner.CodeData, `x: row 1 (line 2): column extra: invalid character 'x'`, ``, 0},
		{"unknown members", `{"id":1,"text":"a"}`, ``, runner.CodeData, `x: row 1 (line 1): no known member gives the key of an issue; the members are "id", "text": name the right ones with mapping.key and mapping.title`, ``, 0},
		{"no members", `{}`, ``, runner.CodeData, `x: row 1 (line 1): no known member gives the key of an issue; the object is empty$`, ``, 0},
		{"a mapping and no members", `{}`, `, "source": "s", "mapping": {"key": "id", "title": "t"}`, runner.CodeData, `x: row 1 (line 1): there is no member "id"; the object is empty$`, ``, 0},
		{"a mapping to no member", `{"number":1,"titel":"a"}`, `, "source": "s", "mapping": {"key": "number", "title": "title"}`, runner.CodeData, `x: row 1 (line 1): there is no member "title"; did you mean "titel"?`, ``, 0},
		{"no key", `{"source":"s","key":null,"title":"a"}`, ``, runner.CodeData, `x: row 1 (line 1): member key is empty: an issue needs a key`, ``, 0},
		{"no source", `{"number":1,"title":"a"}`, ``, runner.CodeData, `x: row 1 (line 1): no member gives the source: set source`, ``, 0},
		{"another address", `{"number":1,"title":"a","repository_url":"https://x/octo"}`, ``, runner.CodeData, `x: row 1 (line 1): member repository_url: "https://x/octo" is no address like`, ``, 0},
		{"no time", `{"source":"s","key":"1","title":"a","createdAt":17}`, ``, runner.CodeData, `x: row 1 (line 1): member createdAt: "17" is no time`, ``, 0},
		{"a list for a text", `{"source":"s","key":"1","title":["a"]}`, ``, runner.CodeData, `x: row 1 (line 1): member title: "[\"a\"]" is a list`, ``, 0},
		{"a nameless label", `{"source":"s","key":"1","title":"a","labels":[{"id":1}]}`, ``, runner.CodeData, `x: row 1 (line 1): member labels: "{\"id\":1}" has no login or name`, ``, 0},
		{"an encoding of JSON", good, `, "encoding": "latin-1"`, runner.CodeInput, `/encoding is for CSV`, ``, 0},
		{"a separator of JSON", good, `, "separator": ";"`, runner.CodeInput, `/separator is for CSV`, ``, 0},
		{"no character", good, `, "separator": "é"`, runner.CodeInput, `/separator`, ``, 0},
		{"no format", good, `, "format": "xml"`, runner.CodeInput, `/format`, ``, 0},
		{"no encoding", good, `, "encoding": "utf-16"`, runner.CodeInput, `/encoding`, ``, 0},
		{"not in the encoding", "number,title\n1,\x81\n", `, "encoding": "windows-1252"`, runner.CodeData, `x: row 1 (line 2, column 3): byte 0x81 is not in Windows 1252$`, `mend it`, 0},
		{"no array", good, `, "format": "json"`, runner.CodeData, `x: row 1 (line 1`, `the content looks like JSON Lines: set format to jsonl or leave it out`, 0},
		{"lines as CSV", good, `, "format": "csv"`, runner.CodeData, `x: header (line 1, column 2)`, `the content looks like JSON Lines: set format to jsonl or leave it out`, 0},
		{"an array as CSV", "[\n" + good + "]", `, "format": "csv"`, runner.CodeData, `x: no known column`, `the content looks like a JSON array: set format to json or leave it out`, 0},
		{"CSV as an array", "key,title\n1,a\n", `, "format": "json"`, runner.CodeData, `x: row 1 (line 1`, `the content looks like CSV: set format to csv or leave it out`, 0},
		{"CSV as lines", "key,title\n1,a\n", `, "format": "jsonl"`, runner.CodeData, `; the content looks like CSV: set format to csv or leave it out$`, ``, 0},
		{"an array as lines", "[" + good + "]", `, "format": "jsonl"`, runner.CodeData, `is no object, as an issue is; the content looks like a JSON array: set format to json or leave it out$`, ``, 0},
		{"a fault in the right format", "[" + good, `, "format": "json"`, runner.CodeData, `x: row 2 (line 1): no end of the array was found$`, `see that it is the right file and format, and mend it there`, 1},
		{"too deep to be exported", good + "\n" + `{"source":"s","key":"2","title":"a","deep":` + nested(99) + `}`, ``, runner.CodeData, `x: row 2 (line 2): member deep: arrays and objects lie more than 98 deep, and an export of it could not be read back$`, ``, 1},
		{"extra of CSV is too deep", "source,key,title,extra\n" + `s,1,a,"{""a"":` + nested(99) + `}"`, ``, runner.CodeData, `x: row 1 (line 2): column extra: its members lie more than 98 deep, and an export of it could not be read back$`, ``, 0},
	} {
		db := memstore.New()
		k := newKit(t, db)
		k.File("x", test.file)
		input := `{"file": "x", "dryRun": false` + test.input
		if strings.HasPrefix(test.file, "number") {
			input += `, "source": "s"`
		}
		got := k.Fails("issues.import", input+`}`)
		text := got.Message
		for _, v := range got.Violations {
			text += "\n" + v.Pointer + " " + v.Message
		}
		if got.Code != test.code || !strings.Contains(text+"$", test.want) || !strings.Contains(got.Hint, test.hint) {
			t.Errorf("%s: got %s: %s\n%s\nwant %s: %s\n%s", test.name, got.Code, text, got.Hint, test.code, test.want, test.hint)
		}
		if got := len(db.Read()); got != test.kept {
			t.Errorf("%s: kept %d issues, want %d", test.name, got, test.kept)
		}
	}
}

// What is skipped of a JSON file is in the journal with its row and its text.
func TestImportSkipsObjects(t *testing.T) {
	t.Parallel()
	db := memstore.New()
	k := newKit(t, db)
	k.File("x.csv", `{"number":1,"title":"a"}`+"\n7\n{\"number\":3,}\n"+`{"number":4,"title":"d"}`)
	run, err := k.Do(runner.Request{Task: "issues.import", Input: []byte(wet), Limits: runner.Limits{
		OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: 2},
	}})
	if want := `{"inserted":2,"updated":0,"unchanged":0,"rejected":2}`; err != nil || string(run.Output) != want {
		t.Errorf("got %s, %v; want %s", run.Output, err, want)
	}
	wantJournal(t, db, run.ID,
		`x.csv: row 2 (line 2): "7" is no object, as an issue is | 2: []`,
		`x.csv: row 3 (line 3, column 13): invalid character '}' at start of string (expecting '"') | 3: []`,
	)
}
