package manifest

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// insertion is text to be put at a byte offset of a file as it stands on disk.
type insertion struct {
	at   int
	text string
}

// splicer finds where an item can go. Each place is a guess, from the likeliest to
// the last: whoever tries one reads the result again.
type splicer struct {
	src     *source
	text    []byte // with its line ends and byte order mark
	crlf    bool
	members members
	key     string
}

func (s *splicer) candidates(it item) []insertion {
	pair, ok := s.members.pair(s.key)
	if !ok {
		return s.newKey(it)
	}
	switch value := pair.Value.(type) {
	case *ast.SequenceNode:
		if value.IsFlowStyle {
			return s.inFlow(value, it)
		}
		return s.inBlock(pair, value, it)
	case *ast.NullNode:
		if implicitNull(value) {
			return s.afterLines(pair, s.column(pair)+2, block(it, s.column(pair)+1, 2))
		}
	case *ast.StringNode:
		return s.beforeOne(pair, it)
	}
	return nil
}

// column is that of a pair's key, from 1.
func (s *splicer) column(pair *ast.MappingValueNode) int {
	return s.src.position(pair.Key.GetToken()).Column
}

// newKey adds the key and its list after everything else.
func (s *splicer) newKey(it item) []insertion {
	pairs := s.members.root.Values
	if s.members.root.IsFlowStyle || len(pairs) == 0 {
		return nil
	}
	last := pairs[len(pairs)-1]
	column := s.column(last)
	lines := slices.Concat([]string{strings.Repeat(" ", column-1) + s.key + ":"}, block(it, column+1, 2))
	return s.afterLines(last, 0, lines)
}

// inBlock adds an item under the dashes of those before it.
func (s *splicer) inBlock(pair *ast.MappingValueNode, list *ast.SequenceNode, it item) []insertion {
	last := list.Entries[len(list.Entries)-1]
	dash := s.src.position(last.Start)
	width := 2
	if m, ok := last.Value.(*ast.MappingNode); ok && !m.IsFlowStyle {
		if key := s.src.position(m.Values[0].Key.GetToken()); key.Line == dash.Line && key.Column > dash.Column {
			width = key.Column - dash.Column
		}
	}
	lines := block(it, dash.Column-1, width)
	if s.spaced(dash.Line, len(list.Entries), it) {
		lines = slices.Insert(lines, 0, "")
	}
	return s.afterLines(pair, dash.Column, lines)
}

// spaced reports whether a blank line stands between the items, or, where there is
// but one, whether it should.
func (s *splicer) spaced(dash, items int, it item) bool {
	if items == 1 {
		return strings.HasPrefix(it.json, "{")
	}
	for n := dash - 1; n > 0; n-- {
		line := strings.TrimSpace(s.src.line(n))
		if !strings.HasPrefix(line, "#") {
			return line == ""
		}
	}
	return false
}

// block is an item of a block list, with its dash after that many spaces.
func block(it item, indent, width int) []string {
	lines := make([]string, len(it.lines))
	for i, line := range it.lines {
		switch {
		case i == 0:
			lines[i] = strings.Repeat(" ", indent) + "-" + strings.Repeat(" ", width-1) + line
		case line != "":
			lines[i] = strings.Repeat(" ", indent+width) + line
		}
	}
	return lines
}

// afterLines adds lines behind the value of a pair: before the blank lines and the
// comments that follow it, but for comments that are indented deeper than column
// and so belong to it; or else before the blank lines alone, or behind them, where a
// text keeps its own. The text may also want no blank line more.
func (s *splicer) afterLines(pair *ast.MappingValueNode, column int, lines []string) []insertion {
	first := s.src.position(pair.Key.GetToken()).Line
	end := s.end(pair)
	back := func(n int, over func(text string, column int) bool) int {
		for n > first {
			line := s.src.line(n)
			text := strings.TrimLeft(line, " \t")
			if text != "" && !over(text, 1+len(line)-len(text)) {
				break
			}
			n--
		}
		return n
	}
	bare := back(end, func(string, int) bool { return false })
	places := slices.Compact([]int{
		back(end, func(text string, at int) bool { return text[0] == '#' && at <= column }),
		bare,
		max(end-1, bare),
		end,
	})
	var found []insertion
	for {
		for _, n := range places {
			found = append(found, insertion{s.lineEnd(n), s.breaks("\n" + strings.Join(lines, "\n"))})
		}
		if lines[0] != "" {
			return found
		}
		lines = lines[1:]
	}
}

