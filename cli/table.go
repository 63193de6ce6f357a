package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/beignet-go/beignet/internal/term"
)

// table is rows in columns, under a header.
type table struct {
	header []string
	rows   [][]string
	widest int                                 // of a column; 0: any
	style  func(row, column, width int) string // a cell, padded and fit for a terminal; nil: plain
}

// widths are those of the columns.
func (t table) widths() []int {
	widths := make([]int, len(t.header))
	for i, name := range t.header {
		widths[i] = term.Cells(name)
		for _, row := range t.rows {
			widths[i] = max(widths[i], term.Cells(term.Escape(row[i])))
		}
		if t.widest > 0 {
			widths[i] = min(widths[i], t.widest)
		}
	}
	return widths
}

// width is that of the whole table.
func (t table) width() int {
	all := 0
	for _, width := range t.widths() {
		all += width + 2
	}
	return all - 2
}

// write writes the table; nothing, where it has no rows.
func (t table) write(w io.Writer, tty term.Terminal) {
	if len(t.rows) == 0 {
		return
	}
	widths := t.widths()
	cells := make([]string, len(t.header))
	for i, name := range t.header {
		cells[i] = term.Pad(name, widths[i])
	}
	fmt.Fprintln(w, tty.Dim(strings.TrimRight(strings.Join(cells, "  "), " ")))
	for n, row := range t.rows {
		for i, text := range row {
			cells[i] = term.Pad(term.Escape(text), widths[i])
			if t.style != nil {
				cells[i] = t.style(n, i, widths[i])
			}
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(cells, "  "), " "))
	}
}
