package scaffold

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// goPackage is the Go files of one folder: the package and its tests.
type goPackage struct {
	folder string
	files  []*goFile
}

// readPackage reads the feature's handlers as they will be.
func (w *writer) readPackage() (*goPackage, error) { return w.readFolder(w.folder()) }

func (w *writer) readFolder(folder string) (*goPackage, error) {
	p := &goPackage{folder: folder}
	names, err := fs.Glob(w.Files, folder+"/*.go")
	if err != nil {
		return nil, w.unreadable(folder, err)
	}
	for name := range w.changed {
		if ok, _ := path.Match(folder+"/*.go", name); ok && !slices.Contains(names, name) { // a fixed pattern
			names = append(names, name)
		}
	}
	for _, name := range names {
		text, err := w.read(name)
		if err != nil {
			return nil, w.unreadable(name, err)
		}
		f, err := parseGo(name, text)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, f)
	}
	return p, nil
}

// registration is a function Register(r *runner.Registry[T]).
type registration struct {
	file    *goFile
	body    *ast.BlockStmt
	param   string   // r
	runner  string   // what the file calls package runner
	beignet string   // the path above runner
	of      ast.Expr // T
	deps    string   // T of a feature: an exported type of its package
	depsAt  string
}

// find looks for the registration among the files that are no tests.
func (p *goPackage) find() (*registration, bool) {
	for _, f := range p.files {
		if strings.HasSuffix(f.name, "_test.go") {
			continue
		}
		for _, decl := range f.ast.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || fn.Name.Name != "Register" || fn.Body == nil {
				continue
			}
			if r, ok := registers(f, fn); ok {
				return r, true
			}
		}
	}
	return nil, false
}

// registers reads the one parameter of a Register.
func registers(f *goFile, fn *ast.FuncDecl) (*registration, bool) {
	params := fn.Type.Params.List
	if len(params) != 1 || len(params[0].Names) != 1 || params[0].Names[0].Name == "_" {
		return nil, false
	}
	star, ok := params[0].Type.(*ast.StarExpr)
	if !ok {
		return nil, false
	}
	index, ok := star.X.(*ast.IndexExpr)
	if !ok {
		return nil, false
	}
	sel, ok := index.X.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Registry" {
		return nil, false
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok {
		return nil, false
	}
	beignet, ok := strings.CutSuffix(f.imported(pkg.Name), "/runner")
	return &registration{
		file: f, body: fn.Body, param: params[0].Names[0].Name, runner: pkg.Name, beignet: beignet, of: index.Index,
	}, ok
}

// register is the registration of a feature.
func (p *goPackage) register() (*registration, error) {
	r, ok := p.find()
	if !ok {
		return nil, &ShapeError{
			Message: fmt.Sprintf("no func Register(r *runner.Registry[Deps]) in %s, to register the task in", p.folder),
			Hint:    "write one, as in handlers/issues/issues.go of beignet",
		}
	}
	deps, ok := r.of.(*ast.Ident)
	if !ok || !deps.IsExported() {
		return nil, &ShapeError{
			Message: fmt.Sprintf("%s: Register takes a registry of %s, and no exported type of its package", r.file.at(r.of.Pos()), r.file.source(r.of)),
			Hint:    "make it *runner.Registry[Deps]",
		}
	}
	r.deps, r.depsAt = deps.Name, p.folder
	for _, f := range p.files {
		if s := f.structure(r.deps); s != nil {
			r.depsAt = f.at(s.Pos())
		}
	}
	return r, nil
}

// add is the file with the task's registration.
func (r *registration) add(c *taskCode) ([]byte, error) {
	call, err := fill(c.call, map[string]string{"runner": r.runner, "registry": r.param, "task": c.task, "func": c.funcName})
	if err != nil {
		return nil, err
	}
	end, err := r.file.appending(r.body, "\t"+call+"\n")
	if err != nil {
		return nil, err
	}
	return r.file.with(end)
}

