package portstest

import (
	"slices"
	"testing"
	"time"

	"github.com/beignet-go/beignet/ports"
)

func wantListed(t *testing.T, s ports.Runs, f ports.RunFilter, want ...string) {
	t.Helper()
	runs, err := s.List(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range runs {
		got = append(got, r.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("List(%+v) = %q, want %q", f, got, want)
	}
}

func testList(t *testing.T, s ports.State) {
	at := func(i int) time.Duration { return time.Duration(i) * time.Second }
	for i, id := range []string{"b", "c", "a", "d"} {
		r := run(id, at(i))
		switch id {
		case "a":
			r.Task, r.Status = "issues.search", ports.Failed
		case "d":
			r.Actor = "bob"
			r.Started = run("", at(2)).Started.UTC() // with "a", in another zone
		}
		if err := s.Start(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		filter ports.RunFilter
		want   []string
	}{
		{ports.RunFilter{}, []string{"d", "a", "c", "b"}},
		{ports.RunFilter{Limit: 2}, []string{"d", "a"}},
		{ports.RunFilter{Task: "issues.import"}, []string{"d", "c", "b"}},
		{ports.RunFilter{Status: ports.Failed}, []string{"a"}},
		{ports.RunFilter{Actor: "ann", Limit: 1}, []string{"a"}},
		{ports.RunFilter{Since: run("", at(1)).Started}, []string{"d", "a", "c"}},
		{ports.RunFilter{Since: run("", at(1)).Started.Add(1).UTC()}, []string{"d", "a"}},
		{ports.RunFilter{Task: "issues.import", Status: ports.Running, Actor: "ann", Since: run("", at(1)).Started, Limit: 9}, []string{"c"}},
		{ports.RunFilter{Task: "none"}, nil},
	} {
		wantListed(t, s, test.filter, test.want...)
	}
	all, err := s.List(t.Context(), ports.RunFilter{Task: "issues.search"})
	if err != nil {
		t.Fatal(err)
	}
	listed := all[0]
	if listed.Log != nil {
		t.Errorf("the list has the log %q", listed.Log)
	}
	listed.Log = run("", 0).Log // which the record has
	wantRun(t, s, listed)
}

// testListOrder lists runs as they were put on record, whatever the clock said: here it
// jumps ahead and back. An instant selects by what it said.
func testListOrder(t *testing.T, s ports.State) {
	const year = 365 * 24 * time.Hour
	start := func(id string, after time.Duration) {
		if err := s.Start(t.Context(), run(id, after)); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range []struct {
		id    string
		after time.Duration
	}{{"c", 0}, {"z", year}, {"b", time.Second}, {"y", -year}, {"a", 2 * time.Second}} {
		start(r.id, r.after)
	}
	moved := run("z", year)
	moved.Status, moved.Attempt, moved.Started = ports.Failed, 2, moved.Started.Add(year)
	if err := s.Update(t.Context(), moved, ports.Mark{Status: ports.Running, Attempt: 1}); err != nil {
		t.Fatal(err)
	}
	begun := run("", 0).Started
	for _, test := range []struct {
		filter ports.RunFilter
		want   []string
	}{
		{ports.RunFilter{}, []string{"a", "y", "b", "z", "c"}},
		{ports.RunFilter{Limit: 1}, []string{"a"}},
		{ports.RunFilter{Task: "issues.import", Status: ports.Running}, []string{"a", "y", "b", "c"}},
		{ports.RunFilter{Since: begun}, []string{"a", "b", "z", "c"}},
		{ports.RunFilter{Since: begun, Limit: 2}, []string{"a", "b"}},
		{ports.RunFilter{Since: begun.Add(time.Hour)}, []string{"z"}},
		{ports.RunFilter{Since: begun.Add(9 * year)}, nil},
		{ports.RunFilter{Before: begun.Add(time.Hour)}, []string{"a", "y", "b", "c"}},
		{ports.RunFilter{Before: begun}, []string{"y"}},
		{ports.RunFilter{Since: begun, Before: begun.Add(2 * time.Second), Status: ports.Running}, []string{"b", "c"}},
	} {
		wantListed(t, s, test.filter, test.want...)
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	start("n", -2*year)
	wantListed(t, s, ports.RunFilter{}, "n", "y", "b", "z", "c")
}

func testFilters(t *testing.T, s ports.State) {
	for i, id := range []string{"aa", "ab1", "ab%2", "aB", "ac", "崩a", "崩溃"} {
		if err := s.Start(t.Context(), run(id, time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	begun := func(i int) time.Time { return run("", time.Duration(i)*time.Second).Started }
	for _, test := range []struct {
		filter ports.RunFilter
		want   []string
	}{
		{ports.RunFilter{Prefix: "ab"}, []string{"ab%2", "ab1"}},
		{ports.RunFilter{Prefix: "ab", Limit: 1}, []string{"ab%2"}},
		{ports.RunFilter{Prefix: "ab%"}, []string{"ab%2"}},
		{ports.RunFilter{Prefix: "a_"}, nil},
		{ports.RunFilter{Prefix: "A"}, nil},
		{ports.RunFilter{Prefix: "ac"}, []string{"ac"}},
		{ports.RunFilter{Prefix: "acc"}, nil},
		{ports.RunFilter{Prefix: "崩"}, []string{"崩溃", "崩a"}},
		{ports.RunFilter{Before: begun(1)}, []string{"aa"}},
		{ports.RunFilter{Before: begun(1).Add(1).UTC()}, []string{"ab1", "aa"}},
		{ports.RunFilter{Since: begun(1), Before: begun(3)}, []string{"ab%2", "ab1"}},
		{ports.RunFilter{Prefix: "a", Task: "issues.import", Status: ports.Running, Actor: "ann", Since: begun(1), Before: begun(3), Limit: 9}, []string{"ab%2", "ab1"}},
	} {
		wantListed(t, s, test.filter, test.want...)
	}
}
