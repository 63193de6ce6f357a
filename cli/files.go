package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/disk"
	"github.com/beignet-go/beignet/runner"
)

// runFiles are the files of a call's one run: those of this machine, and the
// standard streams.
type runFiles struct {
	call   *call
	in     io.Reader   // standard input
	dir    string      // what names are relative to
	folder string      // of the state
	spool  string      // where standard input is kept, once there is a run
	took   atomic.Bool // standard output is the task's own
}

// of returns the files of a run. What it reads of standard input is kept in the
// state for as long as the run may go on.
func (f *runFiles) of(ctx context.Context, run string) ports.Files {
	f.spool = spoolOf(f.folder, run)
	return taking{disk.New(disk.Options{Dir: f.dir, In: f.in, Spool: f.spool, Out: f.call.std.Out, Until: ctx}), &f.took}
}

// workingFolder is where a run that is taken on has its files: where it was started. Of one
// that has been moved away, and its files with it, that is where the caller stands.
func (c *call) workingFolder(run ports.Run) string {
	if info, err := os.Stat(run.Folder); err == nil && info.IsDir() {
		return run.Folder
	}
	return c.std.Dir
}

// spent is the standard input of a run that is taken on: what it had is in the state,
// or was never read to its end, and whatever comes in now is something else.
type spent struct{}

func (spent) Read([]byte) (int, error) {
	return 0, &runner.Error{
		Code: runner.CodeConfig, Message: "standard input was not read to its end when the run began, and another is not read in its place",
		Hint: "start a new run", Err: ports.ErrUnsupported,
	}
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
	if err := dropSpool(f.spool); err != nil {
		f.call.warn("standard input is kept: " + err.Error())
	}
}

// dropSpool removes what a run that nobody is at has kept of standard input, and what
// a killed copy has left. There may be neither.
func dropSpool(spool string) error {
	var failed error
	for _, path := range []string{spool, disk.PartOf(spool)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
