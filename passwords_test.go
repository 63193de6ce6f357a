package main

import (
	"bytes"
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/cli"
	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports/postgres"
)

// password is that of a database, in the form that an address has.
const password = needle + "%2Fp%40ss"

// dial is a folder in which the program is given addresses with passwords.
type dial struct {
	t    *testing.T
	dir  string
	said strings.Builder
}

// call runs the program with a database and a state.
func (d *dial) call(database, state string, args ...string) int {
	d.t.Helper()
	variables := map[string]string{"BEIGNET_DATABASE": database, "BEIGNET_STATE": state, "USER": "ann", "NO_COLOR": "1", "CI": "true"}
	var stdout, stderr bytes.Buffer
	exit := program().Main(d.t.Context(), args, cli.IO{
		Out: &stdout, Err: &stderr, Dir: d.dir, Getenv: func(name string) string { return variables[name] },
	})
	d.said.WriteString("$ " + strings.Join(args, " ") + "\n" + stdout.String() + stderr.String())
	return exit
}

// quiet fails where a password stands in what was said, or in a file of the folder.
func (d *dial) quiet(passwords ...string) {
	d.t.Helper()
	for _, p := range passwords {
		if said := d.said.String(); strings.Contains(said, p) {
			at := strings.Index(said, p)
			d.t.Errorf("%s is told: …%q…", p, said[max(0, at-300):min(len(said), at+100)])
		}
	}
	err := filepath.WalkDir(d.dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		for _, p := range passwords {
			if bytes.Contains(text, []byte(p)) {
				d.t.Errorf("%s is in %s", p, name)
			}
		}
		return err
	})
	if err != nil {
		d.t.Error(err)
	}
}

// whatAsks are commands that open a database or a state, and what shows either.
var whatAsks = []string{
	"task run issues.search --query xx --json", "task run issues.search --query xx -v", "task run issues.backfill-search --no-dry-run --log-format json --log-level debug",
	"runs list --json", "audit list", "audit verify --journals", "audit export", "locks", "state init", "check --online", "check --online --json", "runs prune --older-than 1d",
}

// bad-input 71, 72: the password of an address that is malformed, or leads nowhere, is told by
// no command.
func TestPasswordsOfBadAddresses(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, address := range []string{
		"postgres://ann:" + password + "@" + closed.Addr().String() + "/orders?sslmode=disable",
		"postgres://" + closed.Addr().String() + "/orders?sslmode=disable&user=ann&password=" + password,
		"postgres://ann:" + password + "@/", "postgres://ann:" + password + "%zz@db/orders", "postgres://ann:" + password + "@db:port/orders",
		"postgres://ann:" + needle + "/" + needle + "@db/orders", "postgres://ann:" + needle + "#" + needle + "@db/orders", "postgres://ann:" + needle + " @db/orders",
		"postgres://ann:" + needle + "?x@db/orders", "postgres://ann:" + needle + "\x01@db/orders", "postgres://ann:" + password + "@db/orders?sslmode=odd&sslpassword=" + needle,
		"postgres://ann:7/" + needle + "@db/orders", "postgres://ann:/" + needle + "@db/orders", "postgres://ann:12#" + needle + "@db/orders",
		"postgres://ann:?" + needle + "@db/orders", "postgres://ann:7?" + needle + "=1@db/orders", "postgres://ann:7@x/" + needle + "@db/orders",
		"postgres//ann:" + password + "@db/orders", "mysql://ann:" + password + "@db/orders", "ann:" + password + "@tcp(db:3306)/orders",
		"host=db user=ann password=" + needle, "Password = '" + needle + "'", "sqlite://ann:" + password + "@db",
	} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			d := &dial{t: t, dir: t.TempDir()}
			for _, args := range whatAsks {
				for _, of := range [][2]string{{address, filepath.Join(d.dir, "state")}, {filepath.Join(d.dir, "data.db"), address}} {
					exit := d.call(of[0], of[1], strings.Fields(args)...)
					if runs := strings.HasPrefix(args, "task"); runs && exit != 69 && exit != 78 {
						t.Errorf("%q, %s: exit code %d, want 69 or 78", of, args, exit)
					}
				}
			}
			d.quiet(needle)
		})
	}
}

// The password of a database that is there is in no record and no message, whether it
// lets its user in or not.
func TestPasswordsOfDatabases(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{TCP: true})
	s.Exec(t, "CREATE ROLE ann SUPERUSER LOGIN PASSWORD '"+needle+"/p@ss'")
	as := func(user, password string) func(string) string {
		return func(url string) string {
			return strings.Replace(url, "postgres:"+pgtest.Password+"@", user+":"+password+"@", 1)
		}
	}
	let, refused := as("ann", password), as("ann", password+"2")
	data, state := s.Database(t), s.Database(t)
	d := &dial{t: t, dir: t.TempDir()}
	for _, args := range whatAsks {
		exit := d.call(let(data), let(state), strings.Fields(args)...)
		if strings.HasPrefix(args, "task") && exit != 0 {
			t.Errorf("%s: exit code %d", args, exit)
		}
		if exit := d.call(refused(data), let(state), strings.Fields(args)...); strings.HasPrefix(args, "task") && exit != 78 {
			t.Errorf("%s, not let in: exit code %d", args, exit)
		}
		d.call(let(data), refused(state), strings.Fields(args)...)
		d.call(as("none", password)(data), as("ann", password)(s.Named("none")), strings.Fields(args)...)
	}
	records := tables(t, state, "beignet_run", "beignet_audit", "beignet_lock") + tables(t, data, "beignet_checkpoint", "beignet_journal")
	d.said.WriteString(records)
	for line := range strings.Lines(records) {
		if id, _, found := strings.Cut(line, ","); found && len(id) == 37 {
			d.call(let(data), let(state), "runs", "show", id[1:], "--json")
			d.call(let(data), let(state), "runs", "show", id[1:])
			d.call(refused(data), let(state), "runs", "resume", id[1:])
		}
	}
	if said := d.said.String(); !strings.Contains(said, `"database":"postgres://`) || !strings.Contains(said, "task.succeeded") {
		t.Errorf("nothing was done:\n%s", said)
	}
	d.quiet(needle)
}

// tables are all rows of a database's tables as text, a line each.
func tables(t *testing.T, url string, names ...string) string {
	t.Helper()
	db, err := postgres.Open(context.Background(), url, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var text strings.Builder
	for _, name := range names {
		rows, err := db.SQL().Query("SELECT r::text FROM " + name + " r")
		if err != nil {
			t.Logf("%s: %v", name, err) // state and data have different tables
			continue
		}
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				t.Fatal(err)
			}
			text.WriteString(row + "\n")
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}
