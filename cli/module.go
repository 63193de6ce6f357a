package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/beignet-go/beignet/manifest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

const loadingGC = 800 // percent

// manifestFile is the name of a module's manifest.
const manifestFile = "beignet.yaml"

// embedded is what the manifest inside the binary is called to people.
const embedded = "embedded " + manifestFile

// module is the manifest in use.
type module struct {
	manifest *manifest.Manifest
	found    manifest.Diagnostics
	name     string        // for people: a path relative to the working folder, or embedded
	folder   string        // absolute; "" where it is embedded
	spent    []ports.Stage // on reading it
}

// findModule reads the manifest that --module names, else the nearest one of this
// program on the way up from the working folder, else the embedded one. In an
// environment that is protected by the embedded one, nothing is searched for.
func (c *call) findModule() module {
	began := time.Now()
	// Most of what is allocated here lives on, and a manifest is bounded: a
	// collection or two on the way are a fifth of the start-up of a hundred tasks.
	defer debug.SetGCPercent(debug.SetGCPercent(loadingGC))
	m, ok := c.namedModule()
	if !ok && !c.decidesAlone() {
		m, ok = c.nearestModule()
	}
	if !ok {
		m = module{name: embedded}
		m.manifest, m.found = manifest.Load(c.manifests, manifestFile)
	}
	m.spent = []ports.Stage{{Name: "manifest", Duration: time.Since(began)}}
	return m
}

func (c *call) namedModule() (module, bool) {
	if c.module == "" {
		return module{}, false
	}
	return c.loadModule(c.abs(c.module)), true
}

// nearestModule takes a beignet.yaml of another program for none. One whose name
// cannot be read is taken, so that what is wrong with it is told.
func (c *call) nearestModule() (module, bool) {
	for dir := c.abs("."); ; dir = filepath.Dir(dir) {
		file := filepath.Join(dir, manifestFile)
		if _, err := os.Lstat(file); err == nil {
			if m := c.loadModule(file); m.manifest.Name == c.name || m.manifest.Name == "" {
				return m, true
			}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return module{}, false // a folder that may not be looked into has no manifest for us
		}
		if dir == filepath.Dir(dir) {
			return module{}, false
		}
	}
}

func (c *call) loadModule(file string) module {
	folder, base := filepath.Split(file)
	m := module{name: c.rel(file), folder: folder}
	m.manifest, m.found = manifest.Load(os.DirFS(folder), base)
	return m
}

// abs is a path as the working folder sees it.
func (c *call) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(c.std.Dir, path)
}

// rel is how people in the working folder call an absolute path.
func (c *call) rel(path string) string {
	if rel, err := filepath.Rel(c.std.Dir, path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

// place gives findings paths that lead to their files from the working folder.
func (c *call) place(m module, found manifest.Diagnostics) manifest.Diagnostics {
	found = found.Sorted()
	for i := range found {
		found[i].File = c.inModule(m, found[i].File)
	}
	return found
}

// inModule is how people in the working folder call a file of the module.
func (c *call) inModule(m module, file string) string {
	if m.folder == "" {
		return file
	}
	return c.rel(filepath.Join(m.folder, filepath.FromSlash(file)))
}

// loadRunner reads the manifest and crosses it with the handlers. Whatever is
// found there is refused, whichever task is wanted.
func (c *call) loadRunner(opts runner.Options) (*runner.Runner, module, error) {
	m := c.findModule()
	began := time.Now()
	r, crossed := runner.New(m.manifest, c.handlers(), opts)
	m.spent = append(m.spent, ports.Stage{Name: "cross-check", Duration: time.Since(began)})
	m.found = c.place(m, append(m.found, crossed...))
	if len(m.found) > 0 {
		return nil, m, c.problems(m)
	}
	return r, m, nil
}

// problems refuses a module for what was found in it.
func (c *call) problems(m module) error {
	return &runner.Error{
		Code:        runner.CodeConfig,
		Message:     fmt.Sprintf("%s in %s and its files", plural(len(m.found), "problem"), m.name),
		Diagnostics: m.found, Hint: c.name + " check",
	}
}
