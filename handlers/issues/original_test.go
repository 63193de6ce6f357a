package issues_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/memstore"
	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/runner"
	"github.com/beignet-go/beignet/runner/runnertest"
)

// leftBehind imports a file, and returns a file of what was not imported.
func leftBehind(t *testing.T, k *runnertest.Kit, input, text string) (left []runner.Rejection, file string) {
	t.Helper()
	k.File("in", text)
	run, err := k.Do(runner.Request{
		Task: "issues.import", Input: []byte(input),
		Limits: runner.Limits{OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: 100}},
	})
	if err != nil {
		t.Fatal(err)
	}
	left = k.Rejected(run.ID)
	if int64(len(left)) != run.Progress.Failed {
		t.Fatalf("%d of %d failed items are in the journal", len(left), run.Progress.Failed)
	}
	for i, l := range left {
		o := l.Original
		if o == nil || o.Cut {
			t.Fatalf("item %d has no whole original: %+v", i, o)
		}
		if i == 0 {
			file = string(o.Head)
		} else {
			file += o.Join
		}
		if file += string(o.Text); i == len(left)-1 {
			file += o.Tail
		}
	}
	return left, file
}

// What was not imported is a file of its own, which read again fails for the same
// reasons and no others: whatever is wrong with a record, in every format, with every
// separator and in every encoding.
func TestWhatFailsCanBeReadAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		input, text, file string
	}{
		"csv": {
			`{"file":"in","source":"s","dryRun":false}`,
			"number,title,created_at\r\n1,ok,\r\n2\r\n3,\"a \"\"quote\"\"\r\nand a line\",soon\r\n,no key,\r\n4,b\"are,\r\n5,\"x\"y,\r\n6,\x00\u2028💥,never",
			"number,title,created_at\n2\r\n3,\"a \"\"quote\"\"\r\nand a line\",soon\n,no key,\n4,b\"are,\r\n5,\"x\"y,\r\n6,\x00\u2028💥,never\n",
		},
		"a BOM, and columns of one name": {
			`{"file":"in","source":"s","dryRun":false}`,
			"\ufeffSummary,Issue key,Labels,Labels,Created\nx,K-1,a,,then\n",
			"Summary,Issue key,Labels,Labels,Created\nx,K-1,a,,then\n",
		},
		"another separator": {
			`{"file":"in","source":"s","separator":";","dryRun":false}`,
			"number;title;created_at\n1;a,b;soon\n2;\"c;d\";soon\n3\n",
			"number;title;created_at\n1;a,b;soon\n2;\"c;d\";soon\n3\n",
		},
		"another encoding": {
			`{"file":"in","source":"s","encoding":"latin-1","dryRun":false}`,
			"number,title,Pr\xfcfung,created_at\n1,caf\xe9,\xff,soon\n2,caf\xe9\n",
			"number,title,Pr\xfcfung,created_at\n1,caf\xe9,\xff,soon\n2,caf\xe9\n",
		},
		"bytes of another encoding": {
			`{"file":"in","source":"s","dryRun":false}`,
			"number,title\n1,caf\xe9\n",
			"number,title\n1,caf\xe9\n",
		},
		"jsonl": {
			`{"file":"in","format":"jsonl","source":"s","dryRun":false}`,
			`{"number":1,"title":"ok"}` + "\n" + `{"number":2, "title":"\u0000 x","created_at":"soon"}` + "\r\n" + `{"number":3,` + "\n" + `[1]` + "\n" + `{"number":4,"title":"caf` + "\xe9" + `"}`,
			`{"number":2,"title":"\u0000 x","created_at":"soon"}` + "\n" + `{"number":3,` + "\n" + `[1]` + "\n" + `{"number":4,"title":"caf` + "\xe9" + `"}` + "\n",
		},
		"json": {
			`{"file":"in","format":"json","source":"s","dryRun":false}`,
			`[{"number":1,"title":"ok"}, {"number":2,"title":"x","created_at":"soon"},{"title":"y"},{"number":3,"number":4,"title":"z"}]`,
			`[` + "\n" + `{"number":2,"title":"x","created_at":"soon"},` + "\n" + `{"title":"y"},` + "\n" + `{"number":3,"number":4,"title":"z"}` + "\n]\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := memstore.New()
			k := newKit(t, db)
			left, file := leftBehind(t, k, test.input, test.text)
			if file != test.file {
				t.Fatalf("left\n%q\nwant\n%q", file, test.file)
			}
			before := len(db.Read())
			again, same := leftBehind(t, k, test.input, file)
			if same != file || len(again) != len(left) || len(db.Read()) != before {
				t.Fatalf("read again, %d of %d are left:\n%q", len(again), len(left), same)
			}
			for i := range left {
				if was, is := reason(left[i]), reason(again[i]); was != is {
					t.Errorf("item %d failed for %q and then for %q", i, was, is)
				}
			}
		})
	}
}

