package memory

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/beignet-go/beignet/ports"
)

// Files are files in memory: a slash in a name makes what is before it a
// folder. The zero value is empty, and safe for concurrent use.
type Files struct {
	mu     sync.Mutex
	texts  map[string]string
	stdin  string
	stdout bytes.Buffer
}

var _ ports.Files = (*Files)(nil)

// Put puts a file there, over any before it; "-" sets standard input.
func (f *Files) Put(name, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if name == "-" {
		f.stdin = text
		return
	}
	f.put(name, text)
}

func (f *Files) put(name, text string) {
	if f.texts == nil {
		f.texts = map[string]string{}
	}
	f.texts[name] = text
}

// Get returns a file's text, and whether it is there; "-" is what has been
// written to standard output.
func (f *Files) Get(name string) (string, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if name == "-" {
		return f.stdout.String(), true
	}
	text, ok := f.texts[name]
	return text, ok
}

// Open is the method of ports.Files.
func (f *Files) Open(name string) (ports.File, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if name == "-" {
		return file{strings.NewReader(f.stdin)}, nil
	}
	if f.folder(name) {
		return nil, fmt.Errorf("%s: %w", name, ports.ErrNotRegular)
	}
	text, ok := f.texts[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, ports.ErrNotFound)
	}
	return file{strings.NewReader(text)}, nil
}

// Create is the method of ports.Files. What is written to "-" appears at once.
func (f *Files) Create(name string, overwrite bool) (ports.NewFile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := &newFile{files: f, name: name, overwrite: overwrite}
	if name == "-" {
		return n, nil
	}
	if err := f.creatable(name, overwrite); err != nil {
		return nil, err
	}
	return n, nil
}

func (f *Files) creatable(name string, overwrite bool) error {
	_, taken := f.texts[name]
	switch folder := f.folder(name); {
	case (taken || folder) && !overwrite:
		return fmt.Errorf("%s: %w", name, ports.ErrExists)
	case folder:
		return fmt.Errorf("%s: %w", name, ports.ErrNotRegular)
	}
	return nil
}

func (f *Files) folder(name string) bool {
	for other := range f.texts {
		if strings.HasPrefix(other, name+"/") {
			return true
		}
	}
	return false
}

type file struct{ *strings.Reader }

func (file) Close() error { return nil }

type newFile struct {
	files     *Files
	name      string
	overwrite bool
	text      bytes.Buffer
	committed bool
	aborted   bool
}

var errEnded = errors.New("the file has been committed or aborted")

func (n *newFile) Write(p []byte) (int, error) {
	if n.committed || n.aborted {
		return 0, errEnded
	}
	if n.name != "-" {
		return n.text.Write(p)
	}
	n.files.mu.Lock()
	defer n.files.mu.Unlock()
	return n.files.stdout.Write(p)
}

func (n *newFile) Commit() error {
	if n.committed || n.aborted {
		return errEnded
	}
	n.committed = true
	if n.name == "-" {
		return nil
	}
	n.files.mu.Lock()
	defer n.files.mu.Unlock()
	if err := n.files.creatable(n.name, n.overwrite); err != nil {
		return err
	}
	n.files.put(n.name, n.text.String())
	return nil
}

func (n *newFile) Abort() error {
	n.aborted = true
	return nil
}
