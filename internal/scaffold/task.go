package scaffold

import (
	"fmt"
	"go/token"
	"path"

	"github.com/beignet-go/beignet/manifest"
)

// taskCode is what there is to know of a task.
type taskCode struct {
	featureCode
	kind         Kind
	task         string // issues.close-stale
	name         string // close-stale
	typeName     string // CloseStale: what its types begin with
	funcName     string // closeStale: its function, or what its functions begin with
	description  string
	effect       string
	timeout      string
	dryRun       bool // the input has one
	dryByDefault bool
	inputs       []input
	outputs      []output
	manifest     string // the feature's
	files        string // the field of Deps
	call         string // as in traits
}

// task plans the entry, the handler, its test and its registration.
func (w *writer) task(c *taskCode) error {
	pkg, err := w.readPackage()
	if err != nil {
		return err
	}
	reg, err := pkg.register()
	if err != nil {
		return err
	}
	if at := reg.file.literal(c.task); at != "" {
		return &ShapeError{
			Message: fmt.Sprintf("%s registers %s already, and %s has no task of that name", at, c.task, w.manifestFile),
			Hint:    "take that line and its handler out and make the task again, or write its entry by hand",
		}
	}
	c.featureCode, c.manifest = w.featureCode(pkg, reg), w.manifestFile
	if c.files = field(c.lent, "ports.Files"); c.files == "" && (c.kind == KindImport || c.kind == KindExport) {
		return &ShapeError{
			Message: fmt.Sprintf("%s: %s has no field of type ports.Files, through which a task of kind %s works", reg.depsAt, reg.deps, c.kind),
			Hint:    "add Files ports.Files to it, and fill it in handlers/handlers.go",
		}
	}
	if err := w.helper(c, pkg); err != nil {
		return err
	}
	if err := w.code(c, pkg); err != nil {
		return err
	}
	text, err := reg.add(c)
	if err != nil {
		return err
	}
	if err := w.edit(reg.file.name, text); err != nil {
		return err
	}
	return w.entry(c)
}

// code plans the handler and its test, by names that the package has not taken and
// that are no words of the language.
func (w *writer) code(c *taskCode, pkg *goPackage) error {
	file := fileOf(c.name)
	if file == w.pkg || file == "memory" { // those are the feature's own
		file += "_task"
	}
	var handler, test []byte
	var clash string
	for _, suffix := range [][2]string{{}, {"", "-task"}, {"-task", "-task"}} {
		c.typeName, c.funcName = exported(c.name+suffix[0]), unexported(c.name+suffix[1])
		if token.IsKeyword(c.funcName) {
			continue
		}
		var err error
		if handler, err = renderGo(string(c.kind)+".go.tmpl", c.values()); err != nil {
			return err
		}
		if test, err = c.test(pkg); err != nil {
			return err
		}
		if clash = pkg.clash(handler, test); clash == "" {
			break
		}
	}
	if clash != "" {
		return &Refusal{fmt.Sprintf("%s has a %s already", w.folder(), clash), "choose another name for the task"}
	}
	if err := w.create(path.Join(w.folder(), file+".go"), handler); err != nil {
		return err
	}
	return w.create(path.Join(w.folder(), file+"_test.go"), test)
}

// test is the handler's test. Of what happens inside a transaction it is one of
// interrupted runs too, unless the tests open the feature with a function that was
// made before there were any.
func (c *taskCode) test(pkg *goPackage) ([]byte, error) {
	text, err := render(string(c.kind)+"_test.go.tmpl", c.values())
	if err != nil {
		return nil, err
	}
	if !c.kind.outside() && (!pkg.tests("inMemory") || pkg.tests("world")) {
		chaos, err := render("chaos_test.go.tmpl", c.values())
		if err != nil {
			return nil, err
		}
		text = append(text, chaos...)
	}
	return formatted(string(c.kind)+"_test.go.tmpl", text)
}

// helper plans the functions that open the feature for its tests.
func (w *writer) helper(c *taskCode, pkg *goPackage) error {
	if pkg.tests("inMemory") {
		return nil
	}
	text, err := renderGo("memory_test.go.tmpl", c.values())
	if err != nil {
		return err
	}
	if clash := pkg.clash(nil, text); clash != "" {
		return &ShapeError{Message: fmt.Sprintf("the tests in %s have a function %s of their own", w.folder(), clash), Hint: "rename it: generated tests open the feature with a function of that name"}
	}
	return w.create(path.Join(w.folder(), "memory_test.go"), text)
}

// entry plans the task's entry in the feature's manifest.
func (w *writer) entry(c *taskCode) error {
	entry, err := c.entry()
	if err != nil {
		return err
	}
	text, err := w.read(w.manifestFile)
	if err != nil {
		return w.unreadable(w.manifestFile, err)
	}
	if text, err = manifest.InsertTask(w.manifestFile, text, entry); err != nil {
		return err
	}
	return w.edit(w.manifestFile, text)
}
