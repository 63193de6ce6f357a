// Package issues is the reference feature: issues of any tracker, imported from
// its exports, searched, repaired, and exported.
//
// Start with [Register], which binds the feature's tasks to its ports, and
// [Store], where its issues live. It promises that an issue is known by source
// and key, however often it is imported, that its text is kept byte for byte, and
// that what it exports it imports as the very same issues.
package issues

import (
	"log/slog"

	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// Deps is what the feature's handlers work with. All are required.
type Deps struct {
	Issues Store
	Files  ports.Files
	Log    *slog.Logger
	Audit  ports.Recorder
}

// Register adds the feature's handlers.
func Register(r *runner.Registry[Deps]) {
	runner.HandleBatches(r, "issues.import", rows, end, upsert).Count(countRows).ReadAhead()
	runner.HandleBatches(r, "issues.backfill-search", unindexed, byID, index).Count(total)
	runner.Handle(r, "issues.search", search)
	runner.Handle(r, "issues.export", export)
	runner.HandleBatches(r, "issues.repair-labels", labeled, labeledID, repair)
}
