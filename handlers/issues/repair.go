package issues

import (
	"context"

	"github.com/beignet-go/beignet/runner"
)

// RepairInput is the input of issues.repair-labels.
type RepairInput struct {
	Source *string `json:"source"`
	DryRun bool    `json:"dryRun"`
}

func (in *RepairInput) source() string {
	if in.Source == nil {
		return ""
	}
	return *in.Source
}

// RepairOutput is the output of issues.repair-labels.
type RepairOutput struct {
	Repaired int64   `json:"repaired"`        // issues
	Merges   []Merge `json:"merges,omitzero"` // the plan, which may be empty; nil before the first batch has made it
}

func labeled(ctx context.Context, d Deps, in RepairInput, after int64, limit int) ([]Labeled, error) {
	return d.Issues.Labeled(ctx, in.source(), after, limit)
}

func labeledID(l Labeled) int64 { return l.ID }

// repair gives each label of the page the spelling that the plan has for it. The
// plan is made in the first batch and is kept with the checkpoint: a run that is
// taken on goes by what it began with, though its own work has changed what is
// used most.
func repair(ctx context.Context, d Deps, in RepairInput, b *runner.Batch[Labeled, RepairOutput]) error {
	if b.Out.Merges == nil {
		var err error
		if b.Out.Merges, err = planMerges(ctx, d.Issues, in.source()); err != nil {
			return err
		}
	}
	of := mergesByLabel(b.Out.Merges)
	var changed []Labeled
	for _, i := range b.Items {
		after, merges := merged(i, of)
		if len(merges) == 0 {
			continue
		}
		for _, m := range merges {
			m.Issues++
		}
		b.Out.Repaired++
		b.Changed(i.Source+"/"+i.Key, labels{i.Labels}, labels{after})
		i.Labels = after
		changed = append(changed, i)
	}
	return d.Issues.SetLabels(ctx, changed)
}

// labels is what a repair changes of an issue.
type labels struct {
	Labels []string `json:"labels"`
}
