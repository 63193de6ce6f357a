package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/release"
	"github.com/beignet-go/beignet/handlers/release/sqlstore"
	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
)

func postgresMigrator(db *sql.DB) *sqlstore.Migrator {
	return sqlstore.NewMigrator(db, dialect.Postgres, once(onceSteps), "test data")
}

// Pools that migrate at once, as processes do, apply each migration once, all
// together.
func TestPostgresMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	var group sync.WaitGroup
	var applied [3]int
	for n := range applied {
		m := postgresMigrator(connect(t, url))
		group.Go(func() {
			done, err := m.Migrate(t.Context(), 0)
			if err != nil {
				t.Error(err)
			}
			applied[n] = len(done.Migrations)
		})
	}
	group.Wait()
	db, want := connect(t, url), []string{"2", "3", "4", "5", "6"}
	if got := texts(t, db, "SELECT version FROM done"); !slices.Equal(got, want) || applied[0]+applied[1]+applied[2] != onceSteps {
		t.Errorf("done were %q, want %q; applied were said to be %v", got, want, applied)
	}
	if got := texts(t, db, "SELECT version_id FROM goose_db_version ORDER BY id"); !slices.Equal(got, slices.Concat([]string{"0", "1"}, want)) {
		t.Errorf("on record are %q", got)
	}
}

// A process waits for another that migrates, whatever timeouts the database has, until
// its ctx ends; once the other's connection is gone it goes on.
func TestPostgresTheHolderDies(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	holder := connect(t, url)
	exec(t, holder, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = 50', current_database());"+
		"EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = 50', current_database()); END $$", "GRANT ALL ON ALL TABLES IN SCHEMA public TO plain")
	locked, end := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		unlock, err := sqlstore.LockPostgres(t.Context(), connect(t, url))
		if err != nil {
			t.Error(err)
		}
		close(locked)
		<-end
		unlock()
	})
	<-locked
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	db := connect(t, url)
	if _, err := postgresMigrator(db).Migrate(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("beside the holder: %v, want that the time is over", err)
	}
	if got := texts(t, db, "SELECT tablename FROM pg_tables WHERE tablename = 'done'"); len(got) > 0 {
		t.Errorf("beside the holder it has made %q", got)
	}
	exec(t, db, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
	if got, err := postgresMigrator(db).Migrate(t.Context(), 0); err != nil || got.From != 0 || got.To != onceSteps {
		t.Errorf("after its death: %+v, %v", got, err)
	}
	close(end)
	group.Wait()
}

