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

// export writes the issues that the input asks for, in order of identity, all as
// they were when it began to read: an import may run meanwhile. A file that is
// not committed is taken back by the runner.
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
	if out.Exported, err = writeEach(ctx, d.Issues, in.filter(), w); err != nil {
		return ExportOutput{}, err
	}
	if in.Query != nil {
		if err := noWord(*in.Query, out.Exported); err != nil {
			return ExportOutput{}, err
		}
	}
	return out, taken(in.File, file.Commit())
}

// writeEach writes all that the filter lets by, and returns how many issues
// that were.
func writeEach(ctx context.Context, s Store, f Filter, w issueWriter) (n int64, err error) {
	err = s.Each(ctx, f, func(i *Issue) error {
		n++
		return w.write(i)
	})
	if err != nil {
		return n, err
	}
	return n, w.flush()
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
		Hint:    "give another name, or set overwrite to true", Err: err,
	}
}
