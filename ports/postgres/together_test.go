package postgres_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

// parts are the parts of beignet that a database has the tables of.
func parts(t *testing.T, db *postgres.DB) (all []string) {
	t.Helper()
	rows, err := db.SQL().QueryContext(t.Context(), `SELECT part FROM beignet_version ORDER BY part`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var part string
		if err := rows.Scan(&part); err != nil {
			t.Fatal(err)
		}
		all = append(all, part)
	}
	return all
}

// State and data stand in one database or in two, whichever is made first, beside an
// app's own tables. The checkpoint is where the rows are.
func TestStateAndData(t *testing.T) {
	t.Parallel()
	one, two, first := pgtest.Database(t), pgtest.Database(t), pgtest.Database(t)
	for name, test := range map[string]struct {
		state, data string
		dataFirst   bool
		want        []string // the parts in the data's database
	}{
		"one database, the state first": {one, one, false, []string{"data", "state"}},
		"one database, the data first":  {first, first, true, []string{"data", "state"}},
		"two databases":                 {two, pgtest.Database(t), false, []string{"data"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := postgres.OpenState(t.Context(), test.state, postgres.StateOptions{}); !errors.Is(err, ports.ErrNotFound) {
				t.Errorf("OpenState of none: %v, want ErrNotFound", err)
			}
			var data *postgres.DB
			if test.dataFirst {
				data = openData(t, test.data)
			}
			s := openState(t, test.state, postgres.StateOptions{Create: true})
			if data == nil {
				data = openData(t, test.data)
			}
			if got := parts(t, data); !slices.Equal(got, test.want) {
				t.Errorf("the data's database has %q, want %q", got, test.want)
			}
			if err := s.Start(t.Context(), record("r", 1), ports.Event{Action: "task.started", Run: "r"}); err != nil {
				t.Fatal(err)
			}
			insert, tx, err := database(t, data).Begin(t.Context(), ports.TxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			saved := ports.Checkpoint{Run: "r", Batch: 1, State: json.RawMessage(`{}`)}
			if err := errors.Join(insert("row"), tx.Save(t.Context(), saved, nil, nil), tx.Commit()); err != nil {
				t.Fatal(err)
			}
			shared := test.state == test.data
			if c, err := s.Checkpoint(t.Context(), "r"); (err == nil && c.Batch == 1) != shared {
				t.Errorf("the state has the checkpoint %+v, %v", c, err)
			}
			if err := s.Delete(t.Context(), "r"); err != nil {
				t.Fatal(err)
			}
			if _, err := data.Checkpoint(t.Context(), "r"); errors.Is(err, ports.ErrNotFound) != shared {
				t.Errorf("after the run was deleted, the data's checkpoint: %v", err)
			}
			if all, err := rows(t, data); err != nil || !slices.Equal(all, []string{"row"}) {
				t.Errorf("the rows are %q, %v", all, err)
			}
		})
	}
}

// A state is put beside an app's tables only where one is to be made, and one of another
// version is refused.
func TestStateBesideAnApp(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := openState(t, url, postgres.StateOptions{Create: true})
	exec := func(statement string) {
		t.Helper()
		if _, err := postgres.SQL(s).ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec(`UPDATE beignet_version SET version = 99 WHERE part = 'state'`)
	var version *ports.VersionError
	if _, err := postgres.OpenState(t.Context(), url, postgres.StateOptions{Create: true}); !errors.As(err, &version) || version.Have != 99 {
		t.Errorf("OpenState: %v, want a VersionError of 99", err)
	}
	exec(`DROP SCHEMA public CASCADE`)
	exec(`CREATE SCHEMA public CREATE TABLE row (id text)`)
	if _, err := postgres.OpenState(t.Context(), url, postgres.StateOptions{}); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("OpenState: %v, want ErrNotFound", err)
	}
	again := openState(t, url, postgres.StateOptions{Create: true})
	if runs, err := again.List(t.Context(), ports.RunFilter{}); err != nil || len(runs) > 0 {
		t.Errorf("%+v, %v", runs, err)
	}
}

// What the database cannot keep in a name is replaced there, and kept in the record. A
// key is taken as it is or not at all.
func TestNames(t *testing.T) {
	t.Parallel()
	s := openState(t, pgtest.Database(t), postgres.StateOptions{Create: true})
	r := record("r", 1)
	r.Actor, r.Started = "ann\x00", time.Date(2026, 11, 24, 15, 0, 0, 1, time.UTC)
	if err := s.Start(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	runs, err := s.List(t.Context(), ports.RunFilter{Actor: r.Actor, Since: r.Started, Before: r.Started.Add(1)})
	if err != nil || len(runs) != 1 || runs[0].Actor != r.Actor {
		t.Errorf("listed are %+v, %v", runs, err)
	}
	if _, err := s.Run(t.Context(), "\xff"); !errors.Is(err, ports.ErrNotFound) {
		t.Errorf("Run of what is no text: %v, want ErrNotFound", err)
	}
	for _, key := range []string{"", "a\x00", "a\xff"} {
		if _, err := s.Lock(t.Context(), ports.Holder{}, []string{"b", key}); err == nil {
			t.Errorf("Lock of %q: no error", key)
		}
	}
	if _, err := s.Lock(t.Context(), ports.Holder{Run: "\x00", Actor: "\xff"}, []string{"b"}); err != nil {
		t.Error(err)
	}
}

// The run and the journal entry of an event are read from its body, whatever stands in
// its other members.
func TestEventsAreKnownByTheirBody(t *testing.T) {
	t.Parallel()
	s := openState(t, pgtest.Database(t), postgres.StateOptions{Create: true})
	tricky := `,"entry":9,"run":"other","metadata":{}`
	for i, e := range []ports.Event{
		{Action: tricky, Resource: tricky, Metadata: json.RawMessage(`{"a":1,"entry":7,"run":"other"}`)},
		{Action: "a", Run: "r", Metadata: json.RawMessage(`{"entry":7,"run":"other","a":{"b":1,"entry":8}}`)},
		{Action: tricky, Run: `r"\`, Actor: tricky, Entry: 3, Metadata: json.RawMessage(`{"entry":7}`)},
		{Action: "a", Run: "r\x00<", Entry: 1 << 60},
		{Action: "a", Entry: 4},
	} {
		for range 2 { // a copy is known again
			if err := s.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		want := map[bool]int{true: 1, false: 2}[e.Entry > 0]
		var n int
		var run string
		var entry int64
		run8, err := json.Marshal(e.Run)
		if err != nil {
			t.Fatal(err)
		}
		err = postgres.SQL(s).QueryRowContext(t.Context(), `SELECT count(*), min(run), coalesce(min(entry), 0) FROM beignet_audit`).Scan(&n, &run, &entry)
		if err != nil || n != want || `"`+run+`"` != string(run8) || entry != e.Entry {
			t.Errorf("event %d: %d of run %s and entry %d, %v; want %d of %s and %d", i, n, run, entry, err, want, run8, e.Entry)
		}
		if _, err := postgres.SQL(s).ExecContext(t.Context(), `TRUNCATE beignet_audit`); err != nil {
			t.Fatal(err)
		}
	}
}
