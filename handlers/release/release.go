// Package release is the feature of what is done to a database between two
// releases: its schema is migrated, and it is kept in order.
//
// Start with [Register], which binds the feature's tasks to its ports, and
// [Migrator], which changes a schema. It promises that a migration is applied
// once, however many processes try, that a newer database is left as it is, and
// that nothing is written to one whose integrity check fails, but for a search index
// that is to be made anew.
package release

import (
	"log/slog"

	"github.com/beignet-go/beignet/runner"
)

// Deps is what the feature's handlers work with. All are required.
type Deps struct {
	Migrator   Migrator
	Maintainer Maintainer
	Index      Index
	Log        *slog.Logger
}

// MigrateTask is the task that works on a database of an older schema: an app must
// be opened for it with the database as it is.
const MigrateTask = "release.migrate"

// Register adds the feature's handlers.
func Register(r *runner.Registry[Deps]) {
	runner.Handle(r, MigrateTask, migrate).DryRun()
	runner.Handle(r, "release.maintain", maintain).DryRun()
}
