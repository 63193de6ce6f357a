package manifest

import (
	"maps"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/beignet-go/beignet/internal/near"
)

// extent is how large a node is with its aliases expanded.
type extent struct{ bytes, depth int }

type anchor struct {
	node   ast.Node
	extent extent
	closed bool // its value has been read: an alias may stand for it
}

// follower walks a tree once, in the order of its text, so that an alias finds the
// latest anchor of its name above it, and measures what decoding will walk.
type follower struct {
	src     *source
	anchors map[string]*anchor
	targets map[*ast.AliasNode]ast.Node
	found   Diagnostics
}

// followAliases returns what each alias stands for, or why the file is refused. A
// file whose aliases expand it beyond maxSize, or nest it beyond maxDepth, is.
func followAliases(src *source, root ast.Node) (map[*ast.AliasNode]ast.Node, Diagnostics) {
	f := follower{src: src, anchors: map[string]*anchor{}, targets: map[*ast.AliasNode]ast.Node{}}
	whole := f.walk(root)
	if len(f.found) == 0 && (whole.bytes > maxSize || whole.depth > maxDepth) {
		at := Position{File: src.file, Line: 1, Column: 1}
		f.found = Diagnostics{src.diagnostic(at, CodeAliasBomb, "the aliases of this file expand it beyond "+strconv.Itoa(maxSize)+" bytes or "+strconv.Itoa(maxDepth)+" levels", "write it out in several files")}
	}
	return f.targets, f.found
}

func (f *follower) walk(n ast.Node) extent {
	var whole extent
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, value := range n.Values {
			whole.add(f.walk(value.Key))
			whole.add(f.walk(value.Value))
		}
		whole.depth++
	case *ast.SequenceNode:
		for _, value := range n.Values {
			whole.add(f.walk(value))
		}
		whole.depth++
	case *ast.AnchorNode:
		a := &anchor{node: n.Value}
		f.anchors[n.Name.GetToken().Value] = a
		a.extent = f.walk(n.Value)
		a.closed = true
		whole = a.extent
	case *ast.AliasNode:
		whole = f.follow(n)
	case *ast.LiteralNode:
		whole.bytes = len(n.Value.Value)
	default:
		whole.bytes = len(n.GetToken().Value)
	}
	whole.bytes = min(whole.bytes+1, maxSize+1)
	return whole
}

func (e *extent) add(part extent) {
	e.bytes = min(e.bytes+part.bytes, maxSize+1)
	e.depth = max(e.depth, part.depth)
}

func (f *follower) follow(n *ast.AliasNode) extent {
	name := n.Value.GetToken()
	a, ok := f.anchors[name.Value]
	switch {
	case !ok:
		f.refuse(name, "no anchor "+name.Value+" above this alias", didYouMean(name.Value, slices.Sorted(maps.Keys(f.anchors))))
		return extent{}
	case !a.closed:
		f.refuse(name, "alias "+name.Value+" stands within its own anchor", "")
		return extent{}
	}
	f.targets[n] = a.node
	return a.extent
}

func (f *follower) refuse(t *token.Token, message, hint string) {
	f.found = append(f.found, f.src.diagnostic(f.src.position(t), CodeBadAlias, message, hint))
}

// didYouMean is a hint with the candidate that is nearest to word, or "".
func didYouMean(word string, candidates []string) string {
	const most = 64 // bytes: comparing takes time by the square
	if len(word) > most {
		return ""
	}
	candidates = slices.DeleteFunc(slices.Clone(candidates), func(c string) bool { return len(c) > most })
	if best, ok := near.Best(word, candidates); ok {
		return "did you mean " + best + "?"
	}
	return ""
}
