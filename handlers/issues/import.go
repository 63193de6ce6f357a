package issues

import (
	"context"

	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

// ImportInput is the input of issues.import.
type ImportInput struct {
	File           string           `json:"file"`
	Format         *records.Format  `json:"format"`
	Source         *string          `json:"source"`
	Mapping        *Mapping         `json:"mapping"`
	LabelSeparator string           `json:"labelSeparator"`
	Timezone       string           `json:"timezone"`
	Separator      string           `json:"separator"`
	Encoding       records.Encoding `json:"encoding"`
	DryRun         bool             `json:"dryRun"`
}

// ImportOutput counts the rows of an import by what became of them.
type ImportOutput struct {
	Inserted  int64 `json:"inserted"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Rejected  int64 `json:"rejected"`
}

// rows is the page of records after a position of the file, which is opened for
// each page.
func rows(ctx context.Context, d Deps, in ImportInput, after records.Position, limit int) ([]item, error) {
	file, err := d.Files.Open(in.File)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	source, err := in.open(file)
	if err != nil {
		return nil, err
	}
	reader, err := newReader(in, source, file)
	if err != nil {
		return nil, hinted(err, in.otherFormat(file))
	}
	page, err := source.Page(file, after, limit)
	if err != nil {
		return nil, hinted(refused(in.File, err), in.otherFormat(file))
	}
	if row, ok := reader.form.guarded(page); ok {
		d.Log.WarnContext(ctx, "cells begin with ' before a formula: was the file exported with formulaGuard?", "file", in.File, "row", row)
	}
	items := make([]item, len(page))
	for i, record := range page {
		items[i] = reader.read(record)
	}
	return items, nil
}

// countRows reads the file once more, without looking into its records: a small
// part of an import, for a progress with an end. What is wrong with the file is
// the import's to say, once it gets there.
func countRows(ctx context.Context, d Deps, in ImportInput) (int64, error) {
	file, err := d.Files.Open(in.File)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	source, err := in.open(file)
	if err != nil {
		return 0, err
	}
	at := records.Position{}
	for ctx.Err() == nil {
		page, err := source.Page(file, at, countPage)
		if err != nil || len(page) == 0 {
			break
		}
		at = page[len(page)-1].End
	}
	return at.Row, ctx.Err()
}

// countPage is how many records are counted at a time.
const countPage = 5000

func end(i item) records.Position { return i.End }

func upsert(ctx context.Context, d Deps, in ImportInput, b *runner.Batch[item, ImportOutput]) error {
	for i, it := range b.Items {
		if it.reason != "" {
			b.Reject(i, it.reason)
			b.Out.Rejected++
		}
	}
	issues := make([]Issue, 0, len(b.Items))
	items := make([]int, 0, len(b.Items)) // of each issue, its item
	for i, it := range b.Items {
		if it.reason == "" {
			issues, items = append(issues, it.issue), append(items, i)
		}
	}
	outcomes, err := d.Issues.Upsert(ctx, issues)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		switch o.Change {
		case Inserted:
			b.Out.Inserted++
			b.Changed(issues[i].Name(), nil, &issues[i])
		case Updated:
			b.Out.Updated++
			b.Changed(issues[i].Name(), o.Before, &issues[i])
		case Unchanged:
			b.Out.Unchanged++
		case Refused:
			b.Out.Rejected++
			b.Reject(items[i], b.Items[items[i]].at(in.File)+o.Reason)
		}
	}
	return nil
}