// The schema that comes first in the search_path is migrated, whatever others there
// are beside it.
func TestPostgresSearchPath(t *testing.T) {
	t.Parallel()
	e := engine{Dialect: dialect.Postgres}
	url := pgtest.Database(t)
	db := connect(t, url)
	if _, err := e.migrator(db, steps(1, 2, 3)).Migrate(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	exec(t, db, `CREATE SCHEMA "App"`)
	mark := "?"
	if strings.Contains(url, mark) {
		mark = "&"
	}
	app := connect(t, url+mark+"search_path=%22App%22")
	var version *ports.VersionError
	if err := e.migrator(app, steps(1, 2)).Ready(t.Context()); !errors.As(err, &version) || version.Have != 0 {
		t.Errorf("an empty schema: %v", err)
	}
	if _, err := e.migrator(app, steps(1, 2)).Migrate(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	exec(t, db, "CREATE EXTENSION amcheck")
	if err := sqlstore.NewMaintainer(app, dialect.Postgres).Check(t.Context()); err != nil {
		t.Error(err)
	}
	want := []string{"App beignet_checkpoint", "App goose_db_version", "App t1", "App t2", "public beignet_checkpoint", "public goose_db_version", "public t1", "public t2", "public t3"}
	got := texts(t, db, "SELECT schemaname || ' ' || tablename FROM pg_tables WHERE tablename ~ '^(t[0-9]|goose_db_version|beignet_checkpoint)$' ORDER BY 1")
	if !slices.Equal(got, want) {
		t.Errorf("there are %q, want %q", got, want)
	}
}

// A check reads what is there, and names what it cannot read.
func TestPostgresCheck(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	m := sqlstore.NewMaintainer(db, dialect.Postgres)
	exec(t, db, "CREATE EXTENSION amcheck", `CREATE TABLE "Sound one" (id int PRIMARY KEY, text text)`, `INSERT INTO "Sound one" VALUES (1, 'a')`,
		"CREATE TABLE damaged (id int)", "INSERT INTO damaged SELECT generate_series(1, 100)", "CREATE MATERIALIZED VIEW seen AS SELECT 1 AS one",
		"CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 2 * $1; END'", "CREATE INDEX by_twice ON damaged (twice(id))")
	if err := m.Check(t.Context()); err != nil {
		t.Errorf("a sound database: %v", err)
	}
	exec(t, db, "CREATE OR REPLACE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 3 * $1; END'")
	damaged(t, "an index that is not its table's", m.Check(t.Context()), "by_twice: ")

	file := texts(t, db, "SELECT current_setting('data_directory') || '/' || pg_relation_filepath('damaged')")[0]
	exec(t, db, "DROP INDEX by_twice", "CHECKPOINT", "COPY (SELECT repeat('x', 8191)) TO PROGRAM 'cat >> "+file+"'")
	damaged(t, "a page that is none", m.Check(t.Context()), "damaged: ")

	exec(t, db, "DROP TABLE damaged", "CREATE TABLE long (id int PRIMARY KEY, text text)", "ALTER TABLE long ALTER text SET STORAGE EXTERNAL",
		"INSERT INTO long VALUES (1, repeat('x', 10000))")
	toast := texts(t, db, "SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'long'")[0]
	kind := func(k string) string {
		return "UPDATE pg_class SET relkind = '" + k + "' WHERE oid = '" + toast + "'::regclass"
	}
	exec(t, db, kind("r"), "DELETE FROM "+toast+" WHERE chunk_seq = 1", kind("t"))
	// A part that was deleted is read until it is gone, which whoever looks on can delay.
	err := m.Check(t.Context())
	for end := time.Now().Add(20 * time.Second); err == nil && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		exec(t, db, "VACUUM "+toast)
		err = m.Check(t.Context())
	}
	damaged(t, "a long value that has lost a part", err, "long: ")
}

func damaged(t *testing.T, what string, err error, finding string) {
	t.Helper()
	var damage *release.DamageError
	if !errors.Is(err, ports.ErrCorrupt) || !errors.As(err, &damage) || len(damage.Findings) != 1 || !strings.HasPrefix(damage.Findings[0], finding) {
		t.Errorf("%s: %v, want %s...", what, err, finding)
	}
}

// Statistics follow the tables, and what was deleted is given back.
func TestPostgresMaintain(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	m := sqlstore.NewMaintainer(db, dialect.Postgres)
	exec(t, db, `CREATE TABLE "Big one" (text text)`, `INSERT INTO "Big one" SELECT repeat('x', 500) FROM generate_series(1, 10000)`)
	if err := m.Optimize(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := texts(t, db, "SELECT reltuples::bigint FROM pg_class WHERE relname = 'Big one'"); got[0] != "10000" {
		t.Errorf("the planner knows of %s rows, want 10000", got[0])
	}
	before, err := m.Size(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exec(t, db, `DELETE FROM "Big one"`)
	if err := m.Vacuum(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := m.Size(t.Context())
	if err != nil || after.Bytes > before.Bytes-4<<20 {
		t.Errorf("before %+v, after %+v, %v", before, after, err)
	}
}

// What the server would leave out with a warning, because the tables are another's, is
// refused.
func TestPostgresMaintainByAnother(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	db := connect(t, url)
	exec(t, db, "CREATE TABLE kept (id int)", "GRANT ALL ON kept TO PUBLIC", "DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN END $$", "GRANT ALL ON ALL TABLES IN SCHEMA public TO plain")
	mark := "?"
	if strings.Contains(url, mark) {
		mark = "&"
	}
	m := sqlstore.NewMaintainer(connect(t, url+mark+"user=plain"), dialect.Postgres)
	var denied *ports.DeniedError
	if err := m.Optimize(t.Context()); !errors.As(err, &denied) || !strings.Contains(err.Error(), "kept") {
		t.Errorf("optimize: %v", err)
	}
	if err := m.Vacuum(t.Context()); !errors.As(err, &denied) {
		t.Errorf("vacuum: %v", err)
	}
}