// end is the last line before the next key of the file, or before its end.
func (s *splicer) end(pair *ast.MappingValueNode) int {
	first := s.src.position(pair.Key.GetToken()).Line
	end := len(s.src.starts)
	for _, other := range s.members.root.Values {
		if line := s.src.position(other.Key.GetToken()).Line; line > first {
			end = min(end, line-1)
		}
	}
	for n := first + 1; n <= end; n++ {
		if line := s.src.line(n); line == "..." || strings.HasPrefix(line, "... ") {
			return n - 1
		}
	}
	return end
}

// beforeOne makes a list of an item that was written without one. What is added
// stands in one place only if it goes before that item.
func (s *splicer) beforeOne(pair *ast.MappingValueNode, it item) []insertion {
	key := s.src.position(pair.Key.GetToken())
	line := s.src.line(key.Line)
	from := s.src.offset(key.Line, key.Column+key.Width) - s.src.starts[key.Line-1]
	colon := strings.IndexByte(line[from:], ':')
	if colon < 0 {
		return nil
	}
	indent := "\n" + strings.Repeat(" ", key.Column+1)
	at := s.src.starts[key.Line-1] + from + colon + 1
	return []insertion{{s.onDisk(at), s.breaks(indent + "- " + strings.Join(it.lines, "") + indent + "-")}}
}

// inFlow adds an item before the closing bracket of a list, on a line of its own
// where the last one has one.
func (s *splicer) inFlow(list *ast.SequenceNode, it item) []insertion {
	end := s.src.position(list.End)
	bracket := s.src.offset(end.Line, end.Column)
	open := s.src.position(list.Start)
	inside := s.src.text[s.src.offset(open.Line, open.Column)+1 : bracket]
	text := strings.TrimRight(inside, " \n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	gap := " "
	switch blank := last[:len(last)-len(strings.TrimLeft(last, " "))]; {
	case len(last) < len(text):
		gap = "\n" + blank
	}
	ways := []string{"," + gap + it.flow, gap + it.flow, it.flow}
	switch {
	case text == "":
		ways = []string{it.flow}
	case strings.HasSuffix(text, ","):
		ways = []string{gap + it.flow + ","}
	}
	at := bracket - len(inside) + len(text)
	var found []insertion
	for _, offset := range []int{at, bracket} { // the second one: behind a comment
		for _, way := range ways {
			found = append(found, insertion{s.onDisk(offset), s.breaks(way)})
		}
	}
	return found
}

// lineEnd is where a line ends in the file on disk, before its line break.
func (s *splicer) lineEnd(n int) int {
	return s.onDisk(s.src.starts[n-1] + len(s.src.line(n)))
}

// onDisk is an offset into the source as one into the file, which may have a byte
// order mark and a carriage return in every line.
func (s *splicer) onDisk(offset int) int {
	if !s.crlf && len(s.text) == len(s.src.text) {
		return offset
	}
	at := len(s.text) - len(strings.TrimPrefix(string(s.text), byteOrderMark))
	for ; offset > 0; offset-- {
		if s.text[at] == '\r' && s.text[at+1] == '\n' {
			at++
		}
		at++
	}
	return at
}

// breaks gives new text the line breaks of the file.
func (s *splicer) breaks(text string) string {
	if s.crlf {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// flow writes a value within brackets or braces, on one line.
func flow(n ast.Node) string {
	switch n := n.(type) {
	case *ast.MappingNode:
		parts := make([]string, len(n.Values))
		for i, pair := range n.Values {
			parts[i] = flow(pair.Key) + ": " + flow(pair.Value)
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case *ast.SequenceNode:
		parts := make([]string, len(n.Values))
		for i, value := range n.Values {
			parts[i] = flow(value)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *ast.LiteralNode:
		return string(appendString(nil, n.Value.Value))
	case *ast.StringNode:
		if n.Token.Type != token.StringType || strings.ContainsAny(n.Value, "[]{},") {
			return string(appendString(nil, n.Value))
		}
	}
	return n.GetToken().Value
}
