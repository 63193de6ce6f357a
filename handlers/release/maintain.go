package release

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// Maintainer keeps a database in order. Its errors are wrapped with the sentinel
// of package ports that they stand for.
type Maintainer interface {
	// Check reads the whole database. A *[DamageError]: it is damaged, and how.
	// Where the reading itself fails of that, the error is ErrCorrupt alone.
	Check(ctx context.Context) error

	// Size is how large the database is now.
	Size(ctx context.Context) (Size, error)

	// Optimize renews the statistics that queries are planned by, where they
	// are out of date.
	Optimize(ctx context.Context) error

	// Vacuum gives back what is free. SQLite writes the database anew: meanwhile it
	// takes its size on the disk a second time, and nobody else can write. Postgres
	// shuts nobody out, and gives back to the disk what stands at a table's end.
	Vacuum(ctx context.Context) error
}

// DamageError is [ports.ErrCorrupt] with what a check has found.
type DamageError struct {
	Findings []string // all of them, in the database's words
}

// Error tells the first few findings.
func (e *DamageError) Error() string {
	return "the database is corrupt: " + strings.Join(e.Findings[:min(len(e.Findings), 3)], "; ")
}

func (e *DamageError) Unwrap() error { return ports.ErrCorrupt }

// within reports whether every finding names one of these tables. Damage to a page
// of the file names none: the page could be anyone's.
func (e *DamageError) within(tables []string) bool {
	for _, finding := range e.Findings {
		words := strings.FieldsFunc(finding, func(r rune) bool {
			return r != '_' && (r < '0' || '9' < r && r < 'A' || 'Z' < r && r < 'a' || 'z' < r)
		})
		if !slices.ContainsFunc(words, func(word string) bool { return slices.Contains(tables, word) }) {
			return false
		}
	}
	return true
}

// Size is what a database takes on the disk, in bytes.
type Size struct {
	Bytes int64 `json:"bytes"`
	Free  int64 `json:"free"` // of them, those of pages that hold nothing
}

// Index is a search index, which has drifted where it disagrees with the rows it
// is over.
type Index interface {
	// Drift counts the rows that are said to be in the index and are missing,
	// and its entries that no row stands behind.
	Drift(ctx context.Context) (missing, stray int64, err error)

	// Mend puts what is missing into the index and takes out what is stray, in
	// small transactions: what was done before an error stays done.
	Mend(ctx context.Context) error

	// Size counts the rows that are said to be in the index.
	Size(ctx context.Context) (int64, error)

	// Rebuild empties the index, whatever is in it, and puts every row that is
	// said to be in it there anew, in small transactions: after an error, Mend does
	// what is left.
	Rebuild(ctx context.Context) error

	// Tables are those that hold the index and nothing else.
	Tables() []string
}

// MaintainInput is the input of release.maintain.
type MaintainInput struct {
	Vacuum  bool `json:"vacuum"`
	Reindex bool `json:"reindex"`
	DryRun  bool `json:"dryRun"`
}

// MaintainOutput is the output of release.maintain.
type MaintainOutput struct {
	Reindexed int64 `json:"reindexed"` // rows that the search index had lost; all of it, where it is made anew
	Removed   int64 `json:"removed"`   // entries of the search index that no row stands behind
	Before    Size  `json:"before"`
	After     *Size `json:"after,omitempty"` // nil in a dry run, which cannot know it
}

func maintain(ctx context.Context, d Deps, in MaintainInput) (MaintainOutput, error) {
	damaged, err := check(ctx, d, in.Reindex)
	if err != nil {
		return MaintainOutput{}, err
	}
	out, err := survey(ctx, d, in.Reindex)
	if err != nil || in.DryRun {
		return out, err
	}
	if err := mendIndex(ctx, d, in.Reindex, out); err != nil {
		return out, err
	}
	if damaged {
		if err := d.Maintainer.Check(ctx); err != nil {
			return out, err
		}
	}
	if err := d.Maintainer.Optimize(ctx); err != nil {
		return out, err
	}
	if in.Vacuum {
		if err := d.Maintainer.Vacuum(ctx); err != nil {
			return out, err
		}
	}
	after, err := d.Maintainer.Size(ctx)
	out.After = &after
	return out, err
}

// check refuses a damaged database, unless only the index is damaged and is to be
// made anew.
func check(ctx context.Context, d Deps, reindex bool) (damaged bool, err error) {
	err = d.Maintainer.Check(ctx)
	var damage *DamageError
	if !errors.As(err, &damage) || !damage.within(d.Index.Tables()) {
		return false, err
	}
	if reindex {
		d.Log.WarnContext(ctx, "the search index is damaged", "error", err)
		return true, nil
	}
	return true, &runner.Error{
		Code: runner.CodeIO, Message: err.Error(), Err: err,
		Hint: "only the search index is damaged, which can be made anew: set reindex to true",
	}
}

// survey finds what there is to do, and writes nothing.
func survey(ctx context.Context, d Deps, reindex bool) (out MaintainOutput, err error) {
	if out.Before, err = d.Maintainer.Size(ctx); err != nil {
		return out, err
	}
	if reindex {
		out.Reindexed, err = d.Index.Size(ctx)
	} else {
		out.Reindexed, out.Removed, err = d.Index.Drift(ctx)
	}
	return out, err
}

func mendIndex(ctx context.Context, d Deps, reindex bool, found MaintainOutput) error {
	switch {
	case reindex:
		return d.Index.Rebuild(ctx)
	case found.Reindexed > 0 || found.Removed > 0:
		d.Log.WarnContext(ctx, "the search index has drifted", "missing", found.Reindexed, "stray", found.Removed)
		return d.Index.Mend(ctx)
	}
	return nil
}
