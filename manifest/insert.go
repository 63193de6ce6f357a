package manifest

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// InsertTask returns the text of a feature file with one more entry, the last of
// its tasks. The entry is a block mapping that begins in the first column; it is
// given the indentation of those before it.
//
// Every byte of the text stays, and all that is new stands in one place. The
// result has been parsed again: it holds the same data and the entry. Where that
// cannot be had, or the text is refused already, the error says where, as
// [Diagnostics] of the file.
func InsertTask(file string, text, entry []byte) ([]byte, error) {
	return insert(file, text, "tasks", string(entry))
}

// InsertFeature is [InsertTask] for beignet.yaml and one more path, relative to it,
// among its features. The text comes back as it is where a path or glob in it
// names the file already.
func InsertFeature(file string, text []byte, name string) ([]byte, error) {
	src := newSource(file, normalize(text))
	doc, found := parse(src)
	if len(found) > 0 {
		return nil, found
	}
	var top module
	d := decoder{src: src, shapes: newShapes(), targets: doc.targets}
	d.decode(doc.root, &top)
	for _, pattern := range top.Features {
		if named, err := path.Match(path.Clean(pattern), name); err == nil && named {
			return text, nil
		}
	}
	quoted := string(appendString(nil, name))
	if plain, found := readItem(name); len(found) == 0 && plain.json == quoted {
		return insert(file, text, "features", name)
	}
	return insert(file, text, "features", quoted)
}

// insert adds item, which is YAML, to the end of the list under a key of the file.
func insert(file string, text []byte, key, item string) ([]byte, error) {
	before, found := readMembers(newSource(file, normalize(text)), key)
	if len(found) > 0 {
		return nil, found
	}
	added, found := readItem(item)
	if len(found) > 0 {
		return nil, found
	}
	s := splicer{src: before.src, text: text, crlf: bytes.Contains(text, []byte("\r\n")), members: before, key: key}
	want := before.with(key, added.json)
	for _, in := range s.candidates(added) {
		result := slices.Concat(text[:in.at], []byte(in.text), text[in.at:])
		after, found := readMembers(newSource(file, normalize(result)), "")
		if len(found) == 0 && slices.Equal(after.list, want) && len(result) <= maxSize {
			return result, nil
		}
	}
	at, why := Position{File: file}, "as it is written here"
	hint := "write it as a list in block style, with a line for each item's dash"
	if m, ok := before.pair(key); ok {
		at = before.src.position(m.Key.GetToken())
		switch value := m.Value.(type) {
		case *ast.AnchorNode, *ast.AliasNode:
			why, hint = "here: what an anchor shares would change elsewhere too", "write the list out, without an anchor"
		case *ast.SequenceNode:
			if !value.IsFlowStyle && !bytes.HasSuffix(text, []byte("\n")) {
				why, hint = "here: a line behind it would give its last text a line end", "end the last line of the file"
			}
		}
	}
	return nil, Diagnostics{before.src.diagnostic(at, CodeUnsupportedYAML, "nothing can be added to "+key+" "+why, hint)}
}

// members are those of a file's mapping, each with its value as JSON.
type members struct {
	src  *source
	root *ast.MappingNode
	list []jsonMember
}

type jsonMember struct{ key, json string }

// readMembers reads a file whole. An empty value of the key that is to be filled
// is no mistake.
func readMembers(src *source, fill string) (members, Diagnostics) {
	doc, found := parse(src)
	if len(found) > 0 {
		return members{}, found
	}
	d := &decoder{src: src, targets: doc.targets}
	root, ok := doc.root.(*ast.MappingNode)
	if !ok {
		return members{}, Diagnostics{src.diagnostic(d.start(doc.root), CodeWrongType, "the file must be a mapping, not "+kind(doc.root), "")}
	}
	ms := members{src: src, root: root}
	for _, m := range d.members(root) {
		w := jsonWriter{decoder: d}
		if m.key.Value != fill || !implicitNull(m.value) {
			w.value(m)
		}
		ms.list = append(ms.list, jsonMember{m.key.Value, string(w.json)})
	}
	return ms, d.found
}

// with is what the members must be once the list under key has one item more: at
// its end, or before the one item that was written without a list.
func (ms members) with(key, item string) []jsonMember {
	list := slices.Clone(ms.list)
	i := slices.IndexFunc(list, func(m jsonMember) bool { return m.key == key })
	if i < 0 {
		return append(list, jsonMember{key, "[" + item + "]"})
	}
	switch old := list[i].json; {
	case old == "" || old == "[]":
		list[i].json = "[" + item + "]"
	case strings.HasPrefix(old, "["):
		list[i].json = old[:len(old)-1] + "," + item + "]"
	default:
		list[i].json = "[" + item + "," + old + "]"
	}
	return list
}

// pair is the member of the root as it is written.
func (ms members) pair(key string) (*ast.MappingValueNode, bool) {
	for _, pair := range ms.root.Values {
		if pair.Key.GetToken().Value == key {
			return pair, true
		}
	}
	return nil, false
}

// item is what is to be inserted: a mapping or one scalar.
type item struct {
	lines []string // in block style
	flow  string   // within brackets
	json  string
}

func readItem(text string) (item, Diagnostics) {
	src := newSource("the new item", text)
	doc, found := parse(src)
	if len(found) > 0 {
		return item{}, found
	}
	w := jsonWriter{decoder: &decoder{src: src, targets: doc.targets}}
	w.value(member{value: doc.root})
	return item{lines: strings.Split(strings.TrimRight(text, "\n"), "\n"), flow: flow(doc.root), json: string(w.json)}, w.found
}
