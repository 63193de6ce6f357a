package main

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/beignet-go/beignet/handlers"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner"
)

// state opens a target's state. It refuses a database that open could not open
// too, so that no run is recorded for it.
func state(ctx context.Context, t runner.Target, create bool) (ports.State, error) {
	if err := cmp.Or(onlyPath("the state", t.State), onlyPath("the database", t.Database)); err != nil {
		return nil, err
	}
	return sqlite.OpenState(ctx, t.State, create)
}

// open opens the app over the run's database, and brings an empty one up.
func open(ctx context.Context, s runner.Session) (runner.Opened[*handlers.App], error) {
	db, err := sqlite.Open(ctx, s.Database, sqlite.Options{Create: true})
	if err != nil {
		return runner.Opened[*handlers.App]{}, err
	}
	if err := sqlstore.Migrate(ctx, db.SQL()); err != nil {
		return runner.Opened[*handlers.App]{}, errors.Join(err, db.Close())
	}
	app := func(q ports.Querier) *handlers.App {
		return &handlers.App{Issues: sqlstore.New(q), Files: s.Files, Log: s.Log, Audit: s.Audit}
	}
	return runner.Opened[*handlers.App]{
		App: app(db.SQL()), Begin: sqlite.Begin(db, app), Checkpoints: db,
		Close: func(context.Context) error { return db.Close() },
	}, nil
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
