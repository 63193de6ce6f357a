// Package scaffold writes new tasks and features into a module: the manifest's
// entry, the handler with its types, a test through the whole pipeline, and the
// lines that register them.
//
// Start with [Module.Task] and [Module.Feature], which decide every change and
// make none, and [Write], which makes them all or none.
//
//   - A file that is there is never replaced: it gains lines, and keeps every byte
//     that it has. YAML is spliced by the manifest package; Go is read as syntax
//     and stays as gofmt writes it.
//   - What is there already is not made again. What is there by half, as an
//     interrupted write leaves it, is refused, and never taken for whole.
//   - Nothing outside the module's folder is read or written, through links either.
//   - The templates are the code that comes out of it: templates/ shows it as it
//     will be read.
package scaffold

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/manifest"
)

// Module is a module to write into: a folder with go.mod, a manifest and
// handlers/handlers.go. All fields are required.
type Module struct {
	Files    fs.FS // of the module's folder
	Manifest *manifest.Manifest
}

// Task is a task to make. Feature and Name are required.
type Task struct {
	Feature, Name string
	Kind          Kind     // optional: KindTx
	Description   string   // one line; optional: the name as a sentence
	Fields        []string // of the input, each as NAME:TYPE[?][=DEFAULT]
}

// Plan is what has to change, and what then can be done.
type Plan struct {
	Feature string
	Task    string   // the task's full name; "" of a feature alone
	There   string   // where the task or feature stands already; "": it does not
	Changes []Change // in the order to write them in; empty where it is there already
	Folder  string   // of the feature's handlers
	Input   string   // JSON that the new task takes
	Stdin   string   // what it can read as "-" with that input; "": it reads nothing
}

// Change is a file of the module, before and after.
type Change struct {
	Path   string
	Before []byte // nil: there is no such file yet
	After  []byte
}

// Refusal is an error in what was asked for: a name, a field, a kind.
type Refusal struct{ Message, Hint string }

func (e *Refusal) Error() string { return e.Message }

// ShapeError is a module that is not laid out as a task needs it.
type ShapeError struct {
	Message, Hint string
	Err           error // the cause; may be nil
}

func (e *ShapeError) Error() string { return e.Message }
func (e *ShapeError) Unwrap() error { return e.Err }

// Feature plans a feature without tasks. The error is a [*Refusal], a
// [*ShapeError], or the [manifest.Diagnostics] of a file that cannot be added to.
func (m Module) Feature(name string) (Plan, error) {
	w, err := m.open(name)
	if err != nil {
		return Plan{}, err
	}
	if err := w.feature(); err != nil {
		return Plan{}, err
	}
	p := w.plan()
	if len(p.Changes) == 0 {
		p.There = w.manifestFile
	}
	return p, nil
}

// Task plans a task and, where it is its first one, the feature. Errors are those
// of [Module.Feature].
func (m Module) Task(t Task) (Plan, error) {
	if _, err := packageOf(t.Feature); err != nil {
		return Plan{}, err
	}
	d, err := newTask(t)
	if err != nil {
		return Plan{}, err
	}
	if there, ok := m.Manifest.Task(d.task); ok {
		if there.Name != d.task {
			return Plan{}, &Refusal{fmt.Sprintf("%s is an alias of %s", d.task, there.Name), "choose another name"}
		}
		return (&writer{Module: m, found: map[string][]byte{}}).there(there)
	}
	w, err := m.open(t.Feature)
	if err != nil {
		return Plan{}, err
	}
	if err := w.feature(); err != nil {
		return Plan{}, err
	}
	if err := w.task(d); err != nil {
		return Plan{}, err
	}
	p := w.plan()
	p.Task, p.Input = d.task, d.sample(false)
	if d.kind == KindImport {
		p.Input, p.Stdin = strings.Replace(p.Input, sampleFile, `"-"`, 1), "key,title\n1,First\n"
	}
	return p, nil
}

// writer gathers the changes for one feature.
type writer struct {
	Module
	name         string            // of the feature
	pkg          string            // of its handlers, and of their folder within handlers/
	module       string            // its path, as go.mod says
	beignet      string            // the path of the library's packages
	manifestFile string            // of the feature
	found        map[string][]byte // files as they were read
	changed      map[string]Change
}

