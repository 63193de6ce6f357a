package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds how deep a schema document may nest.
const maxDepth = 100

// metaSchema is the one dialect there is.
const metaSchema = "https://json-schema.org/draft/2020-12/schema"

// parser turns a document into nodes and checks each keyword's value on the
// way. The document is well-formed by then, so that reading a token cannot fail.
type parser struct {
	d        *jsontext.Decoder
	nodes    []*node
	problems []Problem
}

func parse(document []byte) (*Schema, []Problem) {
	if problems := checkBounds(document); len(problems) > 0 {
		return nil, problems
	}
	p := &parser{d: jsontext.NewDecoder(bytes.NewBuffer(document))}
	p.schema("")
	return &Schema{text: bytes.Clone(document), nodes: p.nodes}, p.problems
}

// checkBounds reads a document once and refuses what would cost too much to
// look at any closer.
func checkBounds(document []byte) []Problem {
	var problems []Problem
	d := jsontext.NewDecoder(bytes.NewBuffer(document))
	refuse := func(code, message string) {
		problems = append(problems, Problem{Pointer: string(d.StackPointer()), Code: code, Message: message})
	}
	for {
		token, err := d.ReadToken()
		if err != nil {
			refuse("not-json", "the schema is not JSON")
			return problems
		}
		if d.StackDepth() > maxDepth {
			refuse("too-deep", fmt.Sprintf("nested more than %d deep", maxDepth))
			return problems
		}
		if token.Kind() == '0' && !fits(token.String()) {
			refuse("number-out-of-range", "a number must fit a 64-bit float")
		}
		if d.StackDepth() == 0 {
			break
		}
	}
	if _, err := d.ReadToken(); err != io.EOF {
		refuse("not-json", "there is text after the schema")
	}
	return problems
}

func (p *parser) refuse(at, code, message, hint string) {
	p.problems = append(p.problems, Problem{Pointer: at, Code: code, Message: message, Hint: hint})
}

// malformed refuses the value of a keyword.
func (p *parser) malformed(at, message string) { p.refuse(at, "invalid-keyword", message, "") }

// next reads one token.
func (p *parser) next() jsontext.Token {
	token, _ := p.d.ReadToken()
	return token
}

// value reads one value whole.
func (p *parser) value() any {
	v, _ := decodeNext(p.d, new([]string))
	return v
}

func (p *parser) schema(at string) *node {
	n := &node{id: len(p.nodes), at: at, types: typeAny}
	p.nodes = append(p.nodes, n)
	switch p.d.PeekKind() {
	case '{':
		p.next()
		for p.d.PeekKind() != '}' {
			p.keyword(n, p.next().String())
		}
		p.next()
		n.end = int(p.d.InputOffset()) - 1
		n.infer()
	case 't', 'f':
		if !p.next().Bool() {
			n.denies, n.types = true, 0
		}
	default:
		p.malformed(at, "a schema is an object, true or false")
		p.value()
	}
	return n
}

func (p *parser) keyword(n *node, name string) {
	at := join(n.at, name)
	if strings.HasPrefix(name, "x-") {
		if v := p.value(); name == fileKeyword {
			n.file = p.fileUse(at, v)
		}
		return
	}
	form, hint, ok := lookup(name)
	if !ok {
		p.refuse(at, "unknown-keyword", "unknown keyword "+name, nearKeyword(name))
		p.value()
		return
	}
	k := keyword{name: name}
	switch form {
	case formUnsupported:
		p.refuse(at, "unsupported-keyword", "keyword "+name+" is not supported", hint)
		p.value()
		return
	case formSchema:
		k.one = p.schema(at)
	case formSchemas:
		k.list = p.schemas(at)
	case formSchemaMap:
		k.named = p.schemaMap(at, name == "patternProperties")
	default:
		k.value = p.value()
		p.check(n, at, name, form, k.value)
	}
	n.keywords = append(n.keywords, k)
}

func (p *parser) schemas(at string) []*node {
	if p.d.PeekKind() != '[' {
		p.malformed(at, "must be a list of schemas")
		p.value()
		return nil
	}
	var list []*node
	p.next()
	for p.d.PeekKind() != ']' {
		list = append(list, p.schema(at+"/"+strconv.Itoa(len(list))))
	}
	p.next()
	if len(list) == 0 {
		p.malformed(at, "must hold at least one schema")
	}
	return list
}

func (p *parser) schemaMap(at string, patterns bool) []namedNode {
	if p.d.PeekKind() != '{' {
		p.malformed(at, "must be an object of schemas")
		p.value()
		return nil
	}
	var named []namedNode
	p.next()
	for p.d.PeekKind() != '}' {
		m := namedNode{name: p.next().String()}
		child := join(at, m.name)
		if patterns {
			m.pattern = p.pattern(child, m.name)
		}
		m.node = p.schema(child)
		named = append(named, m)
	}
	p.next()
	return named
}

// pattern compiles a regular expression. Patterns are RE2, whose matching time
// is linear in the text, and unanchored as JSON Schema wants them.
func (p *parser) pattern(at, pattern string) *regexp.Regexp {
	re, err := regexp.Compile(pattern)
	if err == nil {
		return re
	}
	message := "not a regular expression"
	var bad *syntax.Error
	if errors.As(err, &bad) {
		message += ": " + bad.Code.String() + " " + bad.Expr
		if bad.Code == syntax.ErrInvalidPerlOp {
			message = "RE2 has no lookahead, lookbehind or the like: " + bad.Expr
		}
	}
	p.refuse(at, "invalid-pattern", message, "patterns are Go regular expressions (RE2)")
	return nil
}
