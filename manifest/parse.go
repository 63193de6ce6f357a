package manifest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// document is the syntax tree of one file and what its aliases stand for.
type document struct {
	root    ast.Node
	targets map[*ast.AliasNode]ast.Node
}

// parse makes a tree of a file that is within all bounds, or says why there is none.
func parse(src *source) (doc document, problems Diagnostics) {
	defer func() {
		if r := recover(); r != nil {
			doc, problems = document{}, Diagnostics{src.diagnostic(Position{File: src.file}, CodeSyntax, fmt.Sprintf("the YAML parser failed: %v", r), "")}
		}
	}()
	if d := checkBytes(src); d != nil {
		return document{}, Diagnostics{*d}
	}
	tokens := slices.DeleteFunc(lexer.Tokenize(src.text), func(t *token.Token) bool { return t.Type == token.CommentType })
	problem, aliases := checkTokens(src, tokens)
	if problem != nil {
		return document{}, Diagnostics{*problem}
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // a duplicate is one finding of many
	if err != nil {
		return document{}, Diagnostics{syntaxError(src, err)}
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return document{}, Diagnostics{src.diagnostic(Position{File: src.file, Line: 1, Column: 1}, CodeEmptyFile, "the file is empty", "")}
	}
	doc = document{root: file.Docs[0].Body}
	if aliases {
		doc.targets, problems = followAliases(src, doc.root)
	}
	return doc, problems
}

func syntaxError(src *source, err error) Diagnostic {
	var at interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if !errors.As(err, &at) || at.GetToken() == nil {
		return src.diagnostic(Position{File: src.file}, CodeSyntax, "not YAML", "")
	}
	return src.diagnostic(src.position(at.GetToken()), CodeSyntax, at.GetMessage(), "")
}
