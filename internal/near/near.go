// Package near finds the name a person most likely meant.
//
// It is the one place that decides what counts as a near miss, so that a
// misspelt command, task, flag, field or manifest key is treated alike.
package near

import (
	"strings"
	"unicode/utf8"
)

const maxWord = 100 // bytes

// Best returns the candidate nearest to word, and false when none is near
// enough to be worth suggesting: a third of the word's length in edits (at
// least one, but never the whole word), where case is free and a swap of neighbours is one edit. Of equally
// near candidates the first wins, so a caller's order is the tie-break. A word of
// more than a hundred bytes is no misspelling, and costs nothing.
func Best(word string, candidates []string) (string, bool) {
	if len(word) > maxWord {
		return "", false
	}
	n := utf8.RuneCountInString(word)
	best, bestCost := "", min(max(1, n/3), n-1)+1
	for _, c := range candidates {
		if c == word {
			continue
		}
		if cost := distance(strings.ToLower(word), strings.ToLower(c)); cost < bestCost {
			best, bestCost = c, cost
		}
	}
	return best, best != ""
}

// distance is the optimal string alignment distance between a and b in runes.
func distance(a, b string) int {
	ra, rb := []rune(a), []rune(b)
	before, prev, row := make([]int, len(rb)+1), make([]int, len(rb)+1), make([]int, len(rb)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(ra); i++ {
		row[0] = i
		for j := 1; j <= len(rb); j++ {
			edit := 1
			if ra[i-1] == rb[j-1] {
				edit = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+edit)
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return prev[len(rb)]
}
