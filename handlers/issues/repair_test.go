package issues_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/memstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// labeled are issues of source s with these labels.
func labeled(labels ...[]string) *memstore.DB {
	var all []issues.Issue
	for n, list := range labels {
		all = append(all, issues.Issue{Source: "s", Key: fmt.Sprint(n + 1), Title: "t", Labels: list})
	}
	return memstore.New(all...)
}

// labels are those of the committed issues, in order of ID.
func labels(db *memstore.DB) [][]string {
	var all [][]string
	for _, i := range db.Read() {
		all = append(all, i.Labels)
	}
	return all
}

func TestRepairLabels(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		given, want [][]string
		merges      []issues.Merge
	}{
		{
			"the most used", [][]string{{"Bug"}, {"bug"}, {"bug", "ui"}, {"BUG"}, nil}, [][]string{{"bug"}, {"bug"}, {"bug", "ui"}, {"bug"}, nil},
			[]issues.Merge{{Source: "s", To: "bug", From: []string{"BUG", "Bug"}, Issues: 2}},
		},
		{
			"the least of equals", [][]string{{"bug"}, {"Bug"}}, [][]string{{"Bug"}, {"Bug"}},
			[]issues.Merge{{Source: "s", To: "Bug", From: []string{"bug"}, Issues: 1}},
		},
		{
			"spaces", [][]string{{"good first issue"}, {" good\u00a0first  issue\t"}, {"goodfirstissue"}}, [][]string{{" good\u00a0first  issue\t"}, {" good\u00a0first  issue\t"}, {"goodfirstissue"}},
			[]issues.Merge{{Source: "s", To: " good\u00a0first  issue\t", From: []string{"good first issue"}, Issues: 1}},
		},
		{
			"Unicode forms", [][]string{{"café"}, {"cafe\u0301"}, {"café"}, {"CAFE\u0301"}, {"cafe"}, {"\u212b"}, {"å"}}, [][]string{{"café"}, {"café"}, {"café"}, {"café"}, {"cafe"}, {"å"}, {"å"}},
			[]issues.Merge{
				{Source: "s", To: "café", From: []string{"CAFE\u0301", "cafe\u0301"}, Issues: 2},
				{Source: "s", To: "å", From: []string{"\u212b"}, Issues: 1},
			},
		},
		{
			"doubles", [][]string{{"x", "Bug", "y", "bug", "y"}, {"bug"}, {"bug", "bug"}, {"BUG", "z", "Bug"}}, [][]string{{"x", "bug", "y", "y"}, {"bug"}, {"bug", "bug"}, {"bug", "z"}},
			[]issues.Merge{{Source: "s", To: "bug", From: []string{"BUG", "Bug"}, Issues: 2}},
		},
		{"nothing to do", [][]string{{"a", "b"}, {"straße", "strasse"}}, [][]string{{"a", "b"}, {"straße", "strasse"}}, []issues.Merge{}},
		{"no labels", [][]string{nil, nil}, [][]string{nil, nil}, nil},
	} {
		for _, size := range []int{1, 2, 1000} {
			db := labeled(test.given...)
			k := newKit(t, db)
			run, err := k.Do(runner.Request{Task: "issues.repair-labels", Input: []byte(`{"dryRun": false}`), Limits: runner.Limits{BatchSize: size}})
			if err != nil {
				t.Fatal(err)
			}
			var out issues.RepairOutput
			if err := json.Unmarshal(run.Output, &out); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(out.Merges, test.merges) || run.Progress.Changed != out.Repaired {
				t.Errorf("%s at size %d: got %+v, %d changes on record; want %+v", test.name, size, out, run.Progress.Changed, test.merges)
			}
			if got := labels(db); !reflect.DeepEqual(got, test.want) {
				t.Errorf("%s at size %d:\n got %q\nwant %q", test.name, size, got, test.want)
			}
			if again := runnertest.Run[issues.RepairOutput](k, "issues.repair-labels", `{"dryRun": false}`); again.Repaired != 0 || len(again.Merges) != 0 {
				t.Errorf("%s, again: %+v", test.name, again)
			}
		}
	}
}

