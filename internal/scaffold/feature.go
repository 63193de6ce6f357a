package scaffold

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/manifest"
)

// featureCode is what there is to know of a feature's package.
type featureCode struct {
	pkg, feature    string
	module, beignet string // import paths
	deps            string // the type
	lent            []lent
}

// lent is a field that the session, or the app, has for Deps.
type lent struct {
	field string // of Deps
	typ   string // ports.Files, *slog.Logger or ports.Recorder
}

// session is the field of runner.Session that has a type.
func (l lent) session() string {
	return map[string]string{"ports.Files": "Files", "*slog.Logger": "Log", "ports.Recorder": "Audit"}[l.typ]
}

func (f featureCode) filled(from func(lent) string) string {
	parts := make([]string, len(f.lent))
	for i, l := range f.lent {
		parts[i] = l.field + ": " + from(l)
	}
	return strings.Join(parts, ", ")
}

// uses reports whether Deps has a field of a type of package ports, or of slog.
func (f featureCode) uses(pkg string) bool {
	return slices.ContainsFunc(f.lent, func(l lent) bool { return strings.Contains(l.typ, pkg+".") })
}

// feature plans what the feature lacks: its manifest, its package, its mount.
func (w *writer) feature() error {
	app, err := w.readApp()
	if err != nil {
		return err
	}
	w.beignet = app.beignet
	known := false
	for _, f := range w.Manifest.Features {
		if f.Name == w.name {
			known, w.manifestFile = true, f.File
		}
	}
	if !known {
		if err := w.featureFile(); err != nil {
			return err
		}
	}
	switch info, err := fs.Stat(w.Files, w.folder()); {
	case err != nil && !w.exists(w.folder()):
		if err := w.newPackage(app); err != nil {
			return err
		}
	case err != nil:
		return w.unreadable(w.folder(), err)
	case !info.IsDir():
		return &ShapeError{Message: w.folder() + " is no folder", Hint: "the handlers of " + w.name + " go there"}
	case !known:
		return w.folderTaken()
	}
	return w.mount(app)
}

// folderTaken is why a feature's folder is there without the feature.
func (w *writer) folderTaken() error {
	for _, f := range w.Manifest.Features {
		if pkg, err := packageOf(f.Name); err == nil && pkg == w.pkg {
			return &Refusal{fmt.Sprintf("%s is that of the feature %s", w.folder(), f.Name), "choose another name"}
		}
	}
	return &ShapeError{
		Message: fmt.Sprintf("%s is there already, and %s has no feature %s", w.folder(), w.Manifest.File, w.name),
		Hint:    "if an interrupted make has left it, remove it and make it again; else choose another name",
	}
}

// featureFile plans a feature file without tasks, and its path in the manifest.
func (w *writer) featureFile() error {
	text := "feature: " + w.name + "\n"
	const schema = "manifest/tasks.schema.json"
	if w.exists(schema) {
		text = "# yaml-language-server: $schema=../../" + schema + "\n" + text
	}
	if w.exists(w.manifestFile) {
		return &ShapeError{
			Message: fmt.Sprintf("%s is there already, and %s does not name it", w.manifestFile, w.Manifest.File),
			Hint:    "add it to the features there; or remove it, and make it again",
		}
	}
	if err := w.create(w.manifestFile, []byte(text)); err != nil {
		return err
	}
	top, err := w.read(w.Manifest.File)
	if err != nil {
		return w.unreadable(w.Manifest.File, err)
	}
	if top, err = manifest.InsertFeature(w.Manifest.File, top, w.manifestFile); err != nil {
		return err
	}
	return w.edit(w.Manifest.File, top)
}

// newPackage plans the package of the feature's handlers.
func (w *writer) newPackage(app *appSyntax) error {
	code := w.names()
	code.deps = "Deps"
	for _, f := range app.fields {
		code.lent = append(code.lent, lent{field: lent{typ: f.typ}.session(), typ: f.typ})
	}
	text, err := renderGo("feature.go.tmpl", code.values())
	if err != nil {
		return err
	}
	return w.create(path.Join(w.folder(), w.pkg+".go"), text)
}

func (w *writer) names() featureCode {
	return featureCode{pkg: w.pkg, feature: w.name, module: w.module, beignet: w.beignet}
}

// featureCode is what there is to say of a package as it stands.
func (w *writer) featureCode(pkg *goPackage, reg *registration) featureCode {
	code := w.names()
	code.deps, code.lent = reg.deps, pkg.lent(reg.deps)
	return code
}

// mount plans the lines that register the feature with the app.
func (w *writer) mount(app *appSyntax) error {
	imported := w.module + "/" + w.folder()
	if app.file.imports(imported) {
		return nil
	}
	if app.taken(w.pkg) {
		return &Refusal{fmt.Sprintf("a feature cannot be called %s: %s uses %s for something else", w.name, app.file.name, w.pkg), "choose another name"}
	}
	pkg, err := w.readPackage()
	if err != nil {
		return err
	}
	reg, err := pkg.register()
	if err != nil {
		return err
	}
	code := w.featureCode(pkg, reg)
	code.lent = slices.DeleteFunc(code.lent, func(l lent) bool { return field(app.fields, l.typ) == "" })
	deps := w.pkg + "." + reg.deps
	lines := fmt.Sprintf("\t%s.Register(%s.Mount(%s, func(a %s) %s {\n\t\treturn %s{%s}\n\t}))\n",
		w.pkg, app.runner, app.param, app.context, deps, deps, code.filled(func(l lent) string { return "a." + field(app.fields, l.typ) }))
	end, err := app.file.appending(app.body, lines)
	if err != nil {
		return err
	}
	text, err := app.file.with(app.file.importing(imported), end)
	if err != nil {
		return err
	}
	return w.edit(app.file.name, text)
}
