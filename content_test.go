package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
	"github.com/beignet-go/beignet/runner"
)

// count makes the site's data, and has it count what is done to its issues.
func (s site) count() {
	s.t.Helper()
	s.must("task", "run", "release.migrate", "--no-dry-run")
	db := s.openData()
	defer db.Close()
	if _, err := db.SQL().ExecContext(s.t.Context(), s.engine().counted); err != nil {
		s.t.Fatal(err)
	}
}

func (s site) openData() database {
	s.t.Helper()
	db, err := connect(s.t.Context(), s.data(), false, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return db
}

// content is every row of the app's tables, without the number that the database
// gives an issue, and every word of the search index.
func (s site) content() []string {
	s.t.Helper()
	db := s.openData()
	defer db.Close()
	conn, err := db.SQL().Conn(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	engine := s.engine()
	s.exec(conn, engine.ready)
	all := s.rows(conn, engine.words)
	for _, table := range s.rows(conn, engine.tables+` AND name NOT LIKE 'beignet%'
			AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'issues_search%' AND name NOT LIKE 'goose%' AND name <> 'applied'`) {
		columns := s.rows(conn, strings.ReplaceAll(engine.columns, "TABLE", table)+` AND name <> 'id'`)
		for _, row := range s.rows(conn, `SELECT `+strings.Join(columns, ", ")+` FROM `+table) {
			all = append(all, table+": "+row)
		}
	}
	slices.Sort(all)
	return all
}

func (s site) exec(conn *sql.Conn, statement string) {
	s.t.Helper()
	if _, err := conn.ExecContext(s.t.Context(), statement); err != nil {
		s.t.Fatal(err)
	}
}

// rows are the rows of a query, each as its columns with bars between.
func (s site) rows(q ports.Querier, query string, args ...any) []string {
	s.t.Helper()
	rows, err := q.QueryContext(s.t.Context(), query, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		s.t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		row, to := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range row {
			to[i] = &row[i]
		}
		if err := rows.Scan(to...); err != nil {
			s.t.Fatal(err)
		}
		var texts []string
		for _, cell := range row {
			texts = append(texts, cell.String)
		}
		all = append(all, strings.Join(texts, "|"))
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// same compares contents, and shows the first difference.
func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	line := func(lines []string, i int) string {
		if i < len(lines) {
			return lines[i]
		}
		return "no more"
	}
	for i := range max(len(got), len(want)) {
		if g, w := line(got, i), line(want, i); g != w {
			t.Errorf("%s: %d lines, want %d; line %d is\n%s, want\n%s", what, len(got), len(want), i+1, g, w)
			return
		}
	}
}

// appliedOnce proves that nothing was done to an issue twice, where that is counted.
func (s site) appliedOnce() {
	s.t.Helper()
	db := s.openData()
	defer db.Close()
	if len(s.rows(db.SQL(), s.engine().tables+` AND name = 'applied'`)) == 0 {
		return
	}
	twice := s.rows(db.SQL(), `SELECT what, source, key, count(*) FROM applied GROUP BY 1, 2, 3 HAVING count(*) > 1 OR what = 'change'`)
	if len(twice) > 0 {
		s.t.Errorf("%d issues were changed more often than once, such as %s", len(twice), twice[0])
	}
	if missed := s.rows(db.SQL(), `SELECT source, key FROM issues EXCEPT SELECT source, key FROM applied WHERE what = 'import'`); len(missed) > 0 {
		s.t.Errorf("%d issues were not counted: the test proves nothing", len(missed))
	}
}

func (s site) openState() (ports.State, error) {
	return state(s.t.Context(), runner.Target{State: s.state(), Database: s.data()}, false)
}

// sound proves what holds at any moment: both files are whole, the audit's chain is
// what its hashes say, and no record is ahead of its run's checkpoint. It returns the
// runs on record, the latest last.
func (s site) sound() []standing {
	s.t.Helper()
	state, err := s.openState()
	if errors.Is(err, ports.ErrNotFound) {
		return nil // it was killed before there was one
	}
	if err != nil {
		s.t.Fatal(err)
	}
	defer state.Close()
	s.whole(s.state(), state.(interface{ SQL() *sql.DB }).SQL())
	s.chained(state)
	runs, err := state.List(s.t.Context(), ports.RunFilter{})
	if err != nil {
		s.t.Fatal(err)
	}
	db, err := connect(s.t.Context(), s.data(), false, "")
	if err != nil && !errors.Is(err, ports.ErrNotFound) {
		s.t.Fatal(err)
	}
	if err == nil {
		defer db.Close()
		s.whole(s.data(), db.SQL())
	}
	var all []standing
	for _, run := range slices.Backward(runs) {
		at := standing{Run: run}
		if err == nil {
			at.read(s.t, db)
		}
		if run.Delivery == ports.ExactlyOnce && run.Progress.Batches > at.batches() {
			s.t.Errorf("the record of %s has %d batches, its checkpoint %d", run.Task, run.Progress.Batches, at.batches())
		}
		all = append(all, at)
	}
	return all
}

// whole has SQLite look at a file's structure. A server sees to its own.
func (s site) whole(address string, q ports.Querier) {
	s.t.Helper()
	if postgres.Is(address) {
		return
	}
	if found := s.rows(q, `PRAGMA integrity_check`); !slices.Equal(found, []string{"ok"}) {
		s.t.Errorf("%s is damaged: %s", address, strings.Join(found, "\n"))
	}
}

// chained recomputes the audit's chain.
func (s site) chained(state ports.Audit) {
	s.t.Helper()
	links, err := state.Links(s.t.Context(), 0, 1_000_000)
	if err != nil {
		s.t.Fatal(err)
	}
	var key ports.AuditKey
	before := ""
	for i, l := range links {
		if l.Seq != int64(i+1) || l.Hash != key.Hash(before, l.Body) {
			s.t.Fatalf("link %d of the audit does not follow from the one before", l.Seq)
		}
		before = l.Hash
	}
}

// standing is a run as its record and its own database have it.
type standing struct {
	ports.Run
	ports.Checkpoint // zero: there is none
	journal          []ports.Entry
	at               struct {
		Out                        json.RawMessage
		Processed, Failed, Changed int64
		Seq                        int64
		Head                       string
	}
}

func (r *standing) read(t testing.TB, db ports.Checkpoints) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	var err error
	if r.Checkpoint, err = db.Checkpoint(ctx, r.ID); err != nil {
		if !errors.Is(err, ports.ErrNotFound) {
			t.Fatal(err)
		}
		return
	}
	if err := json.Unmarshal(r.State, &r.at); err != nil {
		t.Fatal(err)
	}
	if r.journal, err = db.Journal(ctx, r.ID, "", 0, 1_000_000); err != nil {
		t.Fatal(err)
	}
	var key ports.AuditKey
	head := ""
	for i, e := range r.journal {
		if head = key.Hash(head, append([]byte(e.Kind+"\n"), e.Body...)); e.Seq != int64(i+1) {
			t.Errorf("entry %d of the journal of %s has number %d", i+1, r.Task, e.Seq)
		}
	}
	if head != r.at.Head || int64(len(r.journal)) != r.at.Seq {
		t.Errorf("the journal of %s ends with entry %d and %.8s, its checkpoint says %d and %.8s", r.Task, len(r.journal), head, r.at.Seq, r.at.Head)
	}
}

// batches is how many batches of the run have committed, without the empty one at its
// end.
func (r *standing) batches() int64 {
	if r.Done {
		return r.Batch - 1
	}
	return r.Batch
}

// result is what must be the same however often a run was interrupted, line by line.
func (r *standing) result() []string {
	lines := []string{
		fmt.Sprintf("status %s", r.Status),
		fmt.Sprintf("output %s, in the checkpoint %s", r.Output, r.at.Out),
		fmt.Sprintf("batches %d, in the checkpoint %d", r.Progress.Batches, r.batches()),
		fmt.Sprintf("processed %d, in the checkpoint %d", r.Progress.Processed, r.at.Processed),
		fmt.Sprintf("failed %d, in the checkpoint %d", r.Progress.Failed, r.at.Failed),
		fmt.Sprintf("changed %d, in the checkpoint %d", r.Progress.Changed, r.at.Changed),
	}
	for _, e := range r.journal {
		var item struct {
			After, Item json.RawMessage
			Reason      string
		}
		_ = json.Unmarshal(e.Body, &item) // nothing of it: as it stands
		lines = append(lines, fmt.Sprintf("%s %s %s %s", e.Kind, item.After, item.Item, item.Reason))
	}
	return lines
}

// standing is the latest run of a task as it stands now.
func (s site) standing(task string) (found standing) {
	s.t.Helper()
	for _, run := range s.sound() {
		if run.Task == task {
			found = run
		}
	}
	return found
}
