package sqlstore

import (
	"embed"
	"io/fs"
	"path"

	"github.com/beignet-go/beignet/ports/dialect"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the steps of the schema in a database of the engine d, for goose:
// one .sql file each. A version is the same schema in all of them.
func Migrations(d dialect.Dialect) fs.FS {
	files, err := fs.Sub(migrations, path.Join("migrations", string(d)))
	if err != nil {
		panic(err) // the name is no path
	}
	return files
}
