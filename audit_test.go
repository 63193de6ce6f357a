package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/beignet-go/beignet/cli"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// workplace is a folder with a state, a database and files, where the program is
// called.
type workplace struct {
	t    *testing.T
	dir  string
	key  string // the file of the audit's key; "": there is none
	head string // of the audit, as the latest run has told
}

const (
	exitDone   = 0
	exitAudit  = 5
	exitConfig = 78
)

// call runs the program, and returns its exit code and what it has printed.
func (w *workplace) call(args ...string) (exit int, stdout, stderr string) {
	w.t.Helper()
	var out, err bytes.Buffer
	exit = program().Main(context.Background(), args, cli.IO{
		Out: &out, Err: &err, Dir: w.dir,
		Getenv: func(name string) string {
			return map[string]string{
				"BEIGNET_STATE": filepath.Join(w.dir, "state"), "BEIGNET_AUDIT_KEY_FILE": w.key, "USER": "ann", "CI": "true",
			}[name]
		},
	})
	return exit, out.String(), err.String()
}

// task runs a task, whose exit code is as wanted, and notes the head that it tells.
func (w *workplace) task(want int, args ...string) {
	w.t.Helper()
	exit, out, stderr := w.call(append([]string{"task", "run", "--json"}, args...)...)
	if exit != want {
		w.t.Fatalf("%q: exit code %d, want %d\n%s%s", args, exit, want, out, stderr)
	}
	var result struct{ Audit struct{ Head string } }
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		w.t.Fatal(err)
	}
	if result.Audit.Head != "" {
		w.head = result.Audit.Head
	}
}

// exec changes a database behind the program's back, in one transaction.
func (w *workplace) exec(database, statements string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "state", database))
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(w.t.Context(), "BEGIN; "+statements+"; COMMIT"); err != nil {
		w.t.Fatalf("%s: %v", statements, err)
	}
}

