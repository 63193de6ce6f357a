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
	folder string // of the state
	spool  string // where standard input is kept, once there is a run
	wrote  atomic.Bool
}

// of returns the files of a run. What it reads of standard input is kept in the
// state for as long as the run may go on.
func (f *runFiles) of(run string) ports.Files {
	f.spool = filepath.Join(f.folder, "stdin", run)
	return disk.New(disk.Options{Dir: f.call.std.Dir, In: f.call.std.In, Spool: f.spool, Out: f})
}

// Write writes to standard output, which from then on is the run's own.
func (f *runFiles) Write(p []byte) (int, error) {
	f.wrote.Store(true)
	return f.call.std.Out.Write(p)
}

// ended drops what a run kept that will not go on.
func (f *runFiles) ended(run ports.Run) {
	if f.spool == "" || run.Status != ports.Succeeded && !run.DryRun {
		return
	}
	if err := os.Remove(f.spool); err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.call.warn("standard input is kept: " + err.Error())
	}
}
