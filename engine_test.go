package main

import (
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
)

// engine is what these tests ask of a database in words of its own.
type engine struct {
	// counted adds a table to an app's data that says, a row each, what was done to
	// which issue. A batch that is rolled back leaves nothing in it, and one that is done
	// twice leaves its rows twice.
	counted string

	ready   string // comes before words, on the same connection
	words   string // every word of the search index, with its issue
	tables  string // the app's tables, by name, and conditions may follow
	columns string // those of TABLE, likewise
}

func (s site) engine() engine {
	if s.server != "" {
		return postgresEngine()
	}
	return sqliteEngine()
}

func sqliteEngine() engine {
	return engine{
		counted: `
CREATE TABLE applied (seq INTEGER PRIMARY KEY, what TEXT NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL);
CREATE TRIGGER applied_import AFTER INSERT ON issues
	BEGIN INSERT INTO applied (what, source, key) VALUES ('import', new.source, new.key); END;
CREATE TRIGGER applied_change AFTER UPDATE OF title, body ON issues
	BEGIN INSERT INTO applied (what, source, key) VALUES ('change', new.source, new.key); END;
CREATE TRIGGER applied_index AFTER UPDATE OF indexed ON issues
	BEGIN INSERT INTO applied (what, source, key) VALUES ('index', new.source, new.key); END;
CREATE TRIGGER applied_labels AFTER UPDATE OF labels ON issues
	BEGIN INSERT INTO applied (what, source, key) VALUES ('labels', new.source, new.key); END;`,
		ready:   `CREATE VIRTUAL TABLE temp.words USING fts5vocab (main, issues_search, instance)`,
		words:   `SELECT i.source, i.key, w.col, w.offset, w.term FROM temp.words w JOIN issues i ON i.id = w.doc`,
		tables:  `SELECT name FROM sqlite_schema WHERE type = 'table'`,
		columns: `SELECT name FROM pragma_table_info('TABLE') WHERE true`,
	}
}

func postgresEngine() engine {
	return engine{
		counted: `
CREATE TABLE applied (seq bigint GENERATED ALWAYS AS IDENTITY, what text NOT NULL, source text NOT NULL, key text NOT NULL);
CREATE FUNCTION apply() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN INSERT INTO applied (what, source, key) VALUES (tg_argv[0], new.source, new.key); RETURN NULL; END $$;
CREATE TRIGGER applied_import AFTER INSERT ON issues FOR EACH ROW EXECUTE FUNCTION apply('import');
CREATE TRIGGER applied_change AFTER UPDATE OF title, body ON issues FOR EACH ROW EXECUTE FUNCTION apply('change');
CREATE TRIGGER applied_index AFTER UPDATE OF indexed ON issues FOR EACH ROW EXECUTE FUNCTION apply('index');
CREATE TRIGGER applied_labels AFTER UPDATE OF labels ON issues FOR EACH ROW EXECUTE FUNCTION apply('labels');`,
		ready:   `SELECT`,
		words:   `SELECT i.source, i.key, s.title, s.words FROM issues_search s JOIN issues i ON i.id = s.id`,
		tables:  `SELECT name FROM (SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()) AS t WHERE true`,
		columns: `SELECT name FROM (SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'TABLE') AS c WHERE true`,
	}
}

// newServerSite is [newSite] with its data and its state in a database of a PostgreSQL
// server.
func newServerSite(t testing.TB, rows int) site {
	t.Helper()
	s := newDataSite(t, rows)
	s.keeps = true
	return s
}

// newDataSite is [newSite] with its data in such a database, and its state in a file.
func newDataSite(t testing.TB, rows int) site {
	t.Helper()
	return newSite(t, rows).at(pgtest.Database(t), false)
}

// at is the site with its data at an address, and the state too or not.
func (s site) at(server string, keeps bool) site {
	s.server, s.keeps = server, keeps
	return s
}
