package release

import "context"

// Maintainer keeps a database in order. Its errors are wrapped with the sentinel
// of package ports that they stand for.
type Maintainer interface {
	// Check reads the whole database. ErrCorrupt: it is damaged, and how.
	Check(ctx context.Context) error

	// Size is how large the database is now.
	Size(ctx context.Context) (Size, error)

	// Optimize renews the statistics that queries are planned by, where they
	// are out of date.
	Optimize(ctx context.Context) error

	// Vacuum writes the database anew, without its free pages. Meanwhile it
	// takes its size on the disk a second time, and nobody else can write.
	Vacuum(ctx context.Context) error
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
}

// MaintainInput is the input of release.maintain.
type MaintainInput struct {
	Vacuum bool `json:"vacuum"`
	DryRun bool `json:"dryRun"`
}

// MaintainOutput is the output of release.maintain.
type MaintainOutput struct {
	Reindexed int64 `json:"reindexed"` // rows that the search index had lost
	Removed   int64 `json:"removed"`   // entries of the search index that no row stands behind
	Before    Size  `json:"before"`
	After     *Size `json:"after,omitempty"` // nil in a dry run, which cannot know it
}

func maintain(ctx context.Context, d Deps, in MaintainInput) (MaintainOutput, error) {
	out, err := survey(ctx, d)
	if err != nil || in.DryRun {
		return out, err
	}
	if out.Reindexed > 0 || out.Removed > 0 {
		d.Log.WarnContext(ctx, "the search index has drifted", "missing", out.Reindexed, "stray", out.Removed)
		if err := d.Index.Mend(ctx); err != nil {
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

// survey finds what there is to do, and writes nothing. A damaged database is
// looked at no further.
func survey(ctx context.Context, d Deps) (out MaintainOutput, err error) {
	if err = d.Maintainer.Check(ctx); err != nil {
		return out, err
	}
	if out.Before, err = d.Maintainer.Size(ctx); err != nil {
		return out, err
	}
	out.Reindexed, out.Removed, err = d.Index.Drift(ctx)
	return out, err
}
