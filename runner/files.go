package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	"github.com/beignet-go/beignet/ports"
)

// runFiles are the files of one run. They note what was read, and in a dry run
// they record what would be written.
type runFiles struct {
	inner ports.Files // nil: a run has none
	dry   bool
	log   *slog.Logger
	mask  secrets
	leave context.CancelCauseFunc // ends what inner waits for

	mu      sync.Mutex
	read    []ports.InputFile
	proved  map[string]bool // which of them this attempt has found unchanged
	written []ports.NewFile // some of them not committed yet
	would   []ports.Written // in a dry run
}

var errNoFiles = fmt.Errorf("files are %w by this program", ports.ErrUnsupported)

func newRunFiles(of func(ctx context.Context, run string) ports.Files, run ports.Run, log *slog.Logger, hide secrets) *runFiles {
	f := &runFiles{dry: run.DryRun, log: log, mask: hide, proved: map[string]bool{}}
	f.expect(run.Inputs)
	ctx, leave := context.WithCancelCause(context.Background())
	f.leave = leave
	if of != nil {
		f.inner = of(ctx, rootOf(run)) // a run over another's items reads what that one kept
	}
	return f
}

// until lets no file be waited for once one of the contexts has ended: its cause is
// the error then. It holds until it is released.
func (f *runFiles) until(each ...context.Context) (release func()) {
	var unhear []func() bool
	for _, ctx := range each {
		unhear = append(unhear, context.AfterFunc(ctx, func() { f.leave(context.Cause(ctx)) }))
	}
	return func() {
		for _, each := range unhear {
			each()
		}
	}
}

func (f *runFiles) Open(name string) (ports.File, error) {
	if f.inner == nil {
		return nil, &FileError{Name: name, Err: errNoFiles}
	}
	if f.mask.Holds(name) {
		return nil, heldBack("the name of a file that is read holds a secret of the input: "+f.mask.String(name), "give it another name: the record names the files that a run has read")
	}
	file, err := f.inner.Open(name)
	if err != nil {
		return nil, &FileError{Name: name, Err: err}
	}
	if err := f.note(name, file); err != nil {
		return nil, errors.Join(&FileError{Name: name, Err: err}, file.Close())
	}
	return file, nil
}

// expect makes files known that an earlier attempt has read.
func (f *runFiles) expect(files []ports.InputFile) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, file := range files {
		f.add(file)
	}
}

// note records a file the first time that it is opened in a run, for a source
// opens its file once a page, and refuses one that has changed since: a position
// in it means nothing any more. Within an attempt the size tells, across attempts
// the whole content.
func (f *runFiles) note(name string, file ports.File) error {
	known, seen := f.known(name)
	if seen && known.Size != file.Size() {
		return changedFile(name, fmt.Sprintf("%d bytes then, %d now", known.Size, file.Size()))
	}
	if f.isProved(name) {
		return nil
	}
	sum := sha256.New() // outside the lock: it may take a while
	if _, err := io.Copy(sum, io.NewSectionReader(file, 0, file.Size())); err != nil {
		return err
	}
	found := ports.InputFile{Name: name, Size: file.Size(), SHA256: hex.EncodeToString(sum.Sum(nil))}
	if seen && known != found {
		return changedFile(name, fmt.Sprintf("of the same %d bytes, with SHA-256 %.12s… then, %.12s… now", found.Size, known.SHA256, found.SHA256))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.proved[name] = true
	f.add(found)
	return nil
}

// add makes a file known that is not yet, while mu is held.
func (f *runFiles) add(file ports.InputFile) {
	if !slices.ContainsFunc(f.read, func(known ports.InputFile) bool { return known.Name == file.Name }) {
		f.read = append(f.read, file)
	}
}

func changedFile(name, how string) error {
	return &Error{
		Code: CodeConfig, Message: name + " has changed since the run began: " + how,
		Hint: "put back the file that it was, or start a new run",
	}
}

func (f *runFiles) isProved(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.proved[name]
}

func (f *runFiles) known(name string) (ports.InputFile, bool) {
	for _, known := range f.inputs() {
		if known.Name == name {
			return known, true
		}
	}
	return ports.InputFile{}, false
}

// unchanged proves every file that is known.
func (f *runFiles) unchanged() error {
	for _, known := range f.inputs() {
		file, err := f.Open(known.Name)
		if err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

// inputs are the files read so far.
func (f *runFiles) inputs() []ports.InputFile {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]ports.InputFile(nil), f.read...)
}

func (f *runFiles) Create(name string, overwrite bool) (ports.NewFile, error) {
	if f.inner == nil {
		return nil, &FileError{Name: name, Err: errNoFiles, Writing: true}
	}
	if f.dry {
		return f.pretend(name, overwrite)
	}
	file, err := f.inner.Create(name, overwrite)
	if err != nil {
		return nil, &FileError{Name: name, Err: err, Writing: true}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.written = append(f.written, file)
	return file, nil
}

// made reports whether the handler has begun a file.
func (f *runFiles) made() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.written) > 0
}

// abort takes back the files that a handler has begun and not committed.
func (f *runFiles) abort() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, file := range f.written {
		if err := file.Abort(); err != nil {
			f.log.Warn("an unfinished file is left behind", "error", err)
		}
	}
}
