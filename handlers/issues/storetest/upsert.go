package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
)

func upsertOutcomes(t *testing.T, db Database) {
	first := upsert(t, db.Store, issue("1", "one"), issue("2", "two"))
	same(t, "first time", first, []issues.Outcome{{Change: issues.Inserted}, {Change: issues.Inserted}})

	second := upsert(t, db.Store, issue("3", "three"), issue("2", "TWO"), issue("1", "one"))
	before := issue("2", "two")
	before.ID = 2
	same(t, "second time", second, []issues.Outcome{
		{Change: issues.Inserted},
		{Change: issues.Updated, Before: &before},
		{Change: issues.Unchanged},
	})
	same(t, "nothing", upsert(t, db.Store), []issues.Outcome{})
}

func upsertKeepsIDs(t *testing.T, db Database) {
	given := issue("1", "one")
	given.ID = 77 // is ignored
	upsert(t, db.Store, given, issue("2", "two"))
	upsert(t, db.Store, issue("2", "TWO"), issue("1", "ONE"), issue("3", "three"))
	var got []string
	for _, i := range unindexed(t, db.Store) {
		got = append(got, fmt.Sprint(i.ID, i.Key, i.Title))
	}
	same(t, "stored", got, []string{"11ONE", "22TWO", "33three"})
}

func upsertFields(t *testing.T, db Database) {
	now := time.Date(2026, 11, 24, 17, 0, 0, 1, time.UTC)
	for n, change := range []func(*issues.Issue){
		func(i *issues.Issue) { i.Title = "other" },
		func(i *issues.Issue) { i.Body = "other" },
		func(i *issues.Issue) { i.State = "other" },
		func(i *issues.Issue) { i.Labels = []string{"b", "a"} },
		func(i *issues.Issue) { i.Labels = []string{"a", "b"} },
		func(i *issues.Issue) { i.Author = "other" },
		func(i *issues.Issue) { i.URL = "other" },
		func(i *issues.Issue) { i.CreatedAt = now },
		func(i *issues.Issue) { i.UpdatedAt = now },
		func(i *issues.Issue) { i.ClosedAt = now },
		func(i *issues.Issue) { i.Extra = []byte(`{"a":"b"}`) },
	} {
		given := issue("1", "one")
		if n > 0 {
			given = unindexed(t, db.Store)[0]
		} else {
			upsert(t, db.Store, given)
		}
		change(&given)
		got := upsert(t, db.Store, given, given)
		same(t, fmt.Sprintf("change %d", n), changes(got), []issues.Change{issues.Updated, issues.Unchanged})
		given.ID = 1
		same(t, fmt.Sprintf("stored after change %d", n), unindexed(t, db.Store), []issues.Issue{given})
	}
}

// upsertTwice is bad-input 67.
func upsertTwice(t *testing.T, db Database) {
	got := upsert(t, db.Store,
		issue("1", "a"), issue("1", "a"), issue("1", "b"), issue("2", "x"), issue("1", "a"), issue("1", "a"))
	same(t, "new", changes(got), []issues.Change{
		issues.Inserted, issues.Unchanged, issues.Updated, issues.Inserted, issues.Updated, issues.Unchanged})
	same(t, "title before the first update", got[2].Before.Title, "a")
	same(t, "title before the second update", got[4].Before.Title, "b")

	got = upsert(t, db.Store, issue("1", "a"), issue("1", "c"), issue("1", "d"), issue("2", "x"))
	same(t, "stored", changes(got), []issues.Change{
		issues.Unchanged, issues.Updated, issues.Updated, issues.Unchanged})
	same(t, "title before", []string{got[1].Before.Title, got[2].Before.Title}, []string{"a", "c"})
	var titles []string
	for _, i := range unindexed(t, db.Store) {
		titles = append(titles, i.Title)
	}
	same(t, "titles", titles, []string{"d", "x"})
}

// upsertBatches stores the same issues by batches of several sizes: outcomes and
// rows are the same.
func upsertBatches(t *testing.T, db Database) {
	random := rand.New(rand.NewPCG(1, 2))
	var given []issues.Issue
	for range 700 {
		given = append(given, issue(fmt.Sprint(random.IntN(150)), strings.Repeat("x", random.IntN(3))))
	}
	var want []issues.Change
	var rows []issues.Issue
	for n, size := range []int{1, 7, 120, 700} {
		var got []issues.Change
		batches := slices.Clone(given)
		for i := range batches {
			batches[i].Source = fmt.Sprint("size ", size)
		}
		for batch := range slices.Chunk(batches, size) {
			got = append(got, changes(upsert(t, db.Store, batch...))...)
		}
		var stored []issues.Issue
		for _, i := range unindexed(t, db.Store) {
			if i.Source == batches[0].Source {
				i.Source, i.ID = "", 0
				stored = append(stored, i)
			}
		}
		if n == 0 {
			want, rows = got, stored
		}
		same(t, fmt.Sprintf("outcomes by %d", size), got, want)
		same(t, fmt.Sprintf("rows by %d", size), stored, rows)
	}
}

func identities(t *testing.T, db Database) {
	var given []issues.Issue
	for _, name := range [][2]string{
		{"a", "1"}, {"b", "1"}, {"a", "01"}, {"a", "1.0"}, {"a", "1e3"}, {"a", "1000"}, {"a", " 1"}, {"a", "１"},
		{"A", "1"}, {"ab", ""}, {"a", "b"}, {"a", "x\x00y"}, {"a", "x\x00z"}, {"a", "x"}, {"a", "é"}, {"a", "e\u0301"},
		{"a", "9223372036854775808"}, {"a", "9223372036854775809"}, {"a", "HADOOP-1"}, {"a", "hadoop-1"},
	} {
		i := issue(db.held(name[1]), fmt.Sprintf("%q", name))
		i.Source = name[0]
		given = append(given, i)
	}
	upsert(t, db.Store, given...)
	for n, o := range upsert(t, db.Store, given...) {
		same(t, given[n].Title+" again", o, issues.Outcome{})
	}
	stored := unindexed(t, db.Store)
	for n := range given {
		given[n].ID = int64(n + 1)
	}
	same(t, "stored", stored, given)
}
