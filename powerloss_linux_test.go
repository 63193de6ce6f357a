package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/beignet-go/beignet/ports"
)

// The power goes at some moment of an import: what was written and not synced is lost,
// or a part of it is, or it is torn. Every batch that had been acknowledged by then is
// there, and the import comes to the same. The recorded writes of a process are
// replayed for it. That a process which syncs less does lose batches proves that the
// loss is one.
func TestPowerLossKeepsWhatIsAcknowledged(t *testing.T) {
	t.Parallel()
	aboutProcesses(t)
	needStrace(t)
	task := tasks(faultyBatch)[0]
	want := undisturbed(t, faultyRows, task)
	t.Run("FULL", func(t *testing.T) {
		t.Parallel()
		r := recordWrites(t, task, "")
		cuts := spread(r.cuts(), lossesOfEach)
		for _, cut := range cuts {
			for n := range 1 + lossesAtEach {
				keep := lostSome
				if n == 0 {
					keep = lostAll
				}
				if lost := r.cut(cut, keep); lost != "" {
					t.Fatalf("after call %d of %d: %s", cut, len(r.calls), lost)
				}
				r.takeOn(task)
				want.equals(r.site)
			}
		}
		t.Logf("the power went at %d of %d calls", len(cuts), len(r.calls))
	})
	t.Run("NORMAL", func(t *testing.T) {
		t.Parallel()
		r := recordWrites(t, task, "normal")
		for _, cut := range r.cuts() {
			if r.cut(cut, lostAll) != "" {
				return
			}
		}
		t.Error("nothing was lost: the test proves nothing")
	})
}

// recording is an import in the calls by which it wrote.
type recording struct {
	site
	before map[string][]byte // its files before them
	calls  []written
}

// written is one call, on a file or on the folder that it is in.
type written struct {
	call, path string
	data       []byte
	at         int64
}

// recordWrites records an import into a state and a database that are there already.
func recordWrites(t *testing.T, task task, synchronous string) recording {
	t.Helper()
	r := recording{site: newSite(t, faultyRows), before: map[string][]byte{}}
	r.count()
	for _, name := range []string{"data.db", "state/state.db"} {
		text, err := os.ReadFile(r.path(name))
		if err != nil {
			t.Fatal(err)
		}
		r.before[name] = text
	}
	cmd := r.command(task.start()...)
	cmd.Env = append(cmd.Env, childSync+"="+synchronous)
	files := []string{"data.db", "data.db-wal", "state/state.db", "state/state.db-wal", "notes", ".", "state"}
	r.traced(cmd, files, "-xx", "-s", "100000", "-e", "trace="+writing+",unlink")
	if e := r.run(cmd); e.exit != 0 {
		t.Fatalf("exit code %d: %s", e.exit, e.stderr)
	}
	for _, line := range r.trace() {
		if w, ok := r.parse(line); ok {
			r.calls = append(r.calls, w)
		}
	}
	return r
}

// tracedWrite is a call with its file, what it wrote and its number: an offset or a size.
var tracedWrite = regexp.MustCompile(`^\d+ +(\w+)\((?:\d+<|")([\\x0-9a-f]*)[>"](?:, "([\\x0-9a-f]*)")?.*?(?:, (\d+))?\) += \d+$`)

func (r recording) parse(line string) (w written, ok bool) {
	r.t.Helper()
	m := tracedWrite.FindStringSubmatch(line)
	if m == nil {
		if strings.Contains(line, "(") {
			r.t.Fatalf("cannot read %.200s", line)
		}
		return w, false
	}
	path, err := filepath.Rel(r.dir, string(unhex(r.t, m[2])))
	if err != nil {
		r.t.Fatal(err)
	}
	w = written{call: m[1], path: path, data: unhex(r.t, m[3])}
	w.at, _ = strconv.ParseInt(m[4], 10, 64) // none: 0
	return w, true
}

// unhex reads a string as strace -xx spells it.
func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, `\x`, ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// cuts are after how many calls the power may go.
func (r recording) cuts() (all []int) {
	for n := range r.calls {
		all = append(all, n+1)
	}
	return all
}