// query returns one number of a database.
func (w *workplace) query(database, query string) (n int) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "state", database))
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(w.t.Context(), query).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// copied is a copy of the workplace, to be spoilt.
func (w *workplace) copied(t *testing.T) *workplace {
	t.Helper()
	c := *w
	c.t, c.dir = t, t.TempDir()
	if err := os.CopyFS(c.dir, os.DirFS(w.dir)); err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"state", "state/state.db", "state/data.db", "key"} {
		name := filepath.Join(c.dir, private)
		if info, err := os.Stat(name); err == nil {
			if err := os.Chmod(name, info.Mode().Perm()&0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	if c.key != "" {
		c.key = filepath.Join(c.dir, "key")
	}
	return &c
}

// restore puts a copy's state back into place.
func (w *workplace) restore(from *workplace) {
	w.t.Helper()
	for _, name := range []string{"state.db", "data.db"} {
		text, err := os.ReadFile(filepath.Join(from.dir, "state", name))
		if err != nil {
			w.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(w.dir, "state", name), text, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
}

// want holds audit verify to an exit code, and what it says to a text.
func (w *workplace) want(exit int, says string, args ...string) {
	w.t.Helper()
	got, out, stderr := w.call(append([]string{"audit", "verify"}, args...)...)
	if got != exit || !strings.Contains(out+stderr, says) {
		w.t.Errorf("verify %q: exit code %d, want %d and %q\n%s%s", args, got, exit, says, out, stderr)
	}
}

const auditRows = `Project key,Issue key,Summary,Created
PAN,PAN-1,First,2024-01-02T03:04:05Z
PAN,PAN-2,Second,yesterday
PAN,PAN-3,Third,
PAN,PAN-4,Fourth,never
`

// afterRuns is a workplace in which some runs have ended, and something was refused.
func afterRuns(t *testing.T, key string) *workplace {
	t.Helper()
	w := &workplace{t: t, dir: t.TempDir()}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("rows.csv", auditRows)
	if key != "" {
		write("key", key+"\n")
		w.key = filepath.Join(w.dir, "key")
	}
	w.task(exitDone, "issues.import", "--file", "rows.csv", "--no-dry-run", "--on-error", "skip", "--max-failures", "2", "--batch-size", "1", "--reason", "first", "--tenant", "acme")
	w.task(exitDone, "issues.import", "--file", "rows.csv", "--no-dry-run", "--on-error", "skip", "--max-failures", "2")
	w.task(65, "issues.import", "--file", "rows.csv", "--no-dry-run")
	w.task(65, "issues.search", "--input", `{"qury":"x"}`)
	w.task(exitDone, "issues.backfill-search", "--no-dry-run")
	w.whole()
	w.task(exitDone, "issues.backfill-search")
	return w
}

func (w *workplace) auditKey() ports.AuditKey {
	w.t.Helper()
	if w.key == "" {
		return nil
	}
	key, err := os.ReadFile(w.key)
	if err != nil {
		w.t.Fatal(err)
	}
	return bytes.TrimSpace(key)
}

// whole appends an event that has every field.
func (w *workplace) whole() {
	w.t.Helper()
	s, err := state(w.t.Context(), runner.Target{
		State: filepath.Join(w.dir, "state"), Database: filepath.Join(w.dir, "state", "data.db"), AuditKey: w.auditKey(),
	}, false)
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	err = s.Append(w.t.Context(), ports.Event{
		Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Action: "issue.closed", Run: "r", Task: "issues.close", Environment: "local", Actor: "ann", Client: "c",
		Tenant: "acme", Reason: "because", Resource: "PAN-1\u202e\x1b[31m", Entry: 3, Metadata: json.RawMessage(`{"n":1}`),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Whatever is changed in the audit is seen, by the audit alone or by a head that was
// noted elsewhere, and the docs say which by which.
func TestTamperedAudit(t *testing.T) {
	t.Parallel()
	sound := afterRuns(t, "")
	sound.want(exitDone, "as recorded", "--expect", sound.head)
	last := sound.query("state.db", "SELECT max(seq) FROM audit")
	whole := sound.query("state.db", "SELECT seq FROM audit WHERE body LIKE '%issue.closed%'")
	type tampering struct {
		statements string
		says       string // with --expect
		alone      int    // the exit code without
	}
	cases := map[string]tampering{
		"a row in the middle deleted":      {"DELETE FROM audit WHERE seq = 3", "event 3 is missing", exitAudit},
		"two rows deleted":                 {"DELETE FROM audit WHERE seq IN (3, 4)", "events 3 to 4 are missing", exitAudit},
		"the first deleted":                {"DELETE FROM audit WHERE seq = 1", "event 1 is missing", exitAudit},
		"deleted and numbered anew":        {"DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = -seq WHERE seq > 3; UPDATE audit SET seq = -seq - 1 WHERE seq < 0", "event 3 is not what was recorded", exitAudit},
		"two swapped":                      {"UPDATE audit SET seq = -3 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4; UPDATE audit SET seq = 4 WHERE seq = -3", "event 3 is not what was recorded", exitAudit},
		"one doubled":                      {"INSERT INTO audit (seq, hash, body) SELECT 1000, hash, body FROM audit WHERE seq = 2", "are missing", exitAudit},
		"one before the first":             {"INSERT INTO audit (seq, hash, body) SELECT -1, hash, '{}' FROM audit WHERE seq = 2", "event -1 stands before the first", exitAudit},
		"the end deleted":                  {fmt.Sprintf("DELETE FROM audit WHERE seq = %d", last), "no event has the expected hash", exitDone},
		"truncated":                        {"DELETE FROM audit WHERE seq > 2", "no event has the expected hash", exitDone},
		"emptied":                          {"DELETE FROM audit", "no event has the expected hash", exitDone},
		"a seq":                            {fmt.Sprintf("UPDATE audit SET seq = seq + 1 WHERE seq = %d", last), "is missing", exitAudit},
		"a hash":                           {"UPDATE audit SET hash = replace(hash, substr(hash, 1, 1), 'g') WHERE seq = 4", "event 4 is not what was recorded", exitAudit},
		"the last hash":                    {fmt.Sprintf("UPDATE audit SET hash = upper(hash) WHERE seq = %d", last), "is not what was recorded", exitAudit},
		"a space":                          {"UPDATE audit SET body = body || ' ' WHERE seq = 4", "event 4 is not what was recorded", exitAudit},
		"no body":                          {"UPDATE audit SET body = '{}' WHERE seq = 4", "event 4 is not what was recorded", exitAudit},
		"two bodies swapped":               {"UPDATE audit SET body = (SELECT body FROM audit b WHERE b.seq = 6 - audit.seq) WHERE seq IN (1, 5)", "event 1 is not what was recorded", exitAudit},
		"a hash that claims to have a key": {"UPDATE audit SET hash = 'hmac-sha256:' || hash WHERE seq = 4", "recorded with a key", exitConfig},
	}
	for _, field := range []string{"time", "action", "run", "task", "environment", "actor", "client", "tenant", "reason", "resource", "entry", "metadata.n"} {
		says := fmt.Sprintf("event %d is not what was recorded", whole)
		cases["field "+field+" changed"] = tampering{fmt.Sprintf("UPDATE audit SET body = json_replace(body, '$.%s', 7) WHERE seq = %d", field, whole), says, exitAudit}
		cases["field "+field+" removed"] = tampering{fmt.Sprintf("UPDATE audit SET body = json_remove(body, '$.%s') WHERE seq = %d", field, whole), says, exitAudit}
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := sound.copied(t)
			w.exec("state.db", test.statements)
			expected := exitAudit
			if test.alone == exitConfig {
				expected = exitConfig
			}
			w.want(expected, test.says, "--expect", w.head)
			w.want(test.alone, "")
		})
	}
}

// anew rewrites every hash from an event on, as somebody would who can write to the
// state: with the key, or without it.
func (w *workplace) anew(from int64, key ports.AuditKey) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "state", "state.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(w.t.Context(), "SELECT seq, hash, body FROM audit ORDER BY seq")
	if err != nil {
		w.t.Fatal(err)
	}
	before, statements := "", ""
	for rows.Next() {
		var l ports.Link
		if err := rows.Scan(&l.Seq, &l.Hash, (*[]byte)(&l.Body)); err != nil {
			w.t.Fatal(err)
		}
		if l.Seq >= from {
			l.Hash = key.Hash(before, l.Body)
			statements += fmt.Sprintf("UPDATE audit SET hash = '%s' WHERE seq = %d;", l.Hash, l.Seq)
		}
		before = l.Hash
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		w.t.Fatal(err)
	}
	w.exec("state.db", strings.TrimSuffix(statements, ";"))
}

// added adds an event by hand, as somebody would who has no key.
func (w *workplace) added() {
	w.t.Helper()
	last := w.query("state.db", "SELECT max(seq) FROM audit")
	w.exec("state.db", fmt.Sprintf("INSERT INTO audit (seq, hash, body) VALUES (%d, '', '{}')", last+1))
	w.anew(int64(last)+1, nil)
}

const forgery = "UPDATE audit SET body = replace(body, 'ann', 'bob')"

// A chain that was written anew is sound: only a head that was noted elsewhere, or a
// key, tells.
func TestRewrittenAudit(t *testing.T) {
	t.Parallel()
	plain := afterRuns(t, "")
	w := plain.copied(t)
	w.exec("state.db", forgery)
	w.anew(1, nil)
	w.want(exitDone, "whoever can write to the state can write the chain anew")
	w.want(exitAudit, "no event has the expected hash", "--expect", w.head)

	w = plain.copied(t)
	w.added()
	w.want(exitDone, "and 1 event after it", "--expect", w.head)

	keyed := afterRuns(t, "0123456789abcdef")
	w = keyed.copied(t)
	w.added()
	w.want(exitAudit, "has no key's hash", "--expect", w.head)
	keyed.want(exitDone, "as recorded", "--expect", keyed.head)
	if _, out, _ := keyed.call("audit", "verify"); strings.Contains(out, "anew") || strings.Contains(out, "0123456789") {
		t.Errorf("a keyed chain: %s", out)
	}
	last := int64(keyed.query("state.db", "SELECT max(seq) FROM audit"))
	for name, test := range map[string]struct {
		from int64
		key  ports.AuditKey
		says string
	}{
		"without the key":                    {1, nil, "there is a key, and no event has its hash"},
		"from the middle on without the key": {4, nil, "event 4 has no key's hash"},
		"the last without the key":           {last, nil, fmt.Sprintf("event %d has no key's hash", last)},
		"with another key":                   {1, ports.AuditKey("fedcba9876543210"), "event 1 is not what was recorded"},
		"the last with another key":          {last, ports.AuditKey("fedcba9876543210"), "or it was recorded with another key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := keyed.copied(t)
			w.exec("state.db", fmt.Sprintf("%s WHERE seq >= %d", forgery, test.from))
			w.anew(test.from, test.key)
			w.want(exitAudit, test.says)
		})
	}
}

// What was in the WAL alone is gone with it. The chain before it is sound, so that
// only a head that was noted elsewhere tells.
func TestAuditWithoutItsWAL(t *testing.T) {
	t.Parallel()
	w := afterRuns(t, "")
	before := w.query("state.db", "SELECT count(*) FROM audit")
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "state", "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.PingContext(t.Context()); err != nil { // while it is open nobody empties the WAL
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "SELECT count(*) FROM audit"); err != nil {
		t.Fatal(err)
	}
	w.task(exitDone, "issues.backfill-search", "--no-dry-run")
	c := w.copied(t)
	for _, name := range []string{"state.db-wal", "state.db-shm"} {
		if err := os.Remove(filepath.Join(c.dir, "state", name)); err != nil {
			t.Fatal(err)
		}
	}
	if n := c.query("state.db", "SELECT count(*) FROM audit"); n != before {
		t.Fatalf("%d events without the WAL, want %d: nothing was dropped", n, before)
	}
	c.want(exitAudit, "no event has the expected hash", "--expect", w.head)
	c.want(exitDone, "as recorded")
	w.want(exitDone, "as recorded", "--expect", w.head)
}

// A state that is gone has no event, and none that is expected.
func TestAuditWithoutAState(t *testing.T) {
	t.Parallel()
	w := &workplace{t: t, dir: t.TempDir()}
	w.want(exitDone, "no events")
	w.want(exitAudit, "no event has the expected hash", "--expect", strings.Repeat("0", 64))
	if exit, out, stderr := w.call("audit", "export"); exit != exitDone || out != "" {
		t.Errorf("export: %d, %q %s", exit, out, stderr)
	}
	if _, err := os.Stat(filepath.Join(w.dir, "state")); err == nil {
		t.Error("a state was made")
	}
}

// The journals are in another file than the audit, which has their heads.
func TestTamperedJournals(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "0123456789abcdef"} {
		w := afterRuns(t, key)
		w.want(exitDone, "4 runs, 4 lines", "--journals")
		sound := w.copied(t)
		const first = "run = (SELECT min(run) FROM beignet_journal)"
		for name, test := range map[string]struct{ database, statements, says string }{
			"a row deleted":          {"data.db", "DELETE FROM beignet_journal WHERE seq = 1 AND " + first, "entry 1 is missing"},
			"the last deleted":       {"data.db", "DELETE FROM beignet_journal WHERE seq = 2 AND " + first, "it has 1 entries, and its checkpoint has 2"},
			"all deleted":            {"data.db", "DELETE FROM beignet_journal WHERE " + first, "it has 0 entries, and its checkpoint has 2"},
			"all and the checkpoint": {"data.db", "DELETE FROM beignet_checkpoint WHERE " + first + "; DELETE FROM beignet_journal WHERE " + first, "never the one that the audit has"},
			"two swapped":            {"data.db", "UPDATE beignet_journal SET seq = -seq WHERE " + first + "; UPDATE beignet_journal SET seq = seq + 3 WHERE " + first, "its hash is not its checkpoint's"},
			"a reason":               {"data.db", "UPDATE beignet_journal SET body = json_set(body, '$.reason', 'none') WHERE seq = 1 AND " + first, "its hash is not its checkpoint's"},
			"a kind":                 {"data.db", "UPDATE beignet_journal SET kind = 'audit' WHERE seq = 1 AND " + first, "its hash is not its checkpoint's"},
			"given to another run":   {"data.db", "UPDATE beignet_journal SET run = 'x' WHERE " + first, "it has 0 entries, and its checkpoint has 2"},
			"the checkpoint's head":  {"data.db", "UPDATE beignet_checkpoint SET state = json_set(state, '$.head', 'x') WHERE " + first, ""},
			"the checkpoint's count": {"data.db", "UPDATE beignet_checkpoint SET state = json_set(state, '$.seq', 1) WHERE " + first, "it has 2 entries, and its checkpoint has 1"},
			"a record removed":       {"state.db", "DELETE FROM run WHERE id = (SELECT min(id) FROM run)", "is not on record any more, and was not pruned"},
			"the chain of another":   {"data.db", "UPDATE beignet_checkpoint SET run = 'x' WHERE " + first + "; UPDATE beignet_journal SET run = 'x' WHERE " + first, "never the one that the audit has"},
		} {
			t.Run(fmt.Sprintf("%s/key %q", name, key), func(t *testing.T) { // one after the other: a run's database is known by its path
				w.t = t
				w.restore(sound)
				w.exec(test.database, test.statements)
				w.want(exitDone, "as recorded", "--expect", w.head)
				w.want(exitAudit, test.says, "--journals")
			})
		}
	}
}
