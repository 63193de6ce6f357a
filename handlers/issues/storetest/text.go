package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
)

// text is bad-input 60, 64 and 80.
func text(t *testing.T, db Database) {
	var given []issues.Issue
	for n, text := range []string{
		"", " ", "NUL \x00 inside", "\x00", "ends with NUL\x00", "CRLF\r\n and CR\r and LF\n",
		"💥 👩‍👩‍👧 é e\u0301", "line\u2028paragraph\u2029next\u0085", "\u202egnp.exe", "\x1b[31mred\u009b", "\ufeffBOM",
		`quotes " ' \ and ?1 $1 :a @b`, "=1+1", "0", "007", "1e3", "1.0", "-0", "NULL", "x'00'",
		"软件崩溃了", strings.Repeat("x", 200_000), strings.Repeat("崩溃\r\n", 40_000),
	} {
		text = db.held(text)
		i := issues.Issue{Source: "s", Key: string(rune('a' + n)), Title: text, Body: text, State: text, Author: text, URL: text}
		if text != "" {
			i.Labels = []string{text, text}
		}
		given = append(given, i)
	}
	upsert(t, db.Store, given...)
	stored := unindexed(t, db.Store)
	same(t, "issues", len(stored), len(given))
	for n, got := range stored {
		given[n].ID = int64(n + 1)
		same(t, "stored", got, given[n])
	}
	for n, o := range upsert(t, db.Store, given...) {
		same(t, "again "+given[n].Key, o, issues.Outcome{})
	}
}

// refused is bad-input 60: where a database cannot hold an issue it says which field,
// and stores the others.
func refused(t *testing.T, db Database) {
	for n, change := range []func(i *issues.Issue, text string){
		func(i *issues.Issue, text string) { i.Source = text },
		func(i *issues.Issue, text string) { i.Key = text },
		func(i *issues.Issue, text string) { i.Title = text },
		func(i *issues.Issue, text string) { i.Body = text },
		func(i *issues.Issue, text string) { i.State = text },
		func(i *issues.Issue, text string) { i.Author = text },
		func(i *issues.Issue, text string) { i.URL = text },
	} {
		given := []issues.Issue{issue(fmt.Sprint("before ", n), "one"), issue(fmt.Sprint("bad ", n), "two"), issue(fmt.Sprint("after ", n), "three")}
		change(&given[1], "a\x00b")
		want := []issues.Outcome{{Change: issues.Inserted}, {Change: issues.Inserted}, {Change: issues.Inserted}}
		if field := []string{"source", "key", "title", "body", "state", "author", "url"}[n]; db.NoNUL {
			want[1] = issues.Outcome{Change: issues.Refused, Reason: "Postgres text cannot hold NUL: field " + field}
		}
		same(t, fmt.Sprintf("field %d", n), upsert(t, db.Store, given...), want)
	}
	want := 21
	if db.NoNUL {
		want = 14
	}
	same(t, "stored", len(unindexed(t, db.Store)), want)

	listed := issue("listed", "one")
	listed.Labels, listed.Extra = []string{"a\x00b"}, []byte(`{"a\u0000":"\u0000"}`)
	same(t, "NUL in lists, which are JSON", upsert(t, db.Store, listed), []issues.Outcome{{Change: issues.Inserted}})
}

func times(t *testing.T, db Database) {
	berlin := time.FixedZone("", 2*60*60)
	given := issue("1", "one")
	given.CreatedAt = time.Date(2024, 5, 31, 17, 30, 0, 123456789, berlin)
	given.UpdatedAt = time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC)
	given.ClosedAt = time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)
	upsert(t, db.Store, given)

	given.CreatedAt = given.CreatedAt.UTC()
	same(t, "the same instant", changes(upsert(t, db.Store, given)), []issues.Change{issues.Unchanged})
	given.ID = 1
	same(t, "stored", unindexed(t, db.Store), []issues.Issue{given})

	given.CreatedAt = given.CreatedAt.Add(time.Nanosecond)
	given.ClosedAt = time.Time{}
	same(t, "a nanosecond", changes(upsert(t, db.Store, given)), []issues.Change{issues.Updated})
	same(t, "stored", unindexed(t, db.Store), []issues.Issue{given})
}

func lists(t *testing.T, db Database) {
	given := issue("1", "one")
	given.Labels, given.Extra = []string{}, []byte{}
	upsert(t, db.Store, given)
	stored := unindexed(t, db.Store)[0]
	same(t, "no labels", stored.Labels, []string(nil))
	same(t, "no extra", len(stored.Extra), 0)
	given.Labels, given.Extra = nil, nil
	same(t, "nil is empty", changes(upsert(t, db.Store, given)), []issues.Change{issues.Unchanged})

	given.Labels = []string{"b", "a", "b", "", `"`, "ü", "崩", "💥", "\u2028", "<&>", "a,b"}
	given.Extra = []byte(`{"a":"<&>\u0000\"","b":"` + "\u2028" + `💥"}`)
	upsert(t, db.Store, given)
	stored = unindexed(t, db.Store)[0]
	same(t, "labels", stored.Labels, given.Labels)
	same(t, "extra", string(stored.Extra), string(given.Extra))
}

func copies(t *testing.T, db Database) {
	given := issue("1", "one")
	given.Labels, given.Extra = []string{"a"}, []byte(`{"a":"b"}`)
	upsert(t, db.Store, given)
	given.Labels[0], given.Extra[2] = "x", 'x'

	got := unindexed(t, db.Store)[0]
	same(t, "stored", got.Labels, []string{"a"})
	same(t, "stored", string(got.Extra), `{"a":"b"}`)
	got.Labels[0], got.Extra[2] = "y", 'y'
	same(t, "stored", unindexed(t, db.Store)[0].Labels, []string{"a"})
	same(t, "stored", string(unindexed(t, db.Store)[0].Extra), `{"a":"b"}`)
}