// lent are the fields of a struct that a session can fill.
func (p *goPackage) lent(name string) []lent {
	for _, f := range p.files {
		s := f.structure(name)
		if s == nil {
			continue
		}
		var found []lent
		for _, field := range s.Fields.List {
			if t := f.lends(field.Type); t != "" && len(field.Names) == 1 {
				found = append(found, lent{field: field.Names[0].Name, typ: t})
			}
		}
		return found
	}
	return nil
}

// field is the name of the one that has a type, or "".
func field(of []lent, typ string) string {
	if i := slices.IndexFunc(of, func(l lent) bool { return l.typ == typ }); i >= 0 {
		return of[i].field
	}
	return ""
}

// lends is a type by its usual name, where a session has a value of it; else "".
func (f *goFile) lends(t ast.Expr) string {
	star := ""
	if pointer, ok := t.(*ast.StarExpr); ok {
		star, t = "*", pointer.X
	}
	sel, ok := t.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	name := star + path.Base(f.imported(pkg.Name)) + "." + sel.Sel.Name
	if lent := (lent{typ: name}); lent.session() == "" {
		return ""
	}
	return name
}

// clash is a name of new code that means something in the package already, or "".
func (p *goPackage) clash(handler, test []byte) string {
	pkg := names{}
	tests := names{}
	for _, f := range p.files {
		if strings.HasSuffix(f.ast.Name.Name, "_test") {
			tests.add(f)
		} else {
			pkg.add(f)
		}
	}
	for _, n := range []struct {
		text []byte
		in   names
	}{{handler, pkg}, {test, tests}} {
		if n.text == nil {
			continue
		}
		f, err := parseGo("", n.text)
		if err != nil {
			return err.Error() // it has been rendered and formatted
		}
		if name := n.in.clash(f); name != "" {
			return name
		}
	}
	return ""
}

// names are those of a package, and what its files call their imports.
type names struct{ declared, imported []string }

func (n *names) add(f *goFile) {
	n.declared = append(n.declared, f.declared()...)
	for _, spec := range f.ast.Imports {
		n.imported = append(n.imported, importName(spec))
	}
}

func (n *names) clash(f *goFile) string {
	for _, name := range f.declared() {
		if predeclared(name) || slices.Contains(n.declared, name) || slices.Contains(n.imported, name) || f.imported(name) != "" {
			return name
		}
	}
	for _, spec := range f.ast.Imports {
		if name := importName(spec); slices.Contains(n.declared, name) {
			return name
		}
	}
	return ""
}

// tests reports whether the tests have a function, such as the one that opens the
// feature.
func (p *goPackage) tests(function string) bool {
	for _, f := range p.files {
		if strings.HasSuffix(f.ast.Name.Name, "_test") && slices.Contains(f.declared(), function) {
			return true
		}
	}
	return false
}

// appSyntax is handlers/handlers.go: what a run's handlers share, and its Register.
type appSyntax struct {
	*registration
	context string // *App
	pkg     *goPackage
	fields  []lent
}

func (w *writer) readApp() (*appSyntax, error) {
	const folder, file = "handlers", "handlers/handlers.go"
	if _, err := w.read(file); err != nil {
		return nil, w.unreadable(file, err)
	}
	pkg, err := w.readFolder(folder)
	if err != nil {
		return nil, err
	}
	r, ok := pkg.find()
	if !ok {
		return nil, &ShapeError{
			Message: "no func Register(r *runner.Registry[*App]) in " + folder + ", to mount a feature in",
			Hint:    "write one, as in handlers/handlers.go of beignet",
		}
	}
	app := &appSyntax{registration: r, context: r.file.source(r.of), pkg: pkg}
	app.fields = pkg.lent(strings.TrimPrefix(app.context, "*"))
	return app, nil
}

// taken reports whether a name means something in the file of Register.
func (a *appSyntax) taken(name string) bool {
	if name == a.param || a.file.imported(name) != "" {
		return true
	}
	return slices.ContainsFunc(a.pkg.files, func(f *goFile) bool { return slices.Contains(f.declared(), name) })
}
