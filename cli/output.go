package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/internal/term"
)

// An output is shown by its shape, whatever task it is of: its members in their
// order, scalars in a column, a nested object's as name.name, a list of scalars on
// one line, and a list of objects as a table or, where texts are long, as entries.

// writeOutput writes a run's output for people.
func (c *call) writeOutput(w io.Writer, output []byte) {
	value, err := parseOrdered(output)
	if err != nil {
		return // there is none
	}
	object, ok := value.(members)
	if !ok {
		object = members{{"output", value}}
	}
	var rows []row
	for _, m := range object.flat("") {
		list, ok := objects(m.value)
		if !ok {
			rows = append(rows, row{m.name, scalar(m.value)})
			continue
		}
		writeRows(w, "  ", rows)
		rows = nil
		fmt.Fprintf(w, "  %s\n", term.Escape(m.name))
		c.writeList(w, list)
	}
	writeRows(w, "  ", rows)
}

// maxCell is the widest text that stands in a column of a table.
const maxCell = 24

// writeList writes a list of objects: the short members that each begins with in
// columns, the next behind them, and the others below.
func (c *call) writeList(w io.Writer, list []members) {
	short, long := columns(list)
	widths := make([]int, len(short))
	for i, name := range short {
		widths[i] = term.Cells(name)
		for _, item := range list {
			widths[i] = max(widths[i], term.Cells(item.cell(name)))
		}
	}
	line := func(of func(name string) string, style func(string) string) string {
		var cells []string
		for i, name := range short {
			cells = append(cells, style(term.Pad(of(name), widths[i])))
		}
		return "    " + strings.Join(cells, "  ")
	}
	header := line(term.Escape, c.tty.Dim)
	if len(long) > 0 {
		header += "  " + c.tty.Dim(term.Escape(long[0]))
	}
	fmt.Fprintln(w, strings.TrimRight(header, " "))
	width := max(c.tty.Width(), 2*maxCell)
	for _, item := range list {
		head := line(item.cell, c.tty.Cyan)
		if len(long) == 0 {
			fmt.Fprintln(w, strings.TrimRight(head, " "))
			continue
		}
		fmt.Fprintln(w, strings.TrimRight(head+"  "+item.text(long[0]), " "))
		for _, name := range long[1:] {
			if text := item.text(name); text != "" {
				fmt.Fprintln(w, "      "+c.tty.Dim(term.Fit(text, width-6)))
			}
		}
	}
}

// columns parts the names of the members of a list's objects, in their order:
// those whose every text is short, up to the first that is not, and the others.
func columns(list []members) (short, long []string) {
	var names []string
	widest := map[string]int{}
	for _, item := range list {
		for _, m := range item {
			if !slices.Contains(names, m.name) {
				names = append(names, m.name)
			}
			widest[m.name] = max(widest[m.name], term.Cells(item.text(m.name)))
		}
	}
	at := slices.IndexFunc(names, func(name string) bool { return widest[name] > maxCell })
	if at < 0 {
		return names, nil
	}
	return names[:at], names[at:]
}
