package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports/sqlite"
)

// A dry run of every task that has one changes nothing: no row of any table of the
// data, and no byte of any folder but the state's. Tasks are taken from the manifest
// and their inputs from their examples, so that a new one is tried too.
func TestDryRunsChangeNothing(t *testing.T) {
	t.Parallel()
	m, found := manifest.Load(manifests, "beignet.yaml")
	if len(found) > 0 {
		t.Fatal(found)
	}
	tried := 0
	for task := range m.Tasks() {
		if !hasDryRun(t, task) {
			continue
		}
		tried++
		t.Run(task.Name, func(t *testing.T) {
			t.Parallel()
			w := populated(t)
			before := w.sums()
			ended, last := 0, ""
			for _, input := range dryInputs(t, task) {
				out, err := w.run("task", "run", task.Name, "--input", input, "--preview", "all", "--json")
				if err != nil && strings.Contains(out, "--preview are for tasks with batches") {
					out, err = w.run("task", "run", task.Name, "--input", input, "--json")
				}
				if last = out; err == nil {
					ended++
				}
				if err == nil && !strings.Contains(out, `"status":"succeeded","exit":0,"dryRun":true`) {
					t.Errorf("%s: no dry run: %s", input, out)
				}
				w.same(before, input)
			}
			if ended == 0 {
				t.Errorf("no example of %s can be run here: give it one whose files are among testdata's, or put them into the house of this test. The last one:\n%s", task.Name, last)
			}
		})
	}
	if tried == 0 {
		t.Error("no task has a dry run")
	}
}

func hasDryRun(t *testing.T, task *manifest.Task) bool {
	t.Helper()
	var input struct{ Properties map[string]json.RawMessage }
	if err := json.Unmarshal(task.Input.JSON, &input); err != nil {
		t.Fatal(err)
	}
	_, ok := input.Properties["dryRun"]
	return ok
}

// dryInputs are the task's examples as dry runs, or its defaults where it has none.
func dryInputs(t *testing.T, task *manifest.Task) []string {
	t.Helper()
	var inputs []string
	examples := task.Examples
	if len(examples) == 0 {
		examples = []manifest.Example{{Input: []byte(`{}`)}}
	}
	for _, e := range examples {
		var input map[string]json.RawMessage
		if err := json.Unmarshal(e.Input, &input); err != nil {
			t.Fatal(err)
		}
		input["dryRun"] = json.RawMessage("true")
		text, err := json.Marshal(input)
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, string(text))
	}
	return inputs
}

// house is a folder with everything that a task may write to: a state, a database
// and files.
type house struct {
	t      *testing.T
	folder string
}

// populated is a house in use: there are issues indexed and not, labels to merge, runs
// on record, and files.
func populated(t *testing.T) house {
	t.Helper()
	w := house{t, t.TempDir()}
	for _, name := range []string{"issues.csv", "github.json"} {
		w.write("testdata/"+name, readIn(t, ".", "testdata/"+name))
	}
	w.write("spelled.jsonl", `{"source":"s","key":"1","title":"Crash","labels":["Bug"]}`+"\n"+`{"source":"s","key":"2","title":"Typo","labels":["bug","ui"]}`+"\n")
	w.write("tickets.csv", "Ticket;Subject;Opened\n1;First;2024-05-31 17:30:00\n")
	w.write("notes/deep/a.txt", "as it was")
	for _, args := range [][]string{
		{"issues.import", "--file", "testdata/issues.csv"},
		{"issues.backfill-search"},
		{"issues.import", "--file", "spelled.jsonl"},
	} {
		if out, err := w.run(append([]string{"task", "run"}, append(args, "--no-dry-run")...)...); err != nil {
			t.Fatal(out)
		}
	}
	return w
}

func (w house) write(name, text string) {
	name = filepath.Join(w.folder, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// run runs the program.
func (w house) run(args ...string) (string, error) {
	cmd := exec.Command("beignet", args...)
	var out bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = w.folder, &out, &out
	cmd.Env = append(os.Environ(), "HOME="+w.folder, "BEIGNET_STATE=state", "BEIGNET_DATABASE=data/data.db")
	if err := os.MkdirAll(filepath.Join(w.folder, "data"), 0o700); err != nil {
		return "", err
	}
	err := cmd.Run()
	return out.String(), err
}

// sums are the checksums of every table and of every file but the state's.
func (w house) sums() map[string]string {
	w.t.Helper()
	sums := map[string]string{}
	err := filepath.WalkDir(w.folder, func(name string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(w.folder, name) // both are absolute
		switch {
		case err != nil:
			return err
		case rel == "state":
			return fs.SkipDir
		case d.IsDir():
			sums[rel+"/"] = ""
			return nil
		}
		text, err := os.ReadFile(name)
		sums[rel] = fmt.Sprintf("%x", sha256.Sum256(text))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	maps.Copy(sums, w.tables())
	return sums
}

// tables are the checksums of the tables of a copy of the database: reading the
// database itself would make files beside it.
func (w house) tables() map[string]string {
	w.t.Helper()
	copied := house{w.t, w.t.TempDir()}
	for _, suffix := range []string{"", "-wal"} {
		if text, err := os.ReadFile(filepath.Join(w.folder, "data/data.db") + suffix); err == nil {
			copied.write("data.db"+suffix, string(text))
		}
	}
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(copied.folder, "data.db"), sqlite.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	sums := map[string]string{}
	for _, table := range w.rows(db, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'") {
		sums["table "+table] = fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(w.rows(db, `SELECT * FROM "`+table+`"`), "\n"))))
	}
	sums["the schema"] = strings.Join(w.rows(db, "SELECT sql FROM sqlite_master"), "\n")
	return sums
}

// rows are those of a query, each as text.
func (w house) rows(db *sqlite.DB, query string) (all []string) {
	w.t.Helper()
	rows, err := db.SQL().QueryContext(context.Background(), query)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	for rows.Next() {
		values, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			w.t.Fatal(err)
		}
		text := fmt.Sprint(values...)
		if len(values) == 1 {
			text = fmt.Sprint(values[0])
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w house) same(before map[string]string, input string) {
	w.t.Helper()
	after := w.sums()
	for what, sum := range after {
		if was, known := before[what]; !known {
			w.t.Errorf("%s: a dry run made %s", input, what)
		} else if was != sum {
			w.t.Errorf("%s: a dry run changed %s", input, what)
		}
	}
	for what := range before {
		if _, left := after[what]; !left {
			w.t.Errorf("%s: a dry run removed %s", input, what)
		}
	}
}
