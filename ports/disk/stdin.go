package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/beignet-go/beignet/ports"
)

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
	spool, err := create(f.o.Spool, 0o600, false) // before any of In is read
	if err != nil {
		return err
	}
	if _, err := io.Copy(spool, f.o.In); err != nil {
		return errors.Join(err, spool.Abort())
	}
	return spool.Commit()
}
