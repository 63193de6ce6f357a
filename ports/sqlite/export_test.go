package sqlite

import (
	"database/sql"
	"time"

	driver "modernc.org/sqlite"

	"github.com/beignet-go/beignet/ports"
)

// Raw opens a file without looking at what is in it.
func Raw(path string) (*sql.DB, error) {
	name, err := dsn(path)
	if err != nil {
		return nil, err
	}
	connector, err := driver.NewConnector(name)
	return sql.OpenDB(connector), err
}

// LosePatience has a state wait for other users of its locks for a moment only.
func LosePatience(s ports.State) { s.(state).patience = 20 * time.Millisecond }
