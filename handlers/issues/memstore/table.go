package memstore

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/handlers/issues"
)

// table holds issues in order of ID, which is their place plus one. What an
// entry points at never changes: a change makes a new entry.
type table struct {
	entries []entry
	places  map[issues.Identity]int
}

type entry struct {
	issue   issues.Issue
	indexed bool
	title   []string // tokens, as they were indexed
	body    []string
}

func (t table) clone() table {
	places := maps.Clone(t.places)
	if places == nil {
		places = map[issues.Identity]int{}
	}
	return table{entries: slices.Clone(t.entries), places: places}
}

// clone copies what a caller of the store might change.
func clone(i issues.Issue) issues.Issue {
	i.Labels = slices.Clone(i.Labels)
	i.Extra = bytes.Clone(i.Extra)
	return i
}

// canonical is an issue as it is stored.
func canonical(i issues.Issue) issues.Issue {
	i = clone(i)
	if len(i.Labels) == 0 {
		i.Labels = nil
	}
	if len(i.Extra) == 0 {
		i.Extra = nil
	}
	i.CreatedAt, i.UpdatedAt, i.ClosedAt = i.CreatedAt.UTC(), i.UpdatedAt.UTC(), i.ClosedAt.UTC()
	return i
}

func (t *table) upsert(given []issues.Issue) []issues.Outcome {
	outcomes := make([]issues.Outcome, len(given))
	for n, i := range given {
		i = canonical(i)
		id := i.Identity()
		place, known := t.places[id]
		if !known {
			i.ID = int64(len(t.entries) + 1)
			t.places[id] = len(t.entries)
			t.entries = append(t.entries, entry{issue: i})
			outcomes[n].Change = issues.Inserted
			continue
		}
		now := &t.entries[place]
		if now.issue.Same(&i) {
			continue
		}
		before := clone(now.issue)
		outcomes[n] = issues.Outcome{Change: issues.Updated, Before: &before}
		i.ID = now.issue.ID
		now.indexed = now.indexed && now.issue.SameText(&i)
		now.issue = i
	}
	return outcomes
}

func (t *table) unindexed(after int64, limit int) []issues.Issue {
	var page []issues.Issue
	size := 0
	for _, e := range t.entries[min(max(after, 0), int64(len(t.entries))):] {
		if len(page) == limit || size >= issues.PageBytes {
			break
		}
		if !e.indexed {
			page = append(page, clone(e.issue))
			size += len(e.issue.Title) + len(e.issue.Body)
		}
	}
	return page
}

func (t *table) index(given []issues.Issue) int64 {
	var n int64
	for _, i := range given {
		if i.ID < 1 || i.ID > int64(len(t.entries)) {
			continue
		}
		e := &t.entries[i.ID-1]
		e.indexed, e.title, e.body = true, tokens(i.Title), tokens(i.Body)
		n++
	}
	return n
}

func tokens(text string) []string {
	return strings.Fields(string(issues.AppendTokens(nil, text)))
}
