// Package sqlstore keeps issues in SQLite or in Postgres.
//
// Start with [Migrations], which bring an empty database up, and [New], which makes
// an issues.Store of a pool or a transaction. It passes storetest on both engines.
// What they do each in its own way is an [engine], and one file for each: the rest
// is written once. Its statements number their arguments by $1, which both read.
package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

// Store is an issues.Store over the tables that [Migrations] make.
type Store struct {
	q      ports.Querier
	d      dialect.Dialect
	engine engine
}

var _ issues.Store = (*Store)(nil)

// New returns a store that speaks through q to a database of the engine d.
func New(q ports.Querier, d dialect.Dialect) *Store { return &Store{q, d, engineOf(d)} }

// engine is what one kind of database does in its own way.
type engine interface {
	// refusal says why the database cannot hold an issue, and "" where it can.
	refusal(*row) string

	// holds reports whether text of the database could be this.
	holds(text string) bool

	// stored calls each with the rows of a source that have one of the keys.
	stored(ctx context.Context, q ports.Querier, source string, keys []string, each func(*row)) error

	// each calls fn with every row of a query, all of one moment, one in memory at a
	// time. It ends with the first error of fn.
	each(ctx context.Context, q ports.Querier, query string, args []any, fn func(*sql.Rows) error) error

	// write inserts the rows whose ID is 0, in order, and replaces the others.
	write(ctx context.Context, q ports.Querier, rows []*row) error

	// setLabels writes the column labels of the issues that have these IDs.
	setLabels(ctx context.Context, q ports.Querier, ids []int64, lists []string) error

	// put puts issues into the search index and marks them. It returns how many
	// it has marked.
	put(ctx context.Context, q ports.Querier, given []issues.Issue) (int64, error)

	// stages are the conditions of a search, from the best kind of match to the
	// widest. Their arguments begin at $3.
	stages(text string, phrases []issues.Phrase) []stage

	// matching is the condition that an issue i has every phrase. Its arguments
	// begin at number n.
	matching(phrases []issues.Phrase, n int) (condition string, args []any)

	// words are the parts of statements that differ.
	words() words
}

// words are SQL.
type words struct {
	entry    string   // the ID of an entry s of the search index
	contains string   // the condition that a text, %s, has another in it, %s
	byID     string   // after the table issues i: read it in order of ID
	lock     string   // after a SELECT of issues i: until the transaction ends nobody changes them
	empty    []string // the statements of a transaction that empties the search index
	tables   []string // of the search index, and what else belongs to it
}

// stage is one kind of match.
type stage struct {
	condition, order string
	args             []any
}

func engineOf(d dialect.Dialect) engine {
	switch d {
	case dialect.SQLite:
		return sqlite{}
	case dialect.Postgres:
		return postgres{}
	}
	panic(fmt.Sprintf("issues are not kept in %q", d))
}
