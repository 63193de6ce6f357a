package portstest

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// Tx runs the suite of ports.Tx and ports.Checkpoints. Each call of open returns
// an empty database that lasts for its test.
func Tx(t *testing.T, open func(*testing.T) Database) {
	for name, test := range map[string]func(*testing.T, Database){
		"Whole":      testWhole,
		"Rollback":   testRollback,
		"Isolation":  testIsolation,
		"Failed":     testFailed,
		"Spent":      testSpent,
		"TakenOver":  testTakenOver,
		"Stale":      testStale,
		"Journal":    testJournal,
		"Contention": testContention,
		"Context":    testContext,
		"Waiting":    testWaiting,
		"Forget":     testForget,
		"ForgetWait": testForgetWaits,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
	t.Run("Raise", func(t *testing.T) { t.Parallel(); testRules(t, open, raiseRules()) })
	t.Run("Save", func(t *testing.T) { t.Parallel(); testRules(t, open, saveRules()) })
}

// exact holds texts that a careless adapter would respell.
const exact = "{ \"n\": 9007199254740993, \"html\": \"<&>\", \"line\": \"\u2028\", \"nul\": \"\\u0000\", \"崩溃\": 1e3 }"

func testWhole(t *testing.T, d Database) {
	state, body := json.RawMessage(exact), json.RawMessage(exact)
	want := content{
		Checkpoint: &ports.Checkpoint{Run: "r", Batch: 1, State: json.RawMessage(exact), Done: true},
		Journal: []ports.Entry{
			{Seq: 1, Kind: ports.EntryRejected, Body: json.RawMessage(exact)},
			{Seq: 2, Kind: ports.EntryAudit, Body: json.RawMessage(`[]`)},
		},
		Rows: []string{"a", "b"},
	}
	d.mustCommit(t, batch{
		raise:   fence("run:r", 1),
		rows:    []string{"a", "b"},
		save:    ports.Checkpoint{Run: "r", Batch: 1, State: state, Done: true},
		fences:  fence("run:r", 1),
		entries: []ports.Entry{{Seq: 1, Kind: ports.EntryRejected, Body: body}, {Seq: 2, Kind: ports.EntryAudit, Body: json.RawMessage(`[]`)}},
	})
	d.wantContent(t, want)

	clear(state) // the caller's again
	clear(body)
	got := d.content(t)
	clear(got.Checkpoint.State)
	clear(got.Journal[0].Body)
	d.wantContent(t, want)
}

func testRollback(t *testing.T, d Database) {
	d.mustCommit(t, batch{
		raise: fence("k", 1), rows: []string{"a"}, save: point(1), fences: fence("k", 1),
		entries: []ports.Entry{entry(1, `1`), entry(3, `3`), entry(4, `4`)},
	})
	before := d.content(t)
	tx, err := d.do(t.Context(), batch{
		raise: fence("k", 9), rows: []string{"b"}, save: point(2), fences: fence("k", 9), entries: []ports.Entry{entry(2, `2`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	d.wantContent(t, before)
	d.mustCommit(t, batch{raise: fence("k", 2), save: point(2), fences: fence("k", 2)}) // 9 was not kept
}

func testIsolation(t *testing.T, d Database) {
	tx, err := d.do(t.Context(), batch{rows: []string{"a"}, save: point(1), entries: []ports.Entry{entry(1, `1`)}})
	if err != nil {
		t.Fatal(err)
	}
	d.wantContent(t, content{}) // and reading does not wait
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	committed := point(1)
	d.wantContent(t, content{&committed, []ports.Entry{entry(1, `1`)}, []string{"a"}})
}

func testFailed(t *testing.T, d Database) {
	tx, err := d.do(t.Context(), batch{rows: []string{"a"}, save: point(2), entries: []ports.Entry{entry(1, `1`)}})
	if !errors.Is(err, ports.ErrStale) {
		t.Fatalf("Save: %v, want ErrStale", err)
	}
	if err := tx.Commit(); err == nil {
		t.Error("Commit after a failed Save: no error")
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	d.wantContent(t, content{})
}

func testSpent(t *testing.T, d Database) {
	tx, err := d.do(t.Context(), batch{rows: []string{"a"}, save: point(1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	before := d.content(t)
	wantSpent(t, tx)
	d.wantContent(t, before)

	if tx, err = d.do(t.Context(), batch{rows: []string{"b"}, save: point(2)}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	wantSpent(t, tx)
	d.wantContent(t, before)
}

func wantSpent(t *testing.T, tx ports.Tx) {
	t.Helper()
	if err := tx.Rollback(); err != nil {
		t.Errorf("Rollback of a spent transaction: %v, want nothing", err)
	}
	for name, err := range map[string]error{
		"Raise":  tx.Raise(t.Context(), fence("k", 1)),
		"Save":   tx.Save(t.Context(), point(2), nil, []ports.Entry{entry(7, `7`)}),
		"Commit": tx.Commit(),
	} {
		if err == nil {
			t.Errorf("%s of a spent transaction: no error", name)
		}
	}
}

func testTakenOver(t *testing.T, d Database) {
	d.mustCommit(t,
		batch{raise: fence("run:r", 1), rows: []string{"a"}, save: point(1), fences: fence("run:r", 1)},
		batch{raise: fence("run:r", 2), rows: []string{"b"}, save: point(2), fences: fence("run:r", 2)},
	)
	before := d.content(t)
	err := d.commit(t.Context(), batch{rows: []string{"late"}, save: point(3), fences: fence("run:r", 1)})
	if !errors.Is(err, ports.ErrStale) {
		t.Errorf("the first holder's batch: %v, want ErrStale", err)
	}
	d.wantContent(t, before)
}

func testJournal(t *testing.T, d Database) {
	audit := func(e ports.Entry) ports.Entry { e.Kind = ports.EntryAudit; return e }
	d.mustCommit(t,
		batch{save: point(1), entries: []ports.Entry{entry(1, `1`), audit(entry(2, `2`)), entry(3, `3`)}},
		batch{save: point(2), entries: []ports.Entry{entry(10, `10`), audit(entry(11, `11`))}},
		batch{save: ports.Checkpoint{Run: "other", Batch: 1}, entries: []ports.Entry{entry(2, `"other"`)}},
	)
	for _, test := range []struct {
		run, kind string
		after     int64
		limit     int
		want      []int64
	}{
		{"r", "", 0, 100, []int64{1, 2, 3, 10, 11}},
		{"r", "", 0, 2, []int64{1, 2}},
		{"r", "", 2, 2, []int64{3, 10}},
		{"r", "", 11, 100, nil},
		{"r", ports.EntryAudit, 0, 100, []int64{2, 11}},
		{"r", ports.EntryAudit, 0, 1, []int64{2}},
		{"r", ports.EntryAudit, 2, 1, []int64{11}},
		{"r", "none", 0, 100, nil},
		{"other", "", 0, 100, []int64{2}},
		{"none", "", 0, 100, nil},
	} {
		entries, err := d.Checkpoints.Journal(t.Context(), test.run, test.kind, test.after, test.limit)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, e := range entries {
			got = append(got, e.Seq)
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("Journal(%s, %q, %d, %d) = %v, want %v", test.run, test.kind, test.after, test.limit, got, test.want)
		}
	}
}
