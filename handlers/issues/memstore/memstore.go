// Package memstore keeps issues in the process: for tests, and as the plainest
// statement of what an issues.Store does. It passes storetest.
//
// Start with [New], whose [DB.Open] is what a runner is given, and [DB.Read],
// which is what has been committed.
package memstore

import (
	"context"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/memory"
	"github.com/beignet-go/beignet/runner"
)

// DB is a database of issues in memory. It is safe for concurrent use.
type DB struct{ db *memory.DB[table] }

// New returns a database that holds these issues, none of them indexed.
func New(given ...issues.Issue) *DB {
	t := table{}.clone()
	t.upsert(given)
	return &DB{db: memory.NewDB(t, table.clone)}
}

// Read returns the committed issues, in order of ID.
func (d *DB) Read() []issues.Issue {
	entries := d.db.Read().entries
	all := make([]issues.Issue, len(entries))
	for n, e := range entries {
		all[n] = clone(e.issue)
	}
	return all
}

// Store returns a store outside any transaction of the caller's: each of its
// calls is one of its own.
func (d *DB) Store() issues.Store { return committed{d.db} }

// Begin opens a transaction and a store that speaks through it.
func (d *DB) Begin(ctx context.Context, o ports.TxOptions) (issues.Store, ports.Tx, error) {
	t, tx, err := d.db.Begin(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return store{t}, tx, nil
}

// Open is the runner.Open of an app that has this feature alone.
func (d *DB) Open(_ context.Context, s runner.Session) (runner.Opened[issues.Deps], error) {
	deps := func(store issues.Store) issues.Deps {
		return issues.Deps{Issues: store, Files: s.Files, Log: s.Log, Audit: s.Audit}
	}
	return runner.Opened[issues.Deps]{
		App: deps(d.Store()),
		Begin: func(ctx context.Context, o ports.TxOptions) (issues.Deps, ports.Tx, error) {
			store, tx, err := d.Begin(ctx, o)
			return deps(store), tx, err
		},
		Checkpoints: d.db,
	}, nil
}
