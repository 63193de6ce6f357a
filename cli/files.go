package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/disk"
)

// runFiles are the files of a call's one run: those of this machine, and the
// standard streams.
type runFiles struct {
	call   *call
	folder string      // of the state
	spool  string      // where standard input is kept, once there is a run
	took   atomic.Bool // standard output is the task's own
}

// of returns the files of a run. What it reads of standard input is kept in the
// state for as long as the run may go on.
func (f *runFiles) of(run string) ports.Files {
	f.spool = spoolOf(f.folder, run)
	return taking{disk.New(disk.Options{Dir: f.call.std.Dir, In: f.call.std.In, Spool: f.spool, Out: f.call.std.Out}), &f.took}
}

// spoolOf is where a state's folder keeps what a run has read of standard input.
func spoolOf(folder, run string) string { return filepath.Join(folder, "stdin", run) }

// taking are files of which standard output, once a task has opened it, is the
// task's own: also where it writes nothing.
type taking struct {
	ports.Files
	took *atomic.Bool
}

func (t taking) Create(name string, overwrite bool) (ports.NewFile, error) {
	if name == "-" {
		t.took.Store(true)
	}
	return t.Files.Create(name, overwrite)
}

// ended drops what a run kept that will not go on. Where items have failed it stays,
// for a run over these, and so that run leaves it to its parent.
func (f *runFiles) ended(run ports.Run) {
	over := run.Status == ports.Succeeded && run.Progress.Failed == 0 && run.Parent == ""
	if f.spool == "" || !over && !run.DryRun {
		return
	}
	if err := os.Remove(f.spool); err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.call.warn("standard input is kept: " + err.Error())
	}
}
