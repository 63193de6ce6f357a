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
	Issues int64    `json:"issues"`
	From   []string `json:"from"`
}

// maxPlan is how many bytes of labels a plan may have: it is kept with every
// checkpoint.
const maxPlan = 1 << 20

// maxCounted is how many bytes of labels are held while they are counted, each
// label with labelPlace bytes for its place in the maps. That bounds the memory
// of a plan at some 100 MB, and lets by 200,000 short labels.
const (
	maxCounted = 16 << 20
	labelPlace = 64
)

// ownLabel is a label of one source.
type ownLabel struct{ source, label string }

// planMerges finds the labels of a source, or of each by "", that are the same
// but for their spelling. They become the one that most issues have; of several,
// the bytewise least.
func planMerges(ctx context.Context, s Store, source string) ([]Merge, error) {
	uses, err := countLabels(ctx, s, source, maxCounted)
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
			return cmp.Or(cmp.Compare(uses[ownLabel{l.source, b}].issues, uses[ownLabel{l.source, a}].issues), cmp.Compare(a, b))
		})
		slices.Sort(spellings[1:])
		merges = append(merges, Merge{Source: l.source, To: spellings[0], From: spellings[1:]})
		size += len(l.source) + len(strings.Join(spellings, ""))
	}
	if size > maxPlan {
		return nil, tooMany(source, "%d labels are spelled differently: more than a plan of %d bytes can hold", len(merges), maxPlan)
	}
	slices.SortFunc(merges, func(a, b Merge) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.To, b.To))
	})
	return merges, nil
}

// use is how many issues have a label.
type use struct {
	issues int64
	last   int64 // the number of the last of them, as they were read: one may have a label twice
}

// countLabels tells how many issues have each label. It gives up where the
// labels come to more than limit bytes, as [maxCounted] counts them.
func countLabels(ctx context.Context, s Store, source string, limit int) (map[ownLabel]use, error) {
	uses, n, size := map[ownLabel]use{}, int64(0), 0
	err := s.EachLabels(ctx, source, func(of string, labels []string) error {
		n++
		for _, label := range labels {
			l := ownLabel{of, label}
			u := uses[l]
			if u.last == n {
				continue
			}
			if u.issues == 0 {
				if size += len(of) + len(label) + labelPlace; size > limit {
					return tooMany(source, "there are more than %d different labels: more than can be counted in %d bytes", len(uses), limit)
				}
				l.label = strings.Clone(label) // it may be a part of the issue's whole list
			}
			uses[l] = use{u.issues + 1, n}
		}
		return nil
	})
	return uses, err
}

// tooMany says that labels cannot be planned for at once.
func tooMany(source, format string, args ...any) error {
	err := &runner.DataError{Message: fmt.Sprintf(format, args...)}
	if source == "" {
		err.Hint = "repair one source at a time: set source"
	}
	return err
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
	stands := map[string]bool{} // of each label that others become
	for _, label := range i.Labels {
		m := of[ownLabel{i.Source, label}]
		if m == nil {
			continue
		}
		if _, known := stands[m.To]; !known {
			stands[m.To] = false
			merges = append(merges, m)
		}
	}
	if len(merges) == 0 {
		return i.Labels, nil
	}
	for _, label := range i.Labels {
		if m := of[ownLabel{i.Source, label}]; m != nil {
			label = m.To
		}
		there, target := stands[label]
		if there {
			continue
		}
		if target {
			stands[label] = true
		}
		labels = append(labels, label)
	}
	return labels, merges
}