func (m Module) open(feature string) (*writer, error) {
	pkg, err := packageOf(feature)
	if err != nil {
		return nil, err
	}
	w := &writer{Module: m, name: feature, pkg: pkg, found: map[string][]byte{}, changed: map[string]Change{}}
	w.manifestFile = path.Join("features", feature, "tasks.yaml")
	if w.module, err = m.path(); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *writer) folder() string { return path.Join("handlers", w.pkg) }

func (w *writer) plan() Plan {
	p := Plan{Feature: w.name, Folder: w.folder()}
	for _, c := range w.changed {
		p.Changes = append(p.Changes, c)
	}
	slices.SortFunc(p.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(w.rank(a), w.rank(b)), cmp.Compare(a.Path, b.Path))
	})
	return p
}

// rank puts what is new first, then what uses it, and last the manifests, by which
// a task is there: an interrupted write leaves none that has no handler.
func (w *writer) rank(c Change) int {
	switch {
	case c.Path == w.Manifest.File:
		return 3
	case path.Ext(c.Path) != ".go":
		return 2
	case c.Before != nil:
		return 1
	}
	return 0
}

// read returns a file as it will be. It is read from the disk once: what changes
// there meanwhile is then seen by [Write].
func (w *writer) read(name string) ([]byte, error) {
	if c, ok := w.changed[name]; ok {
		return c.After, nil
	}
	if text, ok := w.found[name]; ok {
		return text, nil
	}
	text, err := fs.ReadFile(w.Files, name)
	if err == nil {
		w.found[name] = text
	}
	return text, err
}

// exists reports whether something has that name, if only a link to nothing.
func (w *writer) exists(name string) bool {
	_, err := fs.Lstat(w.Files, name)
	return err == nil
}

// create adds a file, which must not be there.
func (w *writer) create(name string, text []byte) error {
	if link := w.leadsOut(path.Dir(name)); link != "" {
		return badLink(link)
	}
	if _, planned := w.changed[name]; planned || w.exists(name) {
		return &ShapeError{
			Message: fmt.Sprintf("%s is there already, and %s has no task for it", name, w.manifestFile),
			Hint:    "if an interrupted make has left it, remove it and make the task again; else choose another name",
		}
	}
	w.changed[name] = Change{Path: name, After: text}
	return nil
}

// edit changes a file, which must be a regular one.
func (w *writer) edit(name string, text []byte) error {
	c, ok := w.changed[name]
	if !ok {
		info, err := fs.Lstat(w.Files, name)
		if err != nil {
			return w.unreadable(name, err)
		}
		if !info.Mode().IsRegular() {
			return &ShapeError{Message: name + " is no regular file", Hint: "put the file itself there"}
		}
		if c.Before, err = w.read(name); err != nil {
			return w.unreadable(name, err)
		}
		c.Path = name
	}
	if c.After = text; string(c.Before) != string(text) {
		w.changed[name] = c
	}
	return nil
}

func (m Module) unreadable(name string, err error) error {
	if link := m.leadsOut(name); link != "" {
		return badLink(link)
	}
	return &ShapeError{Message: fmt.Sprintf("cannot read %s: %v", name, err), Hint: "run it in a module that has one, or name its beignet.yaml with --module", Err: err}
}

func badLink(name string) error {
	return &ShapeError{Message: name + " is a link out of the module, or to nothing", Hint: "put the file or folder itself there"}
}

// leadsOut is the link in a path that cannot be followed, or "".
func (m Module) leadsOut(name string) string {
	for i, c := range name + "/" {
		if c != '/' {
			continue
		}
		info, err := fs.Lstat(m.Files, name[:i])
		if err != nil {
			return ""
		}
		if _, err := fs.Stat(m.Files, name[:i]); err != nil && info.Mode()&fs.ModeSymlink != 0 {
			return name[:i]
		}
	}
	return ""
}

// path is that which go.mod gives the module.
func (m Module) path() (string, error) {
	text, err := fs.ReadFile(m.Files, "go.mod")
	if err != nil {
		return "", m.unreadable("go.mod", err)
	}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "//")
		if words := strings.Fields(line); len(words) == 2 && words[0] == "module" {
			return strings.Trim(words[1], "\"`"), nil
		}
	}
	return "", &ShapeError{Message: "go.mod names no module", Hint: "begin it with: module example.com/name"}
}
