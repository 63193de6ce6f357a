package disk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/beignet-go/beignet/ports"
)

// PartOf is the name under which a spool is written until it is whole. What a killed
// copy has left under it is of no use to anybody.
func PartOf(spool string) string { return spool + ".part" }

// copyIn copies standard input to the spool, unless an earlier attempt of the
// run has. A copy that was broken off never had the spool's name.
func (f *Files) copyIn() error {
	if f.o.In == nil || f.o.Spool == "" {
		return ports.ErrUnsupported
	}
	if _, err := os.Stat(f.o.Spool); !errors.Is(err, fs.ErrNotExist) {
		return writing(err)
	}
	if err := os.MkdirAll(filepath.Dir(f.o.Spool), 0o700); err != nil {
		return writing(err)
	}
	spool, err := createSpool(f.o.Spool) // before any of In is read
	if err != nil {
		return err
	}
	in, leave := interruptible(f.o.Until, f.o.In)
	defer leave()
	if _, err := io.Copy(spool, in); err != nil {
		return errors.Join(err, spool.Abort())
	}
	return spool.Commit()
}

// createSpool begins a spool anew. One process at a time is at a run, so that a part
// that is there is nobody's.
func createSpool(path string) (*newFile, error) {
	part := PartOf(path)
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, writing(err)
	}
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, writing(err)
	}
	return &newFile{file: f, path: path, overwrite: true}, nil
}

// interruptible reads in until ctx ends, whose cause is then the error. A read of a
// terminal or a pipe cannot be ended: it is left behind, in a goroutine that touches
// nothing but in.
func interruptible(ctx context.Context, in io.Reader) (_ io.Reader, leave func()) {
	r, w := io.Pipe()
	unhear := context.AfterFunc(ctx, func() { w.CloseWithError(context.Cause(ctx)) })
	go func() {
		_, err := io.Copy(w, in)
		w.CloseWithError(err)
	}()
	return r, func() {
		unhear()
		r.Close()
	}
}
