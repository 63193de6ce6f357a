package scaffold

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// goFile is a Go file as syntax.
type goFile struct {
	name string
	text []byte
	set  *token.FileSet
	ast  *ast.File
}

func parseGo(name string, text []byte) (*goFile, error) {
	f := &goFile{name: name, text: text, set: token.NewFileSet()}
	var err error
	if f.ast, err = parser.ParseFile(f.set, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, &ShapeError{Message: err.Error(), Hint: "mend it: it is read as syntax", Err: err}
	}
	return f, nil
}

func (f *goFile) offset(p token.Pos) int { return f.set.Position(p).Offset }

func (f *goFile) at(p token.Pos) string {
	return fmt.Sprintf("%s:%d", f.name, f.set.Position(p).Line)
}

// source is the text of a node.
func (f *goFile) source(n ast.Node) string {
	return string(f.text[f.offset(n.Pos()):f.offset(n.End())])
}

// insertion is text to be put at an offset.
type insertion struct {
	at   int
	text string
}

// with is the file with insertions, as gofmt writes it. It must have been so before,
// so that nothing changes but what the insertions make it.
func (f *goFile) with(in ...insertion) ([]byte, error) {
	if bytes.Contains(f.text, []byte("\r\n")) {
		return nil, &ShapeError{Message: f.name + " has Windows line ends, and gofmt writes none", Hint: "gofmt -w " + f.name}
	}
	if formatted, err := format.Source(f.text); err != nil || !bytes.Equal(formatted, f.text) {
		return nil, &ShapeError{Message: f.name + " is not as gofmt writes it", Hint: "gofmt -w " + f.name, Err: err}
	}
	slices.SortFunc(in, func(a, b insertion) int { return cmp.Compare(b.at, a.at) })
	text := string(f.text)
	for _, i := range in {
		text = text[:i.at] + i.text + text[i.at:]
	}
	formatted, err := format.Source([]byte(text))
	if err != nil {
		return nil, &ShapeError{Message: fmt.Sprintf("%s cannot be added to: %v", f.name, err), Hint: "write the lines by hand", Err: err}
	}
	return formatted, nil
}

// appending puts whole lines at the end of a function, before the return that it
// may end with.
func (f *goFile) appending(body *ast.BlockStmt, lines string) (insertion, error) {
	at := f.offset(body.Rbrace)
	if n := len(body.List); n > 0 {
		last := body.List[n-1]
		if _, ok := last.(*ast.ReturnStmt); ok {
			at = len(bytes.TrimRight(f.text[:f.offset(last.Pos())], " \t"))
		} else if endless(last) {
			return insertion{}, &ShapeError{Message: f.at(last.Pos()) + ": nothing behind this line is ever reached", Hint: "end the function so that a line can follow"}
		}
	}
	if f.text[at-1] == '\n' {
		return insertion{at, lines}, nil
	}
	return insertion{at, "\n" + lines}, nil
}

// endless reports whether no statement behind this one is reached, where one look
// tells: a panic, a goto, a loop or a select without an end.
func endless(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		name, ok := call.Fun.(*ast.Ident)
		return ok && name.Name == "panic"
	case *ast.ForStmt:
		return s.Cond == nil
	case *ast.BranchStmt, *ast.SelectStmt:
		return true
	}
	return false
}

// importing adds an import after its nearest relative, in whose group gofmt sorts it.
func (f *goFile) importing(imported string) insertion {
	all := f.ast.Imports
	nearest := all[len(all)-1]
	for _, spec := range all {
		if common(importPath(spec), imported) > common(importPath(nearest), imported) {
			nearest = spec
		}
	}
	line := strconv.Quote(imported) + "\n"
	start := bytes.LastIndexByte(f.text[:f.offset(nearest.Pos())], '\n') + 1
	if bytes.HasPrefix(f.text[start:], []byte("import ")) {
		line = "import " + line
	}
	end := f.offset(nearest.End())
	return insertion{end + bytes.IndexByte(f.text[end:], '\n') + 1, line}
}

// common counts the path elements that two import paths begin with.
func common(a, b string) int {
	n := 0
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	for n < min(len(as), len(bs)) && as[n] == bs[n] {
		n++
	}
	return n
}

func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return "" // the parser has read it
	}
	return p
}

// importName is what a file calls an import.
func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	dir, base := path.Split(importPath(spec))
	if strings.TrimLeft(base, "v0123456789") == "" && dir != "" { // a major version
		return path.Base(dir)
	}
	return base
}

func (f *goFile) imports(imported string) bool {
	return slices.ContainsFunc(f.ast.Imports, func(s *ast.ImportSpec) bool { return importPath(s) == imported })
}

// imported is the path of the package that a file calls name, or "".
func (f *goFile) imported(name string) string {
	for _, spec := range f.ast.Imports {
		if importName(spec) == name {
			return importPath(spec)
		}
	}
	return ""
}

// literal is where the file has a string, or "".
func (f *goFile) literal(s string) (at string) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Value == strconv.Quote(s) && at == "" {
			at = f.at(lit.Pos())
		}
		return at == ""
	})
	return at
}

// declared are the names that a file gives its package.
func (f *goFile) declared() []string {
	var names []string
	for _, decl := range f.ast.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, name := range s.Names {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return names
}

// structure is the struct type that a file declares by a name, or nil.
func (f *goFile) structure(name string) *ast.StructType {
	for _, decl := range f.ast.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range d.Specs {
			if s, ok := spec.(*ast.TypeSpec); ok && s.Name.Name == name {
				structure, _ := s.Type.(*ast.StructType)
				return structure
			}
		}
	}
	return nil
}
