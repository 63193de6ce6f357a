package sqlstore

import (
	"embed"
	"io/fs"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the steps of the schema, for goose: one .sql file each.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name is no path
	}
	return files
}
