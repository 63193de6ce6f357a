package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beignet-go/beignet/handlers"
	issuestore "github.com/beignet-go/beignet/handlers/issues/sqlstore"
	releasestore "github.com/beignet-go/beignet/handlers/release/sqlstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/postgres"
	"github.com/beignet-go/beignet/ports/sqlite"
	"github.com/beignet-go/beignet/runner"
)

// state opens a target's state. It refuses a database that open could not open
// too, so that no run is recorded for it.
func state(ctx context.Context, t runner.Target, create bool) (ports.State, error) {
	if err := cmp.Or(known("the state", t.State), known("the database", t.Database)); err != nil {
		return nil, err
	}
	if postgres.Is(t.State) {
		return postgres.OpenState(ctx, t.State, postgres.StateOptions{Create: create, ReadOnly: t.ReadOnly, AuditKey: t.AuditKey})
	}
	return sqlite.OpenState(ctx, t.State, sqlite.StateOptions{Create: create, ReadOnly: t.ReadOnly, AuditKey: t.AuditKey})
}

// identity names a database of a server by host, port and name: roles and parameters of a
// connection make it no other one.
func identity(address string) string {
	if !postgres.Is(address) {
		return ""
	}
	name, _ := postgres.Name(address) // one that is malformed has none, and is refused elsewhere
	return name
}

// database is one of any engine.
type database struct {
	pool
	dialect dialect.Dialect
	begin   func(binder) beginner
}

type (
	binder   = func(ports.Querier) *handlers.App
	beginner = func(context.Context, ports.TxOptions) (*handlers.App, ports.Tx, error)
)

// pool is what the engines' databases have in common.
type pool interface {
	ports.Checkpoints
	SQL() *sql.DB
	Probe(ctx context.Context, query string) (float64, error)
	Database(context.Context) (string, error)
	Close() error
}

// connect opens the database at an address; another than the expected it leaves alone.
func connect(ctx context.Context, address string, create bool, expect string) (db database, err error) {
	if postgres.Is(address) {
		inner, err := postgres.Open(ctx, address, postgres.Options{Create: create, Expect: expect})
		return database{inner, dialect.Postgres, func(bind binder) beginner { return postgres.Begin(inner, bind) }}, err
	}
	inner, err := sqlite.Open(ctx, address, sqlite.Options{Create: create, Expect: expect})
	return database{inner, dialect.SQLite, func(bind binder) beginner { return sqlite.Begin(inner, bind) }}, err
}

// open opens the app over the run's database. The task that migrates finds it as
// it is; for every other it must have the newest schema, and an empty one is
// given it.
func open(ctx context.Context, s runner.Session) (runner.Opened[*handlers.App], error) {
	db, err := connect(ctx, s.Database, s.Create, s.Expect)
	if err != nil {
		return runner.Opened[*handlers.App]{}, err
	}
	migrator := releasestore.NewMigrator(db.SQL(), db.dialect, issuestore.Migrations(db.dialect), "issues data")
	if s.Task != handlers.MigrateTask {
		if err := bringUp(ctx, migrator, s.Create); err != nil {
			return runner.Opened[*handlers.App]{}, errors.Join(err, db.Close())
		}
	}
	maintainer, index := releasestore.NewMaintainer(db.SQL(), db.dialect), issuestore.NewSearchIndex(db.SQL(), db.dialect)
	app := func(q ports.Querier) *handlers.App {
		return &handlers.App{
			Issues: issuestore.New(q, db.dialect), Migrator: migrator, Maintainer: maintainer, Index: index,
			Files: s.Files, Log: s.Log, Audit: s.Audit,
		}
	}
	return runner.Opened[*handlers.App]{
		App: app(db.SQL()), Probe: db.Probe, Begin: db.begin(app), Checkpoints: db, Name: db.Database,
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

// known refuses an address that is neither a path nor a URL of Postgres. It repeats
// nothing of it but a scheme: the rest may hold a password.
func known(what, address string) error {
	if postgres.Is(address) {
		if _, err := postgres.Name(address); err != nil {
			return &runner.Error{Code: runner.CodeConfig, Message: what + ": " + err.Error(), Err: err}
		}
		return nil
	}
	before, _, _ := strings.Cut(address, "@")
	scheme, _, isURI := strings.Cut(address, ":")
	hint := "give the path of a file or folder, or postgres://USER@HOST:PORT/DATABASE"
	switch {
	case strings.TrimSpace(address) == "":
		scheme, hint = "no address", "BEIGNET_STATE and BEIGNET_DATABASE say where they are: "+hint
	case isURI && len(scheme) > 1 && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+") == "": // C:\ is a path
		scheme += ":"
		if strings.HasPrefix(address, scheme+"//") {
			scheme += "//"
		}
	case strings.Contains(address, "://"), before != address && strings.Contains(before, ":"), isKeywords(address):
		scheme = "such an address"
	default:
		return nil
	}
	return &runner.Error{
		Code: runner.CodeConfig, Message: what + " cannot be at " + scheme, Hint: hint, Err: ports.ErrUnsupported,
	}
}

// isKeywords reports whether an address is written as libpq has it beside the URL,
// such as host=db dbname=orders.
func isKeywords(address string) bool {
	plain := strings.ToLower(strings.ReplaceAll(address, " ", "")) // around = there may be some
	return slices.ContainsFunc([]string{"host=", "dbname=", "password="}, func(keyword string) bool { return strings.Contains(plain, keyword) })
}
