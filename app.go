package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/beignet-go/beignet/handlers"
	issuestore "github.com/beignet-go/beignet/handlers/issues/sqlstore"
	releasestore "github.com/beignet-go/beignet/handlers/release/sqlstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner"
)

// state opens a target's state. It refuses a database that open could not open
// too, so that no run is recorded for it.
func state(ctx context.Context, t runner.Target, create bool) (ports.State, error) {
	if err := cmp.Or(onlyPath("the state", t.State), onlyPath("the database", t.Database)); err != nil {
		return nil, err
	}
	return sqlite.OpenState(ctx, t.State, sqlite.StateOptions{Create: create, AuditKey: t.AuditKey})
}

// open opens the app over the run's database. The task that migrates finds it as
// it is; for every other it must have the newest schema, and an empty one is
// given it.
func open(ctx context.Context, s runner.Session) (runner.Opened[*handlers.App], error) {
	db, err := sqlite.Open(ctx, s.Database, sqlite.Options{Create: s.Create})
	if err != nil {
		return runner.Opened[*handlers.App]{}, err
	}
	migrator := releasestore.NewMigrator(db.SQL(), dialect.SQLite, issuestore.Migrations(dialect.SQLite), "issues data")
	if s.Task != handlers.MigrateTask {
		if err := bringUp(ctx, migrator, s.Create); err != nil {
			return runner.Opened[*handlers.App]{}, errors.Join(err, db.Close())
		}
	}
	maintainer, index := releasestore.NewMaintainer(db.SQL(), dialect.SQLite), issuestore.NewSearchIndex(db.SQL(), dialect.SQLite)
	app := func(q ports.Querier) *handlers.App {
		return &handlers.App{
			Issues: issuestore.New(q, dialect.SQLite), Migrator: migrator, Maintainer: maintainer, Index: index,
			Files: s.Files, Log: s.Log, Audit: s.Audit,
		}
	}
	return runner.Opened[*handlers.App]{
		App: app(db.SQL()), Probe: db.Probe, Begin: sqlite.Begin(db, app), Checkpoints: db,
		Close: func(context.Context) error { return db.Close() },
	}, nil
}

// bringUp gives an empty database the newest schema, where one may be made, and
// refuses any other that has not got it.
func bringUp(ctx context.Context, m *releasestore.Migrator, create bool) error {
	err := m.Ready(ctx)
	var version *ports.VersionError
	switch {
	case !errors.As(err, &version) || version.Have > 0:
	case create:
		_, err = m.Migrate(ctx, 0)
	default:
		return fmt.Errorf("%w: %w", ports.ErrNotFound, err)
	}
	if errors.As(err, &version) && 0 < version.Have && version.Have < version.Want {
		return &runner.Error{
			Code: runner.CodeConfig, Message: err.Error(),
			Hint: "beignet task run " + handlers.MigrateTask + " --no-dry-run", Err: err,
		}
	}
	return err
}

// onlyPath refuses an address that is a URL or a connection string, for which
// there is no adapter yet. It repeats nothing of it but a scheme: the rest may hold a
// password.
func onlyPath(what, address string) error {
	before, _, _ := strings.Cut(address, "@")
	scheme, _, isURI := strings.Cut(address, ":")
	switch {
	case isURI && len(scheme) > 1 && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+") == "": // C:\ is a path
		scheme += ":"
		if strings.HasPrefix(address, scheme+"//") {
			scheme += "//"
		}
	case strings.TrimSpace(address) == "", strings.Contains(address, "://"), strings.Contains(address, "password="), before != address && strings.Contains(before, ":"):
		scheme = "such an address"
	default:
		return nil
	}
	return &runner.Error{
		Code: runner.CodeConfig, Message: what + " cannot be at " + scheme + " yet",
		Hint: "give the path of a file or folder", Err: ports.ErrUnsupported,
	}
}