func TestRepairLabelsDryRun(t *testing.T) {
	t.Parallel()
	db := labeled([]string{"Bug", "ui"}, []string{"bug"}, []string{"bug"})
	k := newKit(t, db)
	got := runnertest.Run[issues.RepairOutput](k, "issues.repair-labels", `{}`)
	want := issues.RepairOutput{Repaired: 1, Merges: []issues.Merge{{Source: "s", To: "bug", From: []string{"Bug"}, Issues: 1}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := labels(db); got[0][0] != "Bug" {
		t.Errorf("a dry run wrote %q", got)
	}
	samples := k.Last().Preview.Samples
	if len(samples) != 1 || samples[0].Key != "s/1" || string(samples[0].Before) != `{"labels":["Bug","ui"]}` || string(samples[0].After) != `{"labels":["bug","ui"]}` {
		t.Errorf("samples are %s", fmt.Sprint(samples))
	}
}

// Labels are merged within a source, and what is indexed stays so.
func TestRepairLabelsOfASource(t *testing.T) {
	t.Parallel()
	db := memstore.New(
		issues.Issue{Source: "a", Key: "1", Title: "Crash", Labels: []string{"Bug"}},
		issues.Issue{Source: "a", Key: "2", Title: "Crash", Labels: []string{"bug"}},
		issues.Issue{Source: "b", Key: "3", Title: "Crash", Labels: []string{"bug"}},
		issues.Issue{Source: "c", Key: "4", Title: "Crash", Labels: []string{"BUG"}},
		issues.Issue{Source: "c", Key: "5", Title: "Crash", Labels: []string{"bug"}},
	)
	k := newKit(t, db)
	runnertest.Run[issues.BackfillOutput](k, "issues.backfill-search", `{"dryRun": false}`)
	got := runnertest.Run[issues.RepairOutput](k, "issues.repair-labels", `{"dryRun": false, "source": "a"}`)
	want := issues.RepairOutput{Repaired: 1, Merges: []issues.Merge{{Source: "a", To: "Bug", From: []string{"bug"}, Issues: 1}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got, want := labels(db), [][]string{{"Bug"}, {"Bug"}, {"bug"}, {"BUG"}, {"bug"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if found := runnertest.Run[issues.SearchOutput](k, "issues.search", `{"query": "crash"}`); found.Unindexed != 0 || len(found.Hits) != 5 {
		t.Errorf("after the repair: %+v", found)
	}
}

// A run that is taken on goes by its plan, though by then another spelling is
// used most.
func TestRepairLabelsKeepsItsPlan(t *testing.T) {
	t.Parallel()
	db := labeled([]string{"Bug"}, []string{"bug"}, []string{"bug"}, []string{"Bug", "x"})
	k := newKit(t, db)
	req := runner.Request{Task: "issues.repair-labels", Input: []byte(`{"dryRun": false}`), Limits: runner.Limits{BatchSize: 1, Items: 2}}
	run, err := k.Do(req)
	if err != nil || run.Status != ports.Stopped {
		t.Fatalf("%s, %v", run.Status, err)
	}
	if _, err := db.Store().Upsert(context.Background(), []issues.Issue{
		{Source: "s", Key: "5", Labels: []string{"BUG"}}, {Source: "s", Key: "6", Labels: []string{"BUG"}}, {Source: "s", Key: "7", Labels: []string{"BUG"}},
	}); err != nil {
		t.Fatal(err)
	}
	run, err = k.Resume(run.ID, runner.Request{})
	if want := `{"repaired":2,"merges":[{"source":"s","to":"Bug","issues":2,"from":["bug"]}]}`; err != nil || string(run.Output) != want {
		t.Errorf("got %s, %v; want %s", run.Output, err, want)
	}
	if got, want := labels(db)[:4], [][]string{{"Bug"}, {"Bug"}, {"Bug"}, {"Bug", "x"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A plan that a checkpoint cannot hold is refused before anything is written.
func TestRepairLabelsBoundsThePlan(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 600_000)
	db := labeled([]string{long}, []string{strings.ToUpper(long)})
	got := newKit(t, db).Fails("issues.repair-labels", `{"dryRun": false}`)
	if got.Code != runner.CodeData || got.Hint != "repair one source at a time: set source" {
		t.Errorf("got %s: %s\n%s", got.Code, got.Message, got.Hint)
	}
	if labels(db)[1][0] == long {
		t.Error("a label was changed")
	}
}

// Labels that memory cannot hold while they are counted are refused too.
func TestRepairLabelsBoundsTheCount(t *testing.T) {
	t.Parallel()
	db := labeled([]string{strings.Repeat("x", 9<<20)}, []string{strings.Repeat("y", 9<<20)})
	for input, hint := range map[string]string{`{}`: "repair one source at a time: set source", `{"source": "s"}`: ""} {
		got := newKit(t, db).Fails("issues.repair-labels", input)
		const want = "there are more than 1 different labels: more than can be counted in 16777216 bytes"
		if got.Code != runner.CodeData || got.Message != want || got.Hint != hint {
			t.Errorf("%s: got %s: %s\n%s", input, got.Code, got.Message, got.Hint)
		}
	}
}

// An issue with very many labels takes a time in proportion: not a minute.
func TestRepairLabelsOfManyLabels(t *testing.T) {
	t.Parallel()
	const all, merged = 200_000, 20_000
	var many []string
	for n := range merged {
		many = append(many, fmt.Sprintf("l%d", n), fmt.Sprintf("L%d", n))
	}
	for n := len(many); n < all; n++ {
		many = append(many, fmt.Sprint(n))
	}
	db := labeled(many)
	begun := time.Now()
	got := runnertest.Run[issues.RepairOutput](newKit(t, db), "issues.repair-labels", `{"dryRun": false}`)
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	if left := len(labels(db)[0]); got.Repaired != 1 || len(got.Merges) != merged || left != all-merged {
		t.Errorf("%d repaired by %d merges, %d labels left; want 1 by %d, %d left", got.Repaired, len(got.Merges), left, merged, all-merged)
	}
}
