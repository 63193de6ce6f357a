package schema

import (
	stdjson "encoding/json"
	"regexp"

	"github.com/kaptinlin/jsonschema"
)

// A node is one schema of a document, object or boolean.
type node struct {
	id       int       // its index in Schema.nodes
	at       string    // JSON pointer into the document
	denies   bool      // the schema false
	keywords []keyword // as written, without x- ones
	types    types     // what type, or else enum and const, leave possible
	required []string
	file     FileUse // x-file
	target   *node   // of $ref
	closed   bool    // unevaluatedProperties: false was added
	end      int     // offset of the closing brace in the document
	engine   *jsonschema.Schema
}

// A keyword is one member of a schema object. Exactly one of its values is set.
type keyword struct {
	name  string
	value any // decoded
	one   *node
	list  []*node
	named []namedNode
}

// A namedNode is a member of properties and its like. Under patternProperties
// its name is a pattern, already compiled.
type namedNode struct {
	name    string
	node    *node
	pattern *regexp.Regexp
}

func (n *node) keyword(name string) *keyword {
	for i := range n.keywords {
		if n.keywords[i].name == name {
			return &n.keywords[i]
		}
	}
	return &keyword{}
}

func (n *node) has(name string) bool          { return n.keyword(name).name != "" }
func (n *node) value(name string) any         { return n.keyword(name).value }
func (n *node) one(name string) *node         { return n.keyword(name).one }
func (n *node) list(name string) []*node      { return n.keyword(name).list }
func (n *node) named(name string) []namedNode { return n.keyword(name).named }

// The accessors of plain values return the zero value where n has none.

func (n *node) text(name string) string   { v, _ := n.value(name).(string); return v }
func (n *node) flag(name string) bool     { v, _ := n.value(name).(bool); return v }
func (n *node) values(name string) []any  { v, _ := n.value(name).([]any); return v }
func (n *node) digits(name string) string { v, _ := n.value(name).(stdjson.Number); return string(v) }

// children calls visit for each schema directly inside n, with its keyword.
func (n *node) children(visit func(keyword string, child *node)) {
	for _, k := range n.keywords {
		if k.one != nil {
			visit(k.name, k.one)
		}
		for _, child := range k.list {
			visit(k.name, child)
		}
		for _, child := range k.named {
			visit(k.name, child.node)
		}
	}
}

// base64 reports whether n asks for base64, which is asserted where it has no
// other format: a Go []byte takes nothing else.
func (n *node) base64() bool {
	return n.text("contentEncoding") == "base64" && !n.has("format")
}

// listed returns the values that const and enum allow, each as a list.
func (n *node) listed() [][]any {
	var lists [][]any
	if n.has("const") {
		lists = append(lists, []any{n.value("const")})
	}
	if n.has("enum") {
		lists = append(lists, n.values("enum"))
	}
	return lists
}

// dependent returns what dependentRequired says.
func (n *node) dependent() map[string][]string {
	names := map[string][]string{}
	lists, _ := n.value("dependentRequired").(map[string]any)
	for given, list := range lists {
		for _, name := range list.([]any) {
			names[given] = append(names[given], name.(string))
		}
	}
	return names
}