// reason is why an item failed, without the place.
func reason(r runner.Rejection) string {
	_, why, _ := strings.Cut(r.Reason, "): ")
	return place.ReplaceAllString(why, "")
}

var place = regexp.MustCompile(`^at byte \d+ of the file: `)

// The journal has the fields beside the names of their columns, and a member's value
// as it stood.
func TestTheJournalHasTheOriginalFields(t *testing.T) {
	t.Parallel()
	for input, test := range map[string][2]string{
		`{"file":"in","source":"s","dryRun":false}`: {
			"number,title,created_at\n1,a,soon\n2\n3,b\"are,\n",
			`["number" "title" "created_at"] ["1" "a" "soon"]  1
["number" "title" "created_at"] ["2"]  2 1 field where the header has 3
["number" "title" "created_at"] []  3 a quote in a field that does not begin with one`,
		},
		`{"file":"in","format":"jsonl","source":"s","dryRun":false}`: {
			`{"number":1, "title":"a","created_at":"soon"}` + "\n",
			`[] [] {"number":1,"title":"a","created_at":"soon"} 1`,
		},
	} {
		k := newKit(t, memstore.New())
		left, _ := leftBehind(t, k, input, test[0])
		var got []string
		for _, l := range left {
			var item struct {
				Row     int64
				Columns []string
				Fields  []string
				Value   json.RawMessage
				Error   struct {
					Reason string
					Raw    []byte
				}
			}
			if err := json.Unmarshal(l.Item, &item); err != nil {
				t.Fatal(err)
			}
			if len(item.Error.Raw) > 0 || l.Attempt != 1 || !strings.HasPrefix(l.Key, k.Last().ID+`:{"offset":`) {
				t.Errorf("%+v", l)
			}
			got = append(got, strings.TrimSpace(fmt.Sprintf("%q %q %s %d %s", item.Columns, item.Fields, item.Value, item.Row, item.Error.Reason)))
		}
		if text := strings.Join(got, "\n"); text != test[1] {
			t.Errorf("got\n%s\nwant\n%s", text, test[1])
		}
	}
}

// The journal is bounded by what is read of a record: of a bad one that is longer it
// has the beginning, and says so. A row that only has too few fields is there whole.
func TestALongRecordIsCutOff(t *testing.T) {
	t.Parallel()
	k := newKit(t, memstore.New())
	long := strings.Repeat("x", 100<<10)
	k.File("in", "number,title,body\n1,b\"are"+long+",\n2,"+long+"\n")
	run, err := k.Do(runner.Request{
		Task: "issues.import", Input: []byte(`{"file":"in","source":"s","dryRun":false}`),
		Limits: runner.Limits{OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	left := k.Rejected(run.ID)
	if o := left[0].Original; !o.Cut || len(o.Text) != 64<<10 || len(left[0].Item) > 1000 {
		t.Errorf("a bad record: cut %v, %d bytes beside %d", o.Cut, len(o.Text), len(left[0].Item))
	}
	if o := left[1].Original; o.Cut || string(o.Text) != "2,"+long+"\n" {
		t.Errorf("a short row: cut %v, %d bytes", o.Cut, len(o.Text))
	}
}

// What the store refuses, once mended, is imported from the file's own records.
func TestFailedRecordsAreRetried(t *testing.T) {
	t.Parallel()
	db := memstore.New()
	k := newKit(t, db)
	k.File("in", "number,title,created_at\n1,a,\n2,b,soon\n3,c,\n4,d,never\n5,e,\n")
	parent, err := k.Do(runner.Request{
		Task: "issues.import", Input: []byte(`{"file":"in","source":"s","dryRun":false}`),
		Limits: runner.Limits{BatchSize: 2, OnError: manifest.OnErrorSkip, MaxFailures: &manifest.MaxFailures{Count: 2}},
	})
	if err != nil || parent.Progress.Failed != 2 {
		t.Fatalf("%v: %+v", err, parent.Progress)
	}
	child, err := k.RetryFailed(parent.ID, runner.Request{})
	if err != nil {
		t.Fatal(err)
	}
	var out issues.ImportOutput
	if err := json.Unmarshal(child.Output, &out); err != nil || out != (issues.ImportOutput{Rejected: 2}) || child.Progress.Processed != 2 {
		t.Errorf("%v: %+v, %+v", err, out, child.Progress)
	}
	for i, left := range k.Rejected(child.ID) {
		if was := k.Rejected(parent.ID)[i]; left.Key != was.Key || left.Reason != was.Reason || string(left.After) != string(was.After) {
			t.Errorf("left %+v, want %+v", left, was)
		}
	}
}
