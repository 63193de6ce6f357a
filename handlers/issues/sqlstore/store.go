// Package sqlstore keeps issues in SQLite.
//
// Start with [Migrations], which bring an empty database up, and [New], which makes
// an issues.Store of a pool or a transaction. It passes storetest.
package sqlstore

import (
	"strings"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/ports"
)

// Store is an issues.Store over the tables that [Migrate] makes.
type Store struct{ q ports.Querier }

var _ issues.Store = (*Store)(nil)

// New returns a store that speaks through q.
func New(q ports.Querier) *Store { return &Store{q} }

// marks are the placeholders of n arguments, separated by commas. They have no
// numbers: with those the driver looks each one up among all, which is half the
// time of an import (measured).
func marks(n int) string { return strings.Repeat("?, ", n-1) + "?" }
