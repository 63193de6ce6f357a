package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// source is what reflection does not know of a package's types.
type source struct {
	comments map[string]string // beside a field, by package.Type.Field
	values   map[string][]any  // the string constants of a type, by package.Type
}

// readSource reads the packages in folders.
func readSource(t *testing.T, folders ...string) source {
	t.Helper()
	s := source{comments: map[string]string{}, values: map[string][]any{}}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.TypeSpec:
					s.addType(file.Name.Name, n)
				case *ast.ValueSpec:
					s.addValue(file.Name.Name, n)
				}
				return true
			})
		}
	}
	return s
}

func (s source) addType(pkg string, spec *ast.TypeSpec) {
	of, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range of.Fields.List {
		for _, name := range f.Names {
			s.comments[pkg+"."+spec.Name.Name+"."+name.Name] = strings.TrimSpace(f.Comment.Text())
		}
	}
}

func (s source) addValue(pkg string, spec *ast.ValueSpec) {
	var of string
	switch t := spec.Type.(type) {
	case *ast.Ident:
		of = pkg + "." + t.Name
	case *ast.SelectorExpr:
		of = t.X.(*ast.Ident).Name + "." + t.Sel.Name
	}
	for _, v := range spec.Values {
		if text, ok := v.(*ast.BasicLit); ok && text.Kind == token.STRING {
			if value, err := strconv.Unquote(text.Value); err == nil {
				s.values[of] = append(s.values[of], value)
			}
		}
	}
}
