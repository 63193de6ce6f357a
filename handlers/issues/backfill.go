package issues

import (
	"context"

	"github.com/beignet-go/beignet/runner"
)

// BackfillInput is the input of issues.backfill-search.
type BackfillInput struct {
	DryRun bool `json:"dryRun"`
}

// BackfillOutput is the output of issues.backfill-search.
type BackfillOutput struct {
	Indexed int64 `json:"indexed"` // issues
}

// total runs once a run, also where there is nothing to do.
func total(ctx context.Context, d Deps, in BackfillInput) (int64, error) {
	d.Log.InfoContext(ctx, "Task handled", "taskName", "issues.backfill-search", "dryRun", in.DryRun)
	return d.Issues.CountUnindexed(ctx)
}

func unindexed(ctx context.Context, d Deps, _ BackfillInput, after int64, limit int) ([]Issue, error) {
	return d.Issues.Unindexed(ctx, after, limit)
}

func byID(i Issue) int64 { return i.ID }

func index(ctx context.Context, d Deps, _ BackfillInput, b *runner.Batch[Issue, BackfillOutput]) error {
	n, err := d.Issues.Index(ctx, b.Items)
	b.Out.Indexed += n
	for _, i := range b.Items {
		b.Changed(i.Name(), searchable{false}, searchable{true})
	}
	return err
}

// searchable is what indexing changes of an issue.
type searchable struct {
	Indexed bool `json:"indexed"`
}
