package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/internal/term"
)

// shortly are two values on one line each. Two that look the same are shown as JSON,
// which tells a text from a number.
func shortly(before, after any) (string, string) {
	b, a := term.Escape(item(before, "→")), term.Escape(item(after, "→"))
	if b == a {
		return term.Escape(asJSON(before)), term.Escape(asJSON(after))
	}
	return b, a
}

// asJSON is a value as JSON.
func asJSON(v any) string {
	switch v := v.(type) {
	case members:
		parts := make([]string, len(v))
		for i, m := range v {
			parts[i] = asJSON(m.name) + ":" + asJSON(m.value)
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = asJSON(one)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

func manyLines(v any) bool {
	s, ok := v.(string)
	return ok && strings.Contains(s, "\n")
}

// longLines are the lines of a value that has a line of its own, escaped; none of one
// that is not there.
func longLines(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		lines := strings.Split(v, "\n")
		for i := range lines {
			lines[i] = term.Escape(lines[i])
		}
		return lines
	}
	return []string{term.Escape(item(v, "→"))}
}

// text writes the lines in which two texts differ.
func (d differ) text(before, after []string, indent int) {
	most := fewLines
	if d.whole {
		most = diffLines
	}
	room := max(d.width-indent-2, 1)
	all := 0
	line := func(mark, text string, style func(string) string) {
		if all++; all <= most {
			fmt.Fprintln(d.w, strings.Repeat(" ", indent)+style(strings.TrimRight(mark+" "+term.Fit(text, room), " ")))
		}
	}
	for _, h := range hunks(before, after) {
		for i, text := range h.before {
			if i < len(h.after) {
				text, h.after[i] = around(text, h.after[i], room)
			}
			line("-", text, d.tty.Red)
		}
		for _, text := range h.after {
			line("+", text, d.tty.Green)
		}
	}
	if all > most {
		fmt.Fprintln(d.w, strings.Repeat(" ", indent)+d.tty.Dim(d.fit("… "+plural(all-most, "more line"), indent)))
	}
}

// around leaves out the beginning that two lines share, where one of them does not
// fit: but for a few characters before the first that differs.
func around(before, after string, room int) (string, string) {
	if term.Cells(before) <= room && term.Cells(after) <= room {
		return before, after
	}
	b, a := []rune(before), []rune(after)
	same := 0
	for same < len(b) && same < len(a) && b[same] == a[same] {
		same++
	}
	skip := same - room/4
	if skip < 2 {
		return before, after
	}
	return "…" + string(b[skip:]), "…" + string(a[skip:])
}

// hunk is a run of lines that stands in place of another.
type hunk struct{ before, after []string }

// hunks are the lines in which two texts differ. Very long ones are not compared line
// by line: all between their common beginning and their common end differs.
func hunks(before, after []string) []hunk {
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	if len(before) == 0 && len(after) == 0 {
		return nil
	}
	if len(before) > maxDiff || len(after) > maxDiff {
		return []hunk{{before, append([]string(nil), after...)}}
	}
	var all []hunk
	common := longest(before, after)
	for i, j := 0, 0; i < len(before) || j < len(after); {
		if i < len(before) && j < len(after) && before[i] == after[j] {
			i, j = i+1, j+1
			continue
		}
		var h hunk
		for i < len(before) || j < len(after) {
			if i < len(before) && j < len(after) && before[i] == after[j] {
				break
			}
			if j == len(after) || i < len(before) && common[i+1][j] >= common[i][j+1] {
				h.before = append(h.before, before[i])
				i++
			} else {
				h.after = append(h.after, after[j])
				j++
			}
		}
		all = append(all, h)
	}
	return all
}

// longest holds at i, j how many lines the texts after these have in common, in
// order.
func longest(before, after []string) [][]int {
	common := make([][]int, len(before)+1)
	common[len(before)] = make([]int, len(after)+1)
	for i := len(before) - 1; i >= 0; i-- {
		common[i] = make([]int, len(after)+1)
		for j := len(after) - 1; j >= 0; j-- {
			if before[i] == after[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}
