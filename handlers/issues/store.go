package issues

import "context"

// PageBytes is how much text a page of a [Store] holds before it ends: about so
// many bytes, and at least one issue.
const PageBytes = 4 << 20

// Store keeps issues and a search index over them. It speaks through a
// transaction where it was made from one.
//
// Text is kept byte for byte, times as the same instants, labels in order; no
// labels and no extra come back as nil. An error of the database is wrapped
// with the sentinel of package ports that it stands for.
type Store interface {
	// Upsert stores issues under their identities, one after another: an
	// identity that stands twice in one call gives what two calls would. An
	// issue that is not known is inserted, with an ID above all others, but for
	// those of transactions of Postgres that are open beside it; one that differs
	// replaces what is stored and keeps its ID; one that is the same is not
	// written. The IDs given are ignored. A new title or body takes an issue out
	// of the search index until it is indexed again.
	//
	// One that the database cannot hold is refused, and the others are stored:
	// Postgres has no NUL in a text, and no identity of more than 2,600 bytes.
	// Where another transaction writes the same issues meanwhile, and is not
	// waited for, it is ErrBusy.
	//
	// The outcomes are those of the issues, in order.
	Upsert(ctx context.Context, issues []Issue) ([]Outcome, error)

	// Unindexed returns, in order of ID, issues with an ID above after that the
	// search index lacks: at most limit, or fewer by [PageBytes]. In a transaction
	// they stay as they are until it ends.
	Unindexed(ctx context.Context, after int64, limit int) ([]Issue, error)

	// CountUnindexed is how many issues the search index lacks.
	CountUnindexed(ctx context.Context) (int64, error)

	// Index puts the title and body of stored issues, known by their IDs, into
	// the search index, in place of what it held of them. It returns how many.
	Index(ctx context.Context, issues []Issue) (int64, error)

	// Search returns the best matches, best first, of the issues in the index.
	// An issue matches where every phrase of [Phrases] stands in its title or
	// its body. First come those whose title is the query, then those whose
	// title has its very tokens, then those that have every phrase in the title, then the others; of each,
	// those with more matches in less text. A query without a phrase matches the
	// titles that are the query.
	Search(ctx context.Context, q Query) ([]Issue, error)

	// Each calls fn with every issue that the filter lets by, in order of
	// identity: all as they were at one moment, one in memory at a time. It ends
	// with the first error of fn. fn may keep the issue and may not use the
	// store. Others may write meanwhile; SQLite keeps what they write in its
	// write-ahead log, which grows until Each has ended, and Postgres keeps what
	// they replace: fn should not dawdle.
	Each(ctx context.Context, f Filter, fn func(*Issue) error) error

	// EachLabels calls fn with the source and the labels of every issue that has
	// labels, in no order; of one source alone, or of any by "". It ends with the
	// first error of fn. fn may not use the store.
	EachLabels(ctx context.Context, source string, fn func(source string, labels []string) error) error

	// Labeled returns, in order of ID, issues with labels and an ID above after,
	// of one source alone, or of any by "": at most limit, or fewer by
	// [PageBytes]. In a transaction they stay as they are until it ends.
	Labeled(ctx context.Context, source string, after int64, limit int) ([]Labeled, error)

	// SetLabels gives stored issues, known by their IDs, these labels. What is
	// indexed stays so. An ID that is not stored is passed over.
	SetLabels(ctx context.Context, given []Labeled) error
}

// Identity is what an issue is known by. Identities are ordered by source, then
// by key, both bytewise.
type Identity struct{ Source, Key string }

// Identity is what the issue is known by.
func (i *Issue) Identity() Identity { return Identity{i.Source, i.Key} }

// Filter lets by the issues that meet all of it; the zero value, all issues.
type Filter struct {
	Source string // of this source alone; "": of any
	State  string // in exactly this state; "": in any
	Label  string // with exactly this label; "": with any or none
	Query  string // that [Store.Search] would find; "": all, indexed or not
}

// Labeled is an issue as far as its labels go.
type Labeled struct {
	ID     int64    `json:"id"`
	Source string   `json:"source"`
	Key    string   `json:"key"`
	Labels []string `json:"labels"`
}

// Outcome is what [Store.Upsert] did with one issue.
type Outcome struct {
	Change Change
	Before *Issue // what an update replaced, and nil otherwise
	Reason string // why an issue was refused, with its field, and "" otherwise
}

// Change is how an issue compares with what was stored.
type Change int

// The values of [Change].
const (
	Unchanged Change = iota
	Inserted
	Updated
	Refused // the database cannot hold it: nothing is stored of it
)

// Query asks for issues.
type Query struct {
	Text   string
	Source string // of this source alone; "": of any
	Limit  int    // the most that are returned; at least 1
}
