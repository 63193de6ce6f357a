package manifest

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// The parser is linear only within these bounds: it recurses for every level and
// for every key of a block mapping, moves all tokens for every value that is left
// out, and gives every node the path that leads to it.
const (
	maxKeys    = 1000     // of one mapping
	maxEmpty   = 100      // values left out, in a file
	maxPaths   = 64 << 20 // bytes of all nodes' paths
	maxAnchors = 100
	maxAliases = 1000
)

// tokenCheck walks the tokens of a file once, before they are parsed, and stops at
// the first that is out of bounds or outside the YAML that manifests are written in.
type tokenCheck struct {
	src     *source
	tokens  token.Tokens
	at      int     // the current one
	open    []level // the first one is the file
	empty   int
	paths   int
	anchors int
	aliases int
	begun   bool // something stands before a --- here
	ended   bool
	problem *Diagnostic
}

// checkTokens returns the first problem, and whether there are aliases to follow. The
// tokens are those that the parser gets: without comments.
func checkTokens(src *source, tokens token.Tokens) (problem *Diagnostic, aliases bool) {
	c := tokenCheck{src: src, tokens: tokens, open: make([]level, 1, 16)}
	tabs := strings.Contains(src.text, "\t")
	for i, t := range tokens {
		c.at = i
		if tabs && !c.inBlock() {
			c.checkTabs(t)
		}
		c.document(t)
		c.token(t)
		c.bound(t)
		if c.problem != nil {
			return c.problem, false
		}
	}
	return nil, c.aliases > 0
}

// peek returns the token that many after the current one, or nil.
func (c *tokenCheck) peek(n int) *token.Token {
	if n += c.at; n < 0 || n >= len(c.tokens) {
		return nil
	}
	return c.tokens[n]
}

// refuse keeps the first problem.
func (c *tokenCheck) refuse(t *token.Token, code, message, hint string) {
	c.refuseAt(c.src.position(t), code, message, hint)
}

func (c *tokenCheck) refuseAt(at Position, code, message, hint string) {
	if c.problem != nil {
		return
	}
	d := c.src.diagnostic(at, code, message, hint)
	c.problem = &d
}

func (c *tokenCheck) bound(t *token.Token) {
	top := c.open[len(c.open)-1]
	c.paths += top.child
	over := func(most int, what string) {
		c.refuse(t, CodeTooComplex, "over "+strconv.Itoa(most)+" "+what, "split the file")
	}
	switch {
	case len(c.open)-1 > maxDepth:
		c.refuse(t, CodeTooDeep, "nested over "+strconv.Itoa(maxDepth)+" levels deep", "")
	case top.keys > maxKeys:
		over(maxKeys, "keys in a mapping")
	case c.empty > maxEmpty:
		over(maxEmpty, "keys or items without a value")
	case c.anchors > maxAnchors:
		over(maxAnchors, "anchors")
	case c.aliases > maxAliases:
		over(maxAliases, "aliases")
	case c.paths > maxPaths:
		over(maxPaths, "bytes of paths: too many values under long keys")
	}
}

// inBlock reports whether the current token is the text of a block scalar, whose
// position means nothing.
func (c *tokenCheck) inBlock() bool {
	prev := c.peek(-1)
	return prev != nil && (prev.Type == token.LiteralType || prev.Type == token.FoldedType)
}

// document allows one --- before everything and one ... after it: the parser drops
// what follows an empty document.
func (c *tokenCheck) document(t *token.Token) {
	switch t.Type {
	case token.DocumentHeaderType:
		if c.begun || c.ended {
			c.refuse(t, CodeSecondDocument, "a second document", "one file holds one: make another file of it")
		}
	case token.DocumentEndType:
		c.ended = true
	default:
		if c.ended {
			c.refuse(t, CodeSecondDocument, "text after the end of the document", "take out the ... above it")
		}
	}
	c.begun = true
}

func (c *tokenCheck) token(t *token.Token) {
	top := &c.open[len(c.open)-1]
	switch t.Type {
	case token.InvalidType:
		c.refuse(t, CodeSyntax, t.Error, "")
	case token.TagType:
		c.refuse(t, CodeUnsupportedYAML, "a tag", "write the value without it; quotes make a string")
	case token.DirectiveType:
		c.refuse(t, CodeUnsupportedYAML, "a directive", "take it out")
	case token.MappingKeyType:
		c.refuse(t, CodeUnsupportedYAML, "a key after ?", "write key: value")
	case token.DoubleQuoteType:
		c.checkQuoted(t)
	case token.StringType:
		c.checkPlain(t, top.flow)
	case token.AnchorType:
		c.anchors++
	case token.AliasType:
		c.aliases++
	case token.MappingStartType, token.SequenceStartType:
		top.filled = true
		c.open = append(c.open, level{flow: true, list: t.Type == token.SequenceStartType, path: top.child, child: top.child + 8})
		return
	case token.MappingEndType, token.SequenceEndType, token.CollectEntryType:
		c.flow(t, top)
		return
	case token.SequenceEntryType:
		c.dash(t)
		return
	case token.MappingValueType:
		c.colon(t)
		return
	}
	top.filled = true
}
