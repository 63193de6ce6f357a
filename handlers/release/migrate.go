package release

import (
	"context"
	"errors"
	"fmt"

	"github.com/beignet-go/beignet/runner"
)

// Migrator brings a database's schema to a newer version. A database that is
// newer than all migrations, or has tables and no version, is a
// *ports.VersionError, and left as it is; a version that cannot be migrated to
// is a *TargetError. Other errors of the database are wrapped with the sentinel
// of package ports that they stand for.
type Migrator interface {
	// Plan returns what Migrate would do, and writes nothing. to is the version
	// that is wanted; 0 is the newest.
	Plan(ctx context.Context, to int64) (Plan, error)

	// Migrate applies what is pending up to a version, and returns what it
	// applied. While another process migrates it waits, until ctx ends: what
	// that one has applied is not pending any more. Where a migration fails,
	// those before it stay.
	Migrate(ctx context.Context, to int64) (Plan, error)
}

// Plan is a way from one version of a schema to another, or back to the same
// where there is nothing to do. From is 0 for an empty database.
type Plan struct {
	From       int64       `json:"from"`
	To         int64       `json:"to"`
	Migrations []Migration `json:"migrations"` // in the order in which they are applied; never nil
}

// Migration is one step of a schema.
type Migration struct {
	Version int64  `json:"version"`
	Name    string `json:"name"`
}

// TargetError is a version that a database cannot be migrated to: an earlier
// one than it has, or one that there is no migration for.
type TargetError struct {
	To     int64 // what was wanted
	Have   int64 // what the database has
	Newest int64 // the last migration's
}

func (e *TargetError) Error() string {
	if e.To < e.Have {
		return fmt.Sprintf("the database is at version %d already: migrations are not undone", e.Have)
	}
	return fmt.Sprintf("no migration has version %d; the newest is %d", e.To, e.Newest)
}

// MigrateInput is the input of release.migrate.
type MigrateInput struct {
	To     *int64 `json:"to"` // nil: the newest
	DryRun bool   `json:"dryRun"`
}

// migrate returns what it has applied, or under a dry run what is pending.
func migrate(ctx context.Context, d Deps, in MigrateInput) (Plan, error) {
	do := d.Migrator.Migrate
	if in.DryRun {
		do = d.Migrator.Plan
	}
	var to int64
	if in.To != nil {
		to = *in.To
	}
	plan, err := do(ctx, to)
	var target *TargetError
	if errors.As(err, &target) {
		return Plan{}, runner.InvalidInput("/to", target.Error())
	}
	return plan, err
}
