package issues_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/memstore"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

func exported() *memstore.DB {
	return memstore.New(
		issues.Issue{Source: "b", Key: "10", Title: "=1+1", Body: "a\r\n\"b\"\x00", State: "open", Labels: []string{"ui", "a,b"}},
		issues.Issue{Source: "b", Key: "9", Title: "Crash", Body: "@ann", State: "closed", Author: "ann", URL: "https://x/9",
			CreatedAt: time.Date(2024, 6, 26, 7, 35, 16, 5, time.UTC), ClosedAt: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
			Extra: []byte(`{"a":{"b":1.0},"é":null}`)},
		issues.Issue{Source: "a", Key: "崩", State: "open", Labels: []string{"", "ui"}},
	)
}

const (
	wantJSONL = `{"source":"a","key":"崩","title":"","state":"open","labels":["","ui"]}
{"source":"b","key":"10","title":"=1+1","body":"a\r\n\"b\"\u0000","state":"open","labels":["ui","a,b"]}
{"source":"b","key":"9","title":"Crash","body":"@ann","state":"closed","author":"ann","url":"https://x/9","createdAt":"2024-06-26T07:35:16.000000005Z","closedAt":"9999-12-31T23:59:59Z","extra":{"a":{"b":1.0},"é":null}}
`
	wantCSV = "source,key,title,body,state,labels,author,url,createdAt,updatedAt,closedAt,extra\n" +
		`a,崩,,,open,"["""",""ui""]",,,,,,` + "\n" +
		"b,10,=1+1,\"a\r\n\"\"b\"\"\x00\"," + `open,"[""ui"",""a,b""]",,,,,,` + "\n" +
		`b,9,Crash,@ann,closed,,ann,https://x/9,2024-06-26T07:35:16.000000005Z,,9999-12-31T23:59:59Z,"{""a"":{""b"":1.0},""é"":null}"` + "\n"
)

func TestExport(t *testing.T) {
	t.Parallel()
	guarded := strings.NewReplacer("=1+1", "'=1+1", "@ann", "'@ann").Replace(wantCSV) // bad-input 66
	for _, test := range []struct {
		file, more, want, output string
	}{
		{"x.jsonl", ``, wantJSONL, `{"exported":3,"format":"jsonl"}`},
		{"x.ndjson", ``, wantJSONL, `{"exported":3,"format":"jsonl"}`},
		{"-", ``, wantJSONL, `{"exported":3,"format":"jsonl"}`},
		{"x.csv", `, "formulaGuard": false`, wantCSV, `{"exported":3,"format":"csv"}`},
		{"x.CSV", ``, guarded, `{"exported":3,"format":"csv"}`},
		{"-", `, "format": "csv"`, guarded, `{"exported":3,"format":"csv"}`},
		{"x.csv", `, "format": "jsonl"`, wantJSONL, `{"exported":3,"format":"jsonl"}`},
		{"x.csv", `, "source": "none"`, strings.SplitAfter(wantCSV, "\n")[0], `{"exported":0,"format":"csv"}`},
		{"x", `, "source": "none"`, "", `{"exported":0,"format":"jsonl"}`},
		{"x", `, "source": "b", "label": "ui"`, strings.SplitAfter(wantJSONL, "\n")[1], `{"exported":1,"format":"jsonl"}`},
		{"x", `, "state": "closed"`, strings.SplitAfter(wantJSONL, "\n")[2], `{"exported":1,"format":"jsonl"}`},
	} {
		k := newKit(t, exported())
		run, err := k.Do(runner.Request{Task: "issues.export", Input: []byte(fmt.Sprintf(`{"file": %q%s}`, test.file, test.more))})
		if err != nil || string(run.Output) != test.output {
			t.Errorf("%s%s: got %s, %v; want %s", test.file, test.more, run.Output, err, test.output)
		}
		if got, ok := k.Written(test.file); !ok || got != test.want {
			t.Errorf("%s%s: wrote\n%s\nwant\n%s", test.file, test.more, got, test.want)
		}
	}
}

