package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What fills a disk: rows with long texts, in batches of which SQLite begins to write
// out the longer ones, of four megabytes, before it is asked to commit them.
const (
	bigRows  = 400
	bigBody  = 16 << 10
	mediumBy = 150
	longBy   = 250
)

// writeBigRows writes a file of few rows with long texts.
func (s site) writeBigRows() {
	s.t.Helper()
	var text bytes.Buffer
	text.WriteString("Project key,Issue key,Summary,Description\n")
	for i := range bigRows {
		fmt.Fprintf(&text, "BIG,BIG-%d,Row %d,%s\n", i, i, strings.Repeat(string(rune('a'+i%26)), bigBody))
	}
	if err := os.WriteFile(s.path("rows.csv"), text.Bytes(), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func newBigSite(t testing.TB) site {
	t.Helper()
	s := newSite(t, 0)
	s.writeBigRows()
	s.count()
	return s
}

// An import that runs out of room stops with 74 and says so, skips no item for it, and
// comes to the same once there is room.
func TestAFullDiskStopsARun(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	// A bound on the size of a file needs no privilege, and no disk of its own.
	for name, test := range map[string]struct{ batch, room, rows int }{
		"file size, at a commit":              {mediumBy, 4 << 20, mediumBy},
		"file size, in the middle of a batch": {longBy, 1 << 20, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			task := tasks(test.batch)[0]
			want := undisturbedIn(newBigSite(t), task)
			s := newBigSite(t)
			limited := s.command(task.start()...)
			limited.Env = append(limited.Env, fmt.Sprintf("%s=%d", childLimit, test.room))
			s.stoppedFull(s.run(limited), test.rows)
			s.must(resume(s.standing(task.name).ID)...)
			want.equals(s)
		})
	}
	t.Run("file system", func(t *testing.T) {
		t.Parallel()
		task := tasks(mediumBy)[0]
		want := undisturbedIn(newBigSite(t), task)
		s := newBigSite(t)
		if out, err := exec.Command("unshare", "-rm", "mount", "-t", "tmpfs", "none", t.TempDir()).CombinedOutput(); err != nil {
			t.Skipf("nothing can be mounted here; the bound on the size of a file has proved it: %v %s", err, out)
		}
		inSmall := s.command(task.start()...)
		inSmall.Args = append([]string{"unshare", "-rm", "bash", "-euc", filledUp}, inSmall.Args...)
		inSmall.Path = lookPath(t, "unshare")
		inSmall.Env = append(inSmall.Env, "BEIGNET_STATE="+s.path("disk/state"), "BEIGNET_DATABASE="+s.path("disk/data.db"))
		e := s.run(inSmall)
		stopped := site{t: t, dir: s.path("stopped")}
		stopped.stoppedFull(e, 2*mediumBy)
		if !strings.Contains(e.stdout, "free the disk") {
			t.Errorf("it does not say what to do: %s", e.stdout)
		}
		want.equals(site{t: t, dir: s.path("grown")})
	})
}

// filledUp runs a program on a small file system that only it and its children see,
// then gives that more room and takes the run on. It leaves a copy of what there was
// after each, and ends with the exit code of the first.
const filledUp = `
mkdir disk stopped grown
mount -t tmpfs -o size=6m none disk
cp -a data.db state disk
exit=0; "$0" "$@" >said || exit=$?
cat said
cp -a disk/. stopped
mount -o remount,size=64m disk
"$0" runs resume "$(sed -n 's/.*"run":"\([^"]*\)".*/\1/p' said)" --json >&2
cp -a disk/. grown
exit $exit`

func lookPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// stoppedFull proves how a run ends that has room for so many rows.
func (s site) stoppedFull(e ended, rows int) {
	s.t.Helper()
	var said struct {
		Processed int
		Error     struct{ Code, Message string }
	}
	_ = json.Unmarshal([]byte(e.stdout), &said) // without a result there is no code
	if e.exit != 74 || said.Error.Code != "io" || said.Processed != rows {
		s.t.Errorf("exit code %d, %s: %s", e.exit, e.stdout, e.stderr)
	}
	run := s.standing("issues.import")
	if int(run.at.Processed) != rows || run.at.Failed > 0 || run.Done {
		s.t.Errorf("%d rows done, %d failed, the end reached: %t; want %d, none, false", run.at.Processed, run.at.Failed, run.Done, rows)
	}
}
