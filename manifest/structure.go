package manifest

import (
	"strings"

	"github.com/goccy/go-yaml/token"
)

// level is one mapping or list that is open while the tokens are checked.
type level struct {
	flow   bool
	list   bool
	column int // of its keys or dashes; block only
	keys   int
	pairs  int // colons since the last comma; flow only
	filled bool
	path   int // bytes of the path to it
	child  int // bytes of the path to its current entry
}

// flow closes an entry of a flow collection, or the collection.
func (c *tokenCheck) flow(t *token.Token, top *level) {
	closes := t.Type != token.CollectEntryType
	switch {
	case !top.flow, closes && top.list != (t.Type == token.SequenceEndType), !closes && !top.filled:
		c.refuse(t, CodeSyntax, "unexpected "+t.Value, "")
		return
	case !top.list && top.filled && top.pairs == 0:
		c.refuse(t, CodeSyntax, "a key without a value", "write key: value")
	case !top.list:
		top.keys++
	}
	top.pairs, top.filled = 0, false
	if closes {
		c.open = c.open[:len(c.open)-1]
	}
}

func (c *tokenCheck) dash(t *token.Token) {
	if c.open[len(c.open)-1].flow {
		c.refuse(t, CodeSyntax, "a list with dashes within brackets", "separate the items with commas")
		return
	}
	column := t.Position.Column
	c.closeTo(column, true)
	if top := c.open[len(c.open)-1]; !top.list || top.column != column {
		c.open = append(c.open, level{list: true, column: column, path: top.child, child: top.child + 8})
	}
	c.leftOut(t, column)
}

func (c *tokenCheck) colon(t *token.Token) {
	key := c.peek(-1)
	if key == nil || key.Position.Line != t.Position.Line {
		c.refuse(t, CodeSyntax, "unexpected :", "put it right after its key")
		return
	}
	top := &c.open[len(c.open)-1]
	if !top.flow {
		column := key.Position.Column
		c.closeTo(column, false)
		if top = &c.open[len(c.open)-1]; top.list || top.column != column {
			c.open = append(c.open, level{column: column, path: top.child})
			top = &c.open[len(c.open)-1]
		}
		top.keys++
		c.leftOut(t, column)
	} else if top.pairs++; top.list || top.pairs > 1 {
		c.refuse(t, CodeSyntax, "unexpected :", "put the pair in braces of its own, or the text in quotes")
	} else {
		c.flowValue(t, key)
	}
	top.child = top.path + len(key.Value) + 3
}

// flowValue refuses key:value, which YAML takes for one text, and the lexer does not.
func (c *tokenCheck) flowValue(t, key *token.Token) {
	next := c.peek(1)
	switch {
	case next == nil, next.Type == token.CollectEntryType, next.Type == token.MappingEndType:
		c.empty++
	case key.Type == token.StringType && next.Indicator != token.FlowCollectionIndicator && strings.TrimLeft(next.Origin, " \t\n") == next.Origin:
		c.refuse(t, CodeSyntax, "no space after :", "put one there")
	}
}

// leftOut counts a block key or dash that has no value, and refuses what follows in
// the next line and would become its value without being indented.
func (c *tokenCheck) leftOut(t *token.Token, column int) {
	next := c.peek(1)
	if next == nil {
		c.empty++
		return
	}
	if next.Position.Line == t.Position.Line {
		return
	}
	dash, items := t.Type == token.SequenceEntryType, next.Type == token.SequenceEntryType
	at := min(next.Position.Column, c.src.position(next).Column)
	if at > column || at == column && items && !dash {
		return
	}
	c.empty++
	switch next.Indicator {
	case token.NotIndicator, token.QuotedScalarIndicator, token.BlockScalarIndicator, token.FlowCollectionIndicator:
		after := c.peek(2)
		key := after != nil && after.Type == token.MappingValueType && !(dash && at == column)
		if !key && next.Type != token.InvalidType {
			c.refuse(next, CodeSyntax, "a value that is not indented", "indent it, or give it a key")
		}
	}
}

// closeTo closes the block levels that an entry at column ends. A list may stand
// at the column of the key that holds it.
func (c *tokenCheck) closeTo(column int, list bool) {
	for len(c.open) > 1 {
		top := c.open[len(c.open)-1]
		if top.column < column || top.column == column && (list || !top.list) {
			return
		}
		c.open = c.open[:len(c.open)-1]
	}
}