func TestExportByQuery(t *testing.T) {
	t.Parallel()
	k := newKit(t, exported())
	const input = `{"file": "x", "query": "crash", "overwrite": true}`
	got := runnertest.Run[issues.ExportOutput](k, "issues.export", input)
	if got.Exported != 0 || got.Unindexed == nil || *got.Unindexed != 3 || !strings.Contains(got.IndexWith, "issues.backfill-search") {
		t.Errorf("before the backfill: %+v", got)
	}
	runnertest.Run[issues.BackfillOutput](k, "issues.backfill-search", `{"dryRun": false}`)
	got = runnertest.Run[issues.ExportOutput](k, "issues.export", input)
	if got.Exported != 1 || got.Unindexed == nil || *got.Unindexed != 0 || got.IndexWith != "" {
		t.Errorf("after the backfill: %+v", got)
	}
	if text, _ := k.Written("x"); text != strings.SplitAfter(wantJSONL, "\n")[2] {
		t.Errorf("wrote %s", text)
	}
}

// bad-input 70: a file that is there is replaced only where that is asked for.
func TestExportKeepsAFile(t *testing.T) {
	t.Parallel()
	k := newKit(t, exported())
	k.File("x.jsonl", "mine")
	got := k.Fails("issues.export", `{"file": "x.jsonl"}`)
	if got.Code != runner.CodeData || got.Message != "x.jsonl exists already: nothing was written" || got.Hint != "give another name, or set overwrite to true" {
		t.Errorf("got %s: %s\n%s", got.Code, got.Message, got.Hint)
	}
	if text, _ := k.Written("x.jsonl"); text != "mine" {
		t.Errorf("the file is now %q", text)
	}
	runnertest.Run[issues.ExportOutput](k, "issues.export", `{"file": "x.jsonl", "overwrite": true}`)
	if text, _ := k.Written("x.jsonl"); text != wantJSONL {
		t.Errorf("the file is now %q", text)
	}
}

// brokenStore fails after an issue.
type brokenStore struct{ issues.Store }

var errBroken = errors.New("broken")

func (s brokenStore) Each(ctx context.Context, f issues.Filter, fn func(*issues.Issue) error) error {
	return s.Store.Each(ctx, f, func(i *issues.Issue) error {
		return cmp.Or(fn(i), errBroken)
	})
}

// bad-input 70: an export that fails on its way leaves no file.
func TestExportIsWholeOrNot(t *testing.T) {
	t.Parallel()
	db := exported()
	k := runnertest.New(t, tasks, issues.Register, func(ctx context.Context, s runner.Session) (runner.Opened[issues.Deps], error) {
		opened, err := db.Open(ctx, s)
		opened.App.Issues = brokenStore{opened.App.Issues}
		return opened, err
	})
	got := k.Fails("issues.export", `{"file": "x"}`)
	if !errors.Is(got, errBroken) {
		t.Errorf("got %v", got)
	}
	if text, ok := k.Written("x"); ok {
		t.Errorf("it left %q", text)
	}
	k.WantAudit("task.started", "task.failed")
}

// What is exported and imported elsewhere is exported as the same bytes.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	db := exported()
	for _, i := range []issues.Issue{restWant("octo/cat"), {Source: "s", Key: "'", Title: " ", Body: "\t", Labels: []string{"[", `["x"]`}, Extra: []byte("{\"\U0001F4A5\":1,\"\ue000\":2}")}, {Source: "s", Key: "deep", Extra: []byte(`{"a":` + nested(98) + `}`)}} {
		if _, err := db.Store().Upsert(t.Context(), []issues.Issue{i}); err != nil {
			t.Fatal(err)
		}
	}
	for _, format := range []string{"jsonl", "csv"} {
		export := fmt.Sprintf(`{"file": "x", "format": %q, "formulaGuard": false}`, format)
		k := newKit(t, db)
		runnertest.Run[issues.ExportOutput](k, "issues.export", export)
		text, _ := k.Written("x")

		fresh := memstore.New()
		k = newKit(t, fresh)
		k.File("y", text)
		got := runnertest.Run[issues.ImportOutput](k, "issues.import", `{"file": "y", "dryRun": false}`)
		if want := (issues.ImportOutput{Inserted: 6}); got != want {
			t.Errorf("%s: got %+v, want %+v", format, got, want)
		}
		runnertest.Run[issues.ExportOutput](k, "issues.export", export)
		if again, _ := k.Written("x"); again != text {
			t.Errorf("%s: exported\n%s\nthen\n%s", format, text, again)
		}
	}
}

