package scaffold

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/beignet-go/beignet/manifest"
)

// there is the plan for a task that has an entry already: nothing, where its handler
// stands in the folder that goes with the handler's id.
func (w *writer) there(t *manifest.Task) (Plan, error) {
	feature, _, _ := strings.Cut(t.Handler, ".")
	pkg, err := w.readFolder(path.Join("handlers", strings.ReplaceAll(feature, "-", "")))
	if err != nil {
		return Plan{}, err
	}
	registered, missing := pkg.handler(t.Handler)
	switch {
	case !registered:
		return Plan{}, &ShapeError{
			Message: fmt.Sprintf("%s has %s, and nothing in %s registers %s", t.NameAt, t.Name, pkg.folder, t.Handler),
			Hint:    "take the entry out and make the task again, or write the handler and register it",
		}
	case missing != "":
		return Plan{}, &ShapeError{
			Message: fmt.Sprintf("%s has %s, %s registers it, and there is no %s", t.NameAt, t.Name, pkg.folder, missing),
			Hint:    "take the entry and the registration out and make the task again, or write the handler",
		}
	}
	return Plan{Task: t.Name, There: t.NameAt.String()}, nil
}

// handler reports whether the package has a handler's id, and the name of a function
// that is registered with it and that the package lacks.
func (p *goPackage) handler(id string) (registered bool, missing string) {
	for _, f := range p.files {
		if strings.HasSuffix(f.name, "_test.go") || f.literal(id) == "" {
			continue
		}
		registered = true
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			isID := func(e ast.Expr) bool { lit, ok := e.(*ast.BasicLit); return ok && lit.Value == strconv.Quote(id) }
			if !slices.ContainsFunc(call.Args, isID) {
				return true
			}
			for _, arg := range call.Args {
				// A name that the file has elsewhere too may be a variable.
				if name, ok := arg.(*ast.Ident); ok && name.Name != "nil" && !p.declares(name.Name) && uses(f.ast, name.Name) == uses(call, name.Name) {
					missing = name.Name
				}
			}
			return true
		})
	}
	return registered, missing
}

func (p *goPackage) declares(name string) bool {
	return slices.ContainsFunc(p.files, func(f *goFile) bool { return slices.Contains(f.declared(), name) })
}

// uses counts a name within a node.
func uses(within ast.Node, name string) (count int) {
	ast.Inspect(within, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name {
			count++
		}
		return true
	})
	return count
}
