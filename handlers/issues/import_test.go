package issues_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/memstore"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

const tasks = "../../features/issues/tasks.yaml"

func newKit(t *testing.T, db *memstore.DB) *runnertest.Kit {
	t.Helper()
	return runnertest.New(t, tasks, issues.Register, db.Open)
}

const wet = `{"file": "x.csv", "source": "s", "dryRun": false}`

func TestImport(t *testing.T) {
	t.Parallel()
	db := memstore.New()
	k := newKit(t, db)
	k.File("x.csv", "number,title,body,labels,state,created_at,milestone\n"+
		"7,First,\"a\r\nb\",\"ui,bug\",open,2024-06-26T07:35:16Z,v1\n"+
		"8,Second,,,closed,,\n")
	got := runnertest.Run[issues.ImportOutput](k, "issues.import", wet)
	if want := (issues.ImportOutput{Inserted: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	k.WantAudit("task.started", "task.succeeded")
	want := []issues.Issue{
		{
			ID: 1, Source: "s", Key: "7", Title: "First", Body: "a\r\nb", Labels: []string{"ui", "bug"}, State: "open",
			CreatedAt: time.Date(2024, 6, 26, 7, 35, 16, 0, time.UTC), Extra: []byte(`{"milestone":"v1"}`),
		},
		{ID: 2, Source: "s", Key: "8", Title: "Second", State: "closed"},
	}
	wantIssues(t, db, want)

	again := runnertest.Run[issues.ImportOutput](k, "issues.import", wet)
	if want := (issues.ImportOutput{Unchanged: 2}); again != want {
		t.Errorf("again: got %+v, want %+v", again, want)
	}
	k.File("x.csv", "number,title\n7,First\n9,Third\n")
	changed := runnertest.Run[issues.ImportOutput](k, "issues.import", wet)
	if want := (issues.ImportOutput{Inserted: 1, Updated: 1}); changed != want {
		t.Errorf("changed: got %+v, want %+v", changed, want)
	}
	if got := k.Last().Progress.Changed; got != 2 {
		t.Errorf("%d changes on record, want 2", got)
	}
}

func wantIssues(t *testing.T, db *memstore.DB, want []issues.Issue) {
	t.Helper()
	got := db.Read()
	if len(got) != len(want) {
		t.Fatalf("got %d issues, want %d", len(got), len(want))
	}
	for n := range got {
		if got[n].ID != want[n].ID || !got[n].Same(&want[n]) {
			t.Errorf("got  %+v\nwant %+v", got[n], want[n])
		}
	}
}

func TestImportDryRun(t *testing.T) {
	t.Parallel()
	db := memstore.New(issues.Issue{Source: "s", Key: "7", Title: "Old", Labels: []string{"ui"}})
	k := newKit(t, db)
	k.File("x.csv", "number,title\n7,New\n8,Second\n")
	got := runnertest.Run[issues.ImportOutput](k, "issues.import", `{"file": "x.csv", "source": "s"}`)
	if want := (issues.ImportOutput{Inserted: 1, Updated: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	wantIssues(t, db, []issues.Issue{{ID: 1, Source: "s", Key: "7", Title: "Old", Labels: []string{"ui"}}})
	samples := k.Last().Preview.Samples
	if len(samples) != 2 || samples[0].Key != "s/7" || !strings.Contains(string(samples[0].Before), `"title":"Old"`) ||
		!strings.Contains(string(samples[0].After), `"title":"New"`) || string(samples[1].Before) != "null" {
		t.Errorf("samples are %s", fmt.Sprint(samples))
	}
}

// bad-input 67: the same record twice, and twice with differences, at any batch
// size.
func TestImportTwiceInOneFile(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 3, 1000} {
		db := memstore.New()
		k := newKit(t, db)
		k.File("x.csv", "number,title\n1,a\n1,a\n2,x\n1,b\n1,b\n1,a\n")
		run, err := k.Do(runner.Request{Task: "issues.import", Input: []byte(wet), Limits: runner.Limits{BatchSize: size}})
		if want := `{"inserted":2,"updated":2,"unchanged":2,"rejected":0}`; err != nil || string(run.Output) != want {
			t.Errorf("at size %d: got %s, %v; want %s", size, run.Output, err, want)
		}
		wantIssues(t, db, []issues.Issue{{ID: 1, Source: "s", Key: "1", Title: "a"}, {ID: 2, Source: "s", Key: "2", Title: "x"}})
	}
}

// A header's or a row's fault ends the run with what names it; what was
// committed before stays.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	const input = `{"file": "x.csv", "source": "s", "dryRun": false}`
	for _, test := range []struct {
		name, file, input string
		code              runner.Code
		want              string
		kept              int // rows before it
	}{
		{"no file", "", `{"file": "y.csv"}`, runner.CodeFile, "y.csv", 0},                                                         // bad-input 6
		{"empty file", "", input, runner.CodeData, "x.csv: an empty file", 0},                                                     // bad-input 68
		{"UTF-16", "\xff\xfen\x00", input, runner.CodeData, "UTF-16LE", 0},                                                        // bad-input 55
		{"unknown header", "a,b\n1,2\n", input, runner.CodeData, `x.csv: no known column gives the key and title of an issue`, 0}, // bad-input 58
		{"duplicate header", "number,title,title\n1,2,3\n", input, runner.CodeData, `x.csv: the header has more than one column "title"`, 0},
		{"ragged row", "number,title\n1,a\n2\n", input, runner.CodeData, "x.csv: row 2 (line 3): 1 field where the header has 2", 1},       // bad-input 56
		{"unclosed quote", "number,title\n1,\"a\n2,b\n", input, runner.CodeData, "x.csv: row 1 (line 2, column 3)", 0},                     // bad-input 57
		{"Latin-1", "number,title\n1,caf\xe9\n", input, runner.CodeData, "x.csv: row 1 (line 2, column 6): byte 0xE9 is not UTF-8", 0},     // bad-input 61
		{"long record", "number,title\n1," + strings.Repeat("x", 5<<20) + "\n", input, runner.CodeData, "x.csv: row 1 (line 2", 0},         // bad-input 59
		{"no key", "number,title\n,a\n", input, runner.CodeData, "x.csv: row 1 (line 2): column number is empty: an issue needs a key", 0}, //
		{"no time", "number,title,created_at\n1,a,soon\n", input, runner.CodeData, `x.csv: row 1 (line 2): column created_at: "soon" is no time`, 0},
		{"no source", "number,title\n1,a\n", `{"file": "x.csv"}`, runner.CodeInput, "/source", 0},
		{"no zone", "number,title\n1,a\n", `{"file": "x.csv", "source": "s", "timezone": "Mars"}`, runner.CodeInput, "/timezone", 0},
		{"no column", "number,title\n1,a\n", `{"file": "x.csv", "source": "s", "mapping": {"body": "text"}}`, runner.CodeInput, "/mapping/body", 0},
		{"no field", "number,title\n1,a\n", `{"file": "x.csv", "source": "s", "mapping": {"bdy": "text"}}`, runner.CodeInput, "/mapping/bdy", 0},
	} {
		db := memstore.New()
		k := newKit(t, db)
		k.File("x.csv", test.file)
		got := k.Fails("issues.import", test.input)
		text := got.Message
		for _, v := range got.Violations {
			text += "\n" + v.Pointer + " " + v.Message
		}
		if got.Code != test.code || !strings.Contains(text, test.want) {
			t.Errorf("%s: got %s: %s\nwant %s: %s", test.name, got.Code, text, test.code, test.want)
		}
		if got := len(db.Read()); got != test.kept {
			t.Errorf("%s: kept %d issues, want %d", test.name, got, test.kept)
		}
	}
}

// bad-input 68: a header alone.
func TestImportHeaderAlone(t *testing.T) {
	t.Parallel()
	k := newKit(t, memstore.New())
	k.File("x.csv", "number,title\n")
	if got := runnertest.Run[issues.ImportOutput](k, "issues.import", wet); got != (issues.ImportOutput{}) {
		t.Errorf("got %+v, want nothing", got)
	}
}

func TestImportSkips(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 1000} {
		db := memstore.New()
		k := newKit(t, db)
		k.File("x.csv", "\ufeffnumber,title,created_at\n1,a,\n2\n3,c,soon\n,d,\n5,\"e\x00\u2028💥\",\n")
		run, err := k.Do(runner.Request{Task: "issues.import", Input: []byte(wet), Limits: runner.Limits{
			BatchSize: size, OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: 3},
		}})
		if want := `{"inserted":2,"updated":0,"unchanged":0,"rejected":3}`; err != nil || string(run.Output) != want {
			t.Errorf("at size %d: got %s, %v; want %s", size, run.Output, err, want)
		}
		wantIssues(t, db, []issues.Issue{{ID: 1, Source: "s", Key: "1", Title: "a"}, {ID: 2, Source: "s", Key: "5", Title: "e\x00\u2028💥"}})
		wantJournal(t, db, run.ID,
			`x.csv: row 2 (line 3): 1 field where the header has 3 | 2: ["2"]`,
			`x.csv: row 3 (line 4): column created_at: "soon" is no time; write it like 2024-05-31T17:30:00Z, 2024-05-31 17:30:00+02:00 or 31/May/24 17:30 | 3: ["3" "c" "soon"]`,
			`x.csv: row 4 (line 5): column number is empty: an issue needs a key | 4: ["" "d" ""]`,
		)
	}
}