// bad-input 68: an export of no issues is imported as no rows, where format or
// name say that it is JSON Lines; another empty file is none.
func TestImportOfNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file, text, format string
		read               bool
	}{
		{"x.jsonl", "", "", true},
		{"x.NDJSON", "", "", true},
		{"x.jsonl", "\ufeff \n\n", "", true},
		{"x", "", `, "format": "jsonl"`, true},
		{"x.csv", "", `, "format": "jsonl"`, true},
		{"x.jsonl", "", `, "format": "csv"`, false},
		{"x.jsonl", "", `, "format": "json"`, false},
		{"x.csv", "", "", false},
		{"x", "", "", false},
		{"-", "", "", false},
	} {
		k := newKit(t, memstore.New())
		k.File(test.file, test.text)
		input := fmt.Sprintf(`{"file": %q, "dryRun": false%s}`, test.file, test.format)
		if test.read {
			if got := runnertest.Run[issues.ImportOutput](k, "issues.import", input); got != (issues.ImportOutput{}) {
				t.Errorf("%s: got %+v, want nothing", input, got)
			}
		} else if got := k.Fails("issues.import", input); got.Code != runner.CodeData || !strings.Contains(got.Message, "an empty file") {
			t.Errorf("%s: got %s: %s, want an empty file", input, got.Code, got.Message)
		}
	}
}

// bad-input 66: whoever imports a guarded export is told, once a page.
func TestImportTellsOfTheGuard(t *testing.T) {
	t.Parallel()
	const header = "source,key,title,body,state,labels,author,url,createdAt,updatedAt,closedAt,extra\n"
	for _, test := range []struct {
		name, file string
		rows       []string // that are told of, in pages of two
	}{
		{"its own", header + "s,1,a,'b,,,,,,,,\ns,2,'=a,,,,,,,,,\ns,3,a,\"'\r\",,,,,,,,\ns,4,'@,,,,,,,,,\ns,5,a,',,,,,,,,\n", []string{"row=2", "row=3"}},
		{"every sign", header + "s,1,'+,,,,,,,,,\ns,2,,,,,,,,,,\ns,3,'-,,,,,,,,,\ns,4,,,,,,,,,,\ns,5,'\t,,,,,,,,,\n", []string{"row=1", "row=3", "row=5"}},
		{"another", "Project key,Issue key,Summary\ns,1,'=a\n", nil},
	} {
		k := newKit(t, memstore.New())
		k.File("x.csv", test.file)
		req := runner.Request{Task: "issues.import", Input: []byte(`{"file": "x.csv", "dryRun": false}`), Limits: runner.Limits{BatchSize: 2}}
		if _, err := k.Do(req); err != nil {
			t.Fatal(err)
		}
		var told []string
		for line := range strings.Lines(k.Log()) {
			if _, after, ok := strings.Cut(line, `level=WARN msg="cells begin with ' before a formula: was the file exported with formulaGuard?"`); ok {
				fields := strings.Fields(after)
				told = append(told, fields[len(fields)-1])
			}
		}
		if !slices.Equal(told, test.rows) {
			t.Errorf("%s: told of %q, want %q\n%s", test.name, told, test.rows, k.Log())
		}
	}
}
