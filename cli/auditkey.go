package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// auditKeyVariable is the variable of the audit's key, behind the program's name. It
// names a file: what a variable holds can be read by whoever sees the process.
const auditKeyVariable = "AUDIT_KEY_FILE"

// The size of an audit key, in bytes. One that is longer is some other file.
const (
	minAuditKey = 16
	maxAuditKey = 4 << 10
)

// auditKey reads the key of the audit's chain; nil where the environment names none.
// No error holds anything of it.
func (c *call) auditKey() (ports.AuditKey, error) {
	if c.env.auditKey == "" {
		return nil, nil
	}
	key, err := readAuditKey(c.abs(c.env.auditKey))
	if err == nil {
		return key, nil
	}
	refused := &runner.Error{
		Code: runner.CodeConfig, Message: "the audit's key: " + err.Error(), Err: err,
		Hint: "see what " + c.env.prefix + auditKeyVariable + " names",
	}
	var exposed *ports.ExposedError
	if errors.As(err, &exposed) {
		refused.Hint = exposed.Remedy()
	}
	return nil, refused
}

// readAuditKey reads a key without the line end that an editor leaves behind it.
func readAuditKey(path string) (ports.AuditKey, error) {
	info, err := os.Stat(path) // before it is opened: a pipe would wait for a writer
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", path, ports.ErrNotRegular)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return nil, &ports.ExposedError{Path: path, Mode: mode, Want: mode & 0o700}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxAuditKey+1))
	if err != nil {
		return nil, err
	}
	key := bytes.TrimRight(text, "\r\n")
	if len(key) < minAuditKey || len(text) > maxAuditKey {
		return nil, fmt.Errorf("%s: a key has %d to %d bytes", path, minAuditKey, maxAuditKey)
	}
	return key, nil
}
