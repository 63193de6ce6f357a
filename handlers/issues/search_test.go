package issues_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/memstore"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

func titles(titles ...string) []issues.Issue {
	all := make([]issues.Issue, len(titles))
	for n, title := range titles {
		all[n] = issues.Issue{Source: "s", Key: title, Title: title, Body: "The body of\r\n" + title}
	}
	return all
}

func TestBackfill(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 2, 1000} {
		k := newKit(t, memstore.New(titles("Crash", "Typo", "Other")...))
		for _, want := range []string{`{"indexed":3}`, `{"indexed":0}`} {
			run, err := k.Do(runner.Request{
				Task: "issues.backfill-search", Input: []byte(`{"dryRun": false}`), Limits: runner.Limits{BatchSize: size},
			})
			if err != nil || string(run.Output) != want {
				t.Errorf("at size %d: got %s, %v; want %s", size, run.Output, err, want)
			}
		}
		k.WantAudit("task.started", "task.succeeded", "task.started", "task.succeeded")
	}
}

func TestBackfillDryRun(t *testing.T) {
	t.Parallel()
	k := newKit(t, memstore.New(titles("Crash", "Typo")...))
	if got := runnertest.Run[issues.BackfillOutput](k, "issues.backfill-search", `{}`); got.Indexed != 2 {
		t.Errorf("would index %d, want 2", got.Indexed)
	}
	if got := runnertest.Run[issues.SearchOutput](k, "issues.search", `{"query":"crash"}`); got.Unindexed != 2 {
		t.Errorf("%d are left, want 2", got.Unindexed)
	}
}

// The line is logged once a run, also where there is nothing to do.
func TestBackfillLogs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		db            *memstore.DB
		input, dryRun string
	}{
		{memstore.New(), `{}`, "dryRun=true"},
		{memstore.New(), `{"dryRun": false}`, "dryRun=false"},
		{memstore.New(titles("Crash", "Typo", "Other")...), `{"dryRun": false}`, "dryRun=false"},
	} {
		k := newKit(t, test.db)
		req := runner.Request{Task: "issues.backfill-search", Input: []byte(test.input), Limits: runner.Limits{BatchSize: 1}}
		if _, err := k.Do(req); err != nil {
			t.Fatal(err)
		}
		var handled []string
		for line := range strings.Lines(k.Log()) {
			if strings.Contains(line, `msg="Task handled"`) {
				handled = append(handled, line)
			}
		}
		if len(handled) != 1 || !strings.Contains(handled[0], "taskName=issues.backfill-search "+test.dryRun) {
			t.Errorf("%s: logged %q", test.dryRun, handled)
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	k := newKit(t, memstore.New(append(titles("Crash at once", "Crash", "崩溃了"), issues.Issue{Source: "other", Key: "1", Title: "Crash"})...))
	runnertest.Run[issues.BackfillOutput](k, "issues.backfill-search", `{"dryRun": false}`)
	for _, test := range []struct {
		input string
		want  []issues.Hit
	}{
		{`{"query": "crash", "source": "s"}`, []issues.Hit{
			{Source: "s", Key: "Crash", Title: "Crash", Snippet: "The body of Crash"},
			{Source: "s", Key: "Crash at once", Title: "Crash at once", Snippet: "The body of Crash at once"},
		}},
		{`{"query": "crash", "limit": 1, "source": "other"}`, []issues.Hit{{Source: "other", Key: "1", Title: "Crash"}}},
		{`{"query": "崩溃"}`, []issues.Hit{{Source: "s", Key: "崩溃了", Title: "崩溃了", Snippet: "The body of 崩溃了"}}},
	} {
		got := runnertest.Run[issues.SearchOutput](k, "issues.search", test.input)
		if want := (issues.SearchOutput{Hits: test.want}); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", test.input, got, want)
		}
	}
}

func TestSearchSaysWhatIsNotIndexed(t *testing.T) {
	t.Parallel()
	k := newKit(t, memstore.New(titles("Crash", "Typo")...))
	got := runnertest.Run[issues.SearchOutput](k, "issues.search", `{"query": "crash"}`)
	want := issues.SearchOutput{Hits: []issues.Hit{}, Unindexed: 2, IndexWith: `beignet task run issues.backfill-search --no-dry-run`}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	k := newKit(t, memstore.New())
	for input, want := range map[string]string{
		`{}`:                             "/query",
		`{"query": ""}`:                  "/query",
		`{"query": "x", "limit": 0}`:     "/limit",
		`{"query": "x", "limit": 101}`:   "/limit",
		`{"query": "x", "dryRun": true}`: "/dryRun",
	} {
		got := k.Fails("issues.search", input)
		if got.Code != runner.CodeInput || len(got.Violations) != 1 || got.Violations[0].Pointer != want {
			t.Errorf("%s: got %s %+v, want %s", input, got.Code, got.Violations, want)
		}
	}
}

// A query without a word finds a title that is the query; where none is, that is
// no answer but a mistake.
func TestQueryNeedsAWord(t *testing.T) {
	t.Parallel()
	k := newKit(t, memstore.New(titles("?!")...))
	runnertest.Run[issues.BackfillOutput](k, "issues.backfill-search", `{"dryRun": false}`)
	for task, input := range map[string]string{
		"issues.search": `{"query": "***"}`,
		"issues.export": `{"query": "***", "file": "x"}`,
	} {
		got := k.Fails(task, input)
		if got.Code != runner.CodeInput || len(got.Violations) != 1 || got.Violations[0].Pointer != "/query" || got.Violations[0].Message != "holds no word to search for" {
			t.Errorf("%s: got %s: %s %+v", task, got.Code, got.Message, got.Violations)
		}
	}
	if _, ok := k.Written("x"); ok {
		t.Error("a file was written")
	}
	if got := runnertest.Run[issues.SearchOutput](k, "issues.search", `{"query": "?!"}`); len(got.Hits) != 1 {
		t.Errorf("found %+v, want ?!", got.Hits)
	}
	if got := runnertest.Run[issues.ExportOutput](k, "issues.export", `{"query": "?!", "file": "x"}`); got.Exported != 1 {
		t.Errorf("exported %d, want ?!", got.Exported)
	}
}
