package issues

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/records"
	"github.com/beignet-go/beignet/runner"
)

// ExportInput is the input of issues.export.
type ExportInput struct {
	File         string          `json:"file"`
	Format       *records.Format `json:"format"`
	Source       *string         `json:"source"`
	State        *string         `json:"state"`
	Label        *string         `json:"label"`
	Query        *string         `json:"query"`
	FormulaGuard bool            `json:"formulaGuard"`
	Overwrite    bool            `json:"overwrite"`
}

// ExportOutput is the output of issues.export.
type ExportOutput struct {
	Exported int64          `json:"exported"` // issues
	Format   records.Format `json:"format"`

	// Of an export by query: what it cannot find yet, as in SearchOutput.
	Unindexed *int64 `json:"unindexed,omitempty"`
	IndexWith string `json:"indexWith,omitempty"`
}

// exportPage is how many issues are read at a time, of short ones: [PageBytes]
// of longer ones. Few, for each page of a query looks up all that matches.
const exportPage = 10_000

// export writes the issues that the input asks for, in order of identity. Pages
// are read one after another: what is written to the store meanwhile may be
// among them or not, and no issue is there twice. A file that is not committed
// is taken back by the runner.
func export(ctx context.Context, d Deps, in ExportInput) (ExportOutput, error) {
	out := ExportOutput{Format: in.format()}
	if in.Query != nil {
		unindexed, err := d.Issues.CountUnindexed(ctx)
		if err != nil {
			return ExportOutput{}, err
		}
		out.Unindexed, out.IndexWith = &unindexed, indexWith(unindexed)
	}
	file, err := d.Files.Create(in.File, in.Overwrite)
	if err != nil {
		return ExportOutput{}, taken(in.File, err)
	}
	w, err := newWriter(file, out.Format, in.FormulaGuard)
	if err != nil {
		return ExportOutput{}, err
	}
	if out.Exported, err = writePages(ctx, d.Issues, in.filter(), w); err != nil {
		return ExportOutput{}, err
	}
	return out, taken(in.File, file.Commit())
}

// writePages writes all that the filter lets by, and returns how many issues
// that were.
func writePages(ctx context.Context, s Store, f Filter, w issueWriter) (int64, error) {
	var n int64
	for after := (Identity{}); ; {
		page, err := s.Page(ctx, f, after, exportPage)
		if err != nil {
			return n, err
		}
		if len(page) == 0 {
			return n, w.flush()
		}
		for i := range page {
			if err := w.write(&page[i]); err != nil {
				return n, err
			}
		}
		n += int64(len(page))
		after = page[len(page)-1].Identity()
	}
}

// format is the one that is asked for, or else what the file's name ends with.
func (in *ExportInput) format() records.Format {
	switch {
	case in.Format != nil:
		return *in.Format
	case strings.EqualFold(path.Ext(in.File), ".csv"):
		return records.FormatCSV
	}
	return records.FormatJSONL
}

func (in *ExportInput) filter() Filter {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return Filter{Source: text(in.Source), State: text(in.State), Label: text(in.Label), Query: text(in.Query)}
}

// taken says how to write over a file that is there already.
func taken(file string, err error) error {
	if !errors.Is(err, ports.ErrExists) {
		return err
	}
	return &runner.DataError{
		Message: fmt.Sprintf("%s exists already: nothing was written", file),
		Hint:    `give another name, or "overwrite": true`, Err: err,
	}
}
