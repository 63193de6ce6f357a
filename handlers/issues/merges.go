package issues

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/beignet-go/beignet/runner"
)

// Merge says which spellings of a label become which, and how many issues that
// has changed so far.
type Merge struct {
	Source string   `json:"source"`
	To     string   `json:"to"`
	From   []string `json:"from"`
	Issues int64    `json:"issues"`
}

// maxPlan is how many bytes of labels a plan may have: it is kept with every
// checkpoint.
const maxPlan = 1 << 20

// ownLabel is a label of one source.
type ownLabel struct{ source, label string }

// planMerges finds the labels of a source, or of each by "", that are the same
// but for their spelling. They become the one that most issues have; of several,
// the bytewise least.
func planMerges(ctx context.Context, s Store, source string) ([]Merge, error) {
	uses, err := countLabels(ctx, s, source)
	if err != nil {
		return nil, err
	}
	alike := map[ownLabel][]string{}
	for l := range uses {
		folded := ownLabel{l.source, foldLabel(l.label)}
		alike[folded] = append(alike[folded], l.label)
	}
	merges, size := []Merge{}, 0
	for l, spellings := range alike {
		if len(spellings) == 1 {
			continue
		}
		slices.SortFunc(spellings, func(a, b string) int {
			return cmp.Or(cmp.Compare(uses[ownLabel{l.source, b}], uses[ownLabel{l.source, a}]), cmp.Compare(a, b))
		})
		slices.Sort(spellings[1:])
		merges = append(merges, Merge{Source: l.source, To: spellings[0], From: spellings[1:]})
		size += len(l.source) + len(strings.Join(spellings, ""))
	}
	if size > maxPlan {
		return nil, &runner.DataError{
			Message: fmt.Sprintf("%d labels are spelled differently: more than a plan of %d bytes can hold", len(merges), maxPlan),
			Hint:    `repair one source at a time: "source"`,
		}
	}
	slices.SortFunc(merges, func(a, b Merge) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.To, b.To))
	})
	return merges, nil
}

// countLabels tells how many issues have each label.
func countLabels(ctx context.Context, s Store, source string) (map[ownLabel]int64, error) {
	uses := map[ownLabel]int64{}
	err := s.EachLabels(ctx, source, func(source string, labels []string) error {
		for n, label := range labels {
			if !slices.Contains(labels[:n], label) {
				uses[ownLabel{source, label}]++
			}
		}
		return nil
	})
	return uses, err
}

// foldLabel is what labels have in common that differ in case, in spaces, or in
// how Unicode composes the same characters. Case is folded a character at a
// time: ß and ss are two spellings.
func foldLabel(label string) string {
	return strings.Map(foldCase, norm.NFD.String(strings.Join(strings.Fields(label), " ")))
}

// foldCase is the least of the characters that differ from r in case alone.
func foldCase(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}

// mergesByLabel finds the merge of each label that is to change.
func mergesByLabel(merges []Merge) map[ownLabel]*Merge {
	of := map[ownLabel]*Merge{}
	for n := range merges {
		for _, from := range merges[n].From {
			of[ownLabel{merges[n].Source, from}] = &merges[n]
		}
	}
	return of
}

// merged returns an issue's labels after the merges, and those that change
// them, each once. A label that others become stands once in them, in its first
// place.
func merged(i Labeled, of map[ownLabel]*Merge) (labels []string, merges []*Merge) {
	for _, label := range i.Labels {
		if m := of[ownLabel{i.Source, label}]; m != nil {
			label = m.To
			if !slices.Contains(merges, m) {
				merges = append(merges, m)
			}
		}
		labels = append(labels, label)
	}
	var once []string
	for _, label := range labels {
		target := slices.ContainsFunc(merges, func(m *Merge) bool { return m.To == label })
		if !target || !slices.Contains(once, label) {
			once = append(once, label)
		}
	}
	return once, merges
}
