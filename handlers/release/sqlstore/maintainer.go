package sqlstore

import (
	"database/sql"
	"fmt"

	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/ports/dialect"
)

// NewMaintainer returns a maintainer of a database of the engine d.
func NewMaintainer(db *sql.DB, d dialect.Dialect) release.Maintainer {
	switch d {
	case dialect.SQLite:
		return sqliteMaintainer{db}
	case dialect.Postgres:
		return postgresMaintainer{db}
	}
	panic(fmt.Sprintf("there is no maintainer of %q", d))
}