// kept are what may become of a call that was not synced.
const (
	keptWhole = iota
	keptTorn
	keptNot
)

func lostAll() int  { return keptNot }
func lostSome() int { return rand.IntN(3) }

// cut leaves the site's files as the loss of power after n calls may, and says what is
// missing of what was acknowledged by then.
func (r recording) cut(n int, keep func() int) (lost string) {
	r.t.Helper()
	disk := map[string]*diskFile{}
	for name, text := range r.before {
		disk[name] = &diskFile{content: bytes.Clone(text), there: true}
	}
	begun := 0
	for _, w := range r.calls[:n] {
		if w.path == "notes" {
			begun += strings.Count(string(w.data), noteBegin+"\n")
			continue
		}
		apply(disk, w)
	}
	for _, name := range []string{"data.db", "data.db-wal", "data.db-shm", "state/state.db", "state/state.db-wal", "state/state.db-shm"} {
		if err := os.Remove(r.path(name)); err != nil && !os.IsNotExist(err) {
			r.t.Fatal(err)
		}
		if f := disk[name]; f != nil {
			f.store(r.t, r.path(name), keep)
		}
	}
	run := r.standing("issues.import")
	switch {
	case begun > 0 && run.ID == "":
		return "the run is not on record"
	case int(run.Batch) < begun-1: // the next is begun once a batch is acknowledged
		return fmt.Sprintf("%d batches were acknowledged, and %d are there", begun-1, run.Batch)
	}
	return ""
}

// takeOn takes the import to its end.
func (r recording) takeOn(task task) {
	r.t.Helper()
	switch run := r.standing(task.name); {
	case run.ID == "":
		r.must(task.start()...)
	case run.Status != ports.Succeeded:
		r.must(resume(run.ID)...)
	}
}

// diskFile is a file as the disk has it, and what the system has not given to it yet.
type diskFile struct {
	content  []byte
	there    bool // whether its folder has it
	unsynced []written
	removed  bool // and its folder not synced since
}

// apply is one call as a disk sees it.
func apply(disk map[string]*diskFile, w written) {
	f := disk[w.path]
	if f == nil && slices.Contains([]string{".", "state"}, w.path) {
		for _, name := range slices.Collect(maps.Keys(disk)) {
			if filepath.Dir(name) != w.path {
				continue
			}
			if disk[name].removed {
				delete(disk, name)
			} else {
				disk[name].there = true
			}
		}
		return
	}
	if f == nil || f.removed {
		f = &diskFile{}
		disk[w.path] = f
	}
	switch w.call {
	case "fsync", "fdatasync":
		for _, u := range f.unsynced {
			f.content = change(f.content, u)
		}
		f.unsynced = nil
	case "unlink":
		f.removed = true
	default:
		f.unsynced = append(f.unsynced, w)
	}
}

// store writes the file as the loss of power leaves it.
func (f *diskFile) store(t testing.TB, path string, keep func() int) {
	t.Helper()
	if !f.there && keep() != keptWhole || f.removed && keep() == keptWhole {
		return
	}
	content := bytes.Clone(f.content)
	for _, u := range f.unsynced {
		switch keep() {
		case keptTorn:
			u.data = u.data[:rand.IntN(len(u.data)/512+1)*512] // a truncation is whole
			content = change(content, u)
		case keptWhole:
			content = change(content, u)
		}
	}
	if err := os.WriteFile(path, content, fs.FileMode(0o600)); err != nil {
		t.Fatal(err)
	}
}

// change is a file's content after a call.
func change(content []byte, w written) []byte {
	end := w.at
	if w.call != "ftruncate" {
		end += int64(len(w.data))
	}
	if grow := end - int64(len(content)); grow > 0 {
		content = append(content, make([]byte, grow)...)
	}
	if w.call == "ftruncate" {
		return content[:end]
	}
	copy(content[w.at:], w.data)
	return content
}
