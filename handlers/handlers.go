// Package handlers is the app: what its handlers are given, and the one list of
// the features compiled into it.
package handlers

import (
	"log/slog"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/runner"
)

// App is what a run's handlers share. Its stores speak through the run's
// transaction where there is one; what migrates and maintains speaks to the
// database itself.
type App struct {
	Issues     issues.Store
	Migrator   release.Migrator
	Maintainer release.Maintainer
	Index      release.Index
	Files      ports.Files
	Log        *slog.Logger
	Audit      ports.Recorder
}

// MigrateTask is the task that is given a database of any schema; every other
// needs the newest.
const MigrateTask = release.MigrateTask

// Register adds the handlers of every feature. Each sees its own ports alone.
func Register(r *runner.Registry[*App]) {
	issues.Register(runner.Mount(r, func(a *App) issues.Deps {
		return issues.Deps{Issues: a.Issues, Files: a.Files, Log: a.Log, Audit: a.Audit}
	}))
	release.Register(runner.Mount(r, func(a *App) release.Deps {
		return release.Deps{Migrator: a.Migrator, Maintainer: a.Maintainer, Index: a.Index, Log: a.Log}
	}))
}