// wantJournal fails the test where the run has not rejected exactly these items:
// reason, row and original fields.
func wantJournal(t *testing.T, db *memstore.DB, run string, want ...string) {
	t.Helper()
	opened, err := db.Open(t.Context(), runner.Session{})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := opened.Checkpoints.Journal(t.Context(), run, "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		var rejected struct {
			Reason string
			Item   struct {
				Row    int64
				Fields []string
			}
		}
		if err := json.Unmarshal(e.Body, &rejected); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s | %d: %q", rejected.Reason, rejected.Item.Row, rejected.Item.Fields))
	}
	if !slices.Equal(got, want) {
		t.Errorf("journal has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The shipped sample gives its source, and has what the README shows.
func TestSample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../testdata/issues.csv")
	if err != nil {
		t.Fatal(err)
	}
	db := memstore.New()
	k := newKit(t, db)
	k.File("testdata/issues.csv", string(text))
	got := runnertest.Run[issues.ImportOutput](k, "issues.import", `{"file":"testdata/issues.csv","dryRun":false}`)
	if want := (issues.ImportOutput{Inserted: 30}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	found := runnertest.Run[issues.SearchOutput](k, "issues.search", `{"query":"crash"}`)
	if len(found.Hits) != 0 || found.Unindexed != 30 || found.IndexWith == "" {
		t.Errorf("before the backfill: %+v", found)
	}
	if got := runnertest.Run[issues.BackfillOutput](k, "issues.backfill-search", `{"dryRun":false}`); got.Indexed != 30 {
		t.Errorf("got %+v, want 30 indexed", got)
	}
	for query, want := range map[string]string{"崩溃": "PANTRY-3", "落ち": "PANTRY-4", "crash report dialog crashes": "PANTRY-28"} {
		found := runnertest.Run[issues.SearchOutput](k, "issues.search", fmt.Sprintf(`{"query":%q}`, query))
		if len(found.Hits) == 0 || found.Hits[0].Key != want || found.Unindexed != 0 || found.IndexWith != "" {
			t.Errorf("%s: got %+v, want %s first", query, found, want)
		}
	}
}

// The shipped sample of GitHub's REST API gives its source too.
func TestGitHubSample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../testdata/github.json")
	if err != nil {
		t.Fatal(err)
	}
	db := memstore.New()
	k := newKit(t, db)
	k.File("testdata/github.json", string(text))
	got := runnertest.Run[issues.ImportOutput](k, "issues.import", `{"file":"testdata/github.json","dryRun":false}`)
	if want := (issues.ImportOutput{Inserted: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if first := db.Read()[0]; first.Name() != "octo/pantry/7" || first.Author != "ana" || !slices.Equal(first.Labels, []string{"crash", "good first issue"}) {
		t.Errorf("got %+v", first)
	}
}
