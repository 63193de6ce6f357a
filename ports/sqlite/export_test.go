package sqlite

import (
	"database/sql"

	driver "modernc.org/sqlite"
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
