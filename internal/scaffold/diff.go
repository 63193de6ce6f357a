package scaffold

import (
	"fmt"
	"slices"
	"strings"
)

// Diff is the changes as a unified diff, which git apply and patch take.
func (p Plan) Diff() string {
	var b strings.Builder
	for _, c := range p.Changes {
		from := "a/" + c.Path
		if c.Before == nil {
			from = "/dev/null"
		}
		fmt.Fprintf(&b, "--- %s\n+++ b/%s\n", from, c.Path)
		writeHunks(&b, compare(lines(c.Before), lines(c.After)))
	}
	return b.String()
}

// edit is a line of a diff: with ' ' it is in both texts, with '-' or '+' in one.
type edit struct {
	mark byte
	line string // with its line end, where it has one
}

func lines(text []byte) []string { return slices.Collect(strings.Lines(string(text))) }

// compare goes through two texts of which the second has lines more: a line of the
// first is looked for in what is left of the second.
func compare(before, after []string) []edit {
	var edits []edit
	for _, line := range before {
		n := slices.Index(after, line)
		if n < 0 {
			edits = append(edits, edit{'-', line})
			continue
		}
		for _, added := range after[:n] {
			edits = append(edits, edit{'+', added})
		}
		edits = append(edits, edit{' ', line})
		after = after[n+1:]
	}
	for _, added := range after {
		edits = append(edits, edit{'+', added})
	}
	return edits
}

// around is how many lines a hunk shows before and after what differs.
const around = 3

func writeHunks(b *strings.Builder, edits []edit) {
	before, after := 0, 0 // lines passed
	for at := 0; at < len(edits); {
		next := slices.IndexFunc(edits[at:], func(e edit) bool { return e.mark != ' ' })
		if next < 0 {
			return
		}
		start := max(at, at+next-around)
		before, after = before+start-at, after+start-at
		end := hunkEnd(edits, at+next)
		var olds, news int
		for _, e := range edits[start:end] {
			if e.mark != '+' {
				olds++
			}
			if e.mark != '-' {
				news++
			}
		}
		fmt.Fprintf(b, "@@ -%s +%s @@\n", span(before, olds), span(after, news))
		for _, e := range edits[start:end] {
			b.WriteByte(e.mark)
			b.WriteString(e.line)
			if !strings.HasSuffix(e.line, "\n") {
				b.WriteString("\n\\ No newline at end of file\n")
			}
		}
		before, after, at = before+olds, after+news, end
	}
}

// hunkEnd is the end of the hunk with the difference at an index: where enough
// lines are the same behind it.
func hunkEnd(edits []edit, at int) int {
	same := 0
	for ; at < len(edits) && same <= 2*around; at++ {
		if same++; edits[at].mark != ' ' {
			same = 0
		}
	}
	return at - max(same-around, 0)
}

// span is a hunk's lines as its header says them: the first one, and how many.
func span(passed, count int) string {
	if count == 0 {
		return fmt.Sprintf("%d,0", passed)
	}
	return fmt.Sprintf("%d,%d", passed+1, count)
}
