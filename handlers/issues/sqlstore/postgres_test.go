package sqlstore_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beignet-go/beignet/handlers/issues"
	"github.com/beignet-go/beignet/handlers/issues/sqlstore"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/postgres"
)

// hurried calls do once, after the first query.
type hurried struct {
	ports.Querier
	do func()
}

func (h *hurried) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := h.Querier.QueryContext(ctx, query, args...)
	if err == nil && h.do != nil {
		h.do()
		h.do = nil
	}
	return rows, err
}

// hurriedCopier is one that copies too, as a transaction does.
type hurriedCopier struct {
	*hurried
	ports.Copier
}

// An issue that another transaction has written since it was read is not written
// over: an outcome would tell what was not so. The batch is to be tried again.
func TestAnotherWasFaster(t *testing.T) {
	t.Parallel()
	for name, copies := range map[string]bool{"INSERT": false, "COPY": true} {
		for what, first := range map[string][]issues.Issue{
			"inserts": nil,
			"updates": {{Source: "s", Key: "1", Title: "one"}},
		} {
			db := openPostgres(t)
			other := sqlstore.New(db.SQL(), dialect.Postgres)
			if _, err := other.Upsert(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			begin := postgres.Begin(db, func(q ports.Querier) issues.Store {
				h := &hurried{q, func() {
					if _, err := other.Upsert(t.Context(), []issues.Issue{{Source: "s", Key: "1", Title: "the other's"}}); err != nil {
						t.Error(err)
					}
				}}
				if copies {
					return sqlstore.New(hurriedCopier{h, q.(ports.Copier)}, dialect.Postgres)
				}
				return sqlstore.New(h, dialect.Postgres)
			})
			s, tx, err := begin(t.Context(), ports.TxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			given := []issues.Issue{{Source: "s", Key: "0"}, {Source: "s", Key: "1", Title: "mine"}}
			if _, err := s.Upsert(t.Context(), given); !errors.Is(err, ports.ErrBusy) || errors.Is(err, ports.ErrExists) {
				t.Errorf("%s, %s: %v, want ErrBusy", name, what, err)
			}
			if err := tx.Rollback(); err != nil {
				t.Fatal(err)
			}
			got, err := other.Upsert(t.Context(), []issues.Issue{{Source: "s", Key: "1", Title: "the other's"}})
			if err != nil || got[0].Change != issues.Unchanged {
				t.Errorf("%s, %s: %+v, %v, want the other's", name, what, got, err)
			}
		}
	}
}

// A page that a transaction has read to write it back is not changed by others until
// it ends: what would be indexed were the old text, and labels of the other's lost.
func TestPagesAreLocked(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(issues.Store) (int, error){
		"Unindexed": func(s issues.Store) (int, error) {
			page, err := s.Unindexed(t.Context(), 0, 9)
			return len(page), err
		},
		"Labeled": func(s issues.Store) (int, error) {
			page, err := s.Labeled(t.Context(), "", 0, 9)
			return len(page), err
		},
	} {
		db := openPostgres(t)
		begin := postgres.Begin(db, bound(dialect.Postgres))
		given := []issues.Issue{{Source: "s", Key: "1", Title: "one", Labels: []string{"ui"}}}
		if _, err := sqlstore.New(db.SQL(), dialect.Postgres).Upsert(t.Context(), given); err != nil {
			t.Fatal(err)
		}
		reader, tx, err := begin(t.Context(), ports.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := read(reader); n != 1 || err != nil {
			t.Errorf("%s: read %d, %v", name, n, err)
		}
		given[0].Title = "two"
		upsert := func() error {
			s, tx, err := begin(t.Context(), ports.TxOptions{LockTimeout: 50 * time.Millisecond})
			if err != nil {
				return err
			}
			defer tx.Rollback()
			_, err = s.Upsert(t.Context(), given)
			return err
		}
		if err := upsert(); !errors.Is(err, ports.ErrBusy) {
			t.Errorf("%s: a writer beside it: %v, want ErrBusy", name, err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		if err := upsert(); err != nil {
			t.Errorf("%s: a writer after it: %v", name, err)
		}
	}
}

// An identity is refused where no index could hold it, and the longest that is not
// is held, whatever it is made of.
func TestLongIdentity(t *testing.T) {
	t.Parallel()
	s := sqlstore.New(openPostgres(t).SQL(), dialect.Postgres)
	noise := make([]byte, 2600)
	for n := range noise {
		noise[n] = byte('!' + (n*n*31+n*7919>>3)%90) // does not compress
	}
	got, err := s.Upsert(t.Context(), []issues.Issue{
		{Source: string(noise[:1300]), Key: string(noise[1300:])}, {Source: "s", Key: string(noise)}, {Source: "s", Key: strings.Repeat("k", 2599)},
	})
	if err != nil || got[0].Change != issues.Inserted || got[2].Change != issues.Inserted || got[1] != (issues.Outcome{
		Change: issues.Refused, Reason: "Postgres cannot index source and key of 2601 bytes: more than 2600",
	}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// A text with more words than an entry of the index can hold is indexed as far as it
// goes, and its title always is.
func TestMoreWordsThanFit(t *testing.T) {
	t.Parallel()
	s := sqlstore.New(openPostgres(t).SQL(), dialect.Postgres)
	var body strings.Builder
	for n := range 200_000 {
		body.WriteString("w")
		body.WriteString(strings.Repeat("x", n%7))
		body.WriteString(time.Duration(n).String()[:1])
		body.WriteString(strings.ReplaceAll(time.Unix(int64(n), 0).UTC().Format("150405.02"), ".", "d") + " ")
	}
	given := []issues.Issue{{Source: "s", Key: "1", Title: "title", Body: "first " + body.String()}}
	if _, err := s.Upsert(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	given[0].ID = 1
	if n, err := s.Index(t.Context(), given); n != 1 || err != nil {
		t.Fatalf("indexed %d, %v", n, err)
	}
	for _, query := range []string{"title", "first", "title first"} {
		found, err := s.Search(t.Context(), issues.Query{Text: query, Limit: 9})
		if err != nil || len(found) != 1 {
			t.Errorf("%s: %d found, %v", query, len(found), err)
		}
	}
}

// toldAll tells of all statements.
type toldAll struct{ told }

func (t toldAll) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t.of(query, args)
	return t.Querier.ExecContext(ctx, query, args...)
}

// What is read often is read by an index, where the table is large.
func TestPostgresPlans(t *testing.T) {
	t.Parallel()
	tx, err := openPostgres(t).SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), "SET LOCAL enable_seqscan = off"); err != nil {
		t.Fatal(err)
	}
	var plans strings.Builder
	s := sqlstore.New(toldAll{told{tx, func(query string, args []any) {
		if strings.HasPrefix(query, "FETCH") || strings.HasPrefix(query, "CLOSE") {
			return
		}
		rows, err := tx.QueryContext(t.Context(), "EXPLAIN "+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plans.WriteString(line + "\n")
		}
	}}}, dialect.Postgres)
	nothing := func(*issues.Issue) error { return nil }
	for index, do := range map[string]func() error{
		"Index Scan using issues_unindexed": func() error { _, err := s.Unindexed(t.Context(), 5, 9); return err },
		"Bitmap Index Scan on issues_search_title": func() error {
			_, err := s.Search(t.Context(), issues.Query{Text: "a", Limit: 9})
			return err
		},
		"Bitmap Index Scan on issues_search_words": func() error {
			_, err := s.Search(t.Context(), issues.Query{Text: "a b", Limit: 9})
			return err
		},
		"Index Scan using issues_source_key_key": func() error { return s.Each(t.Context(), issues.Filter{Source: "a"}, nothing) },
		"Index Scan using issues_pkey":           func() error { _, err := s.Labeled(t.Context(), "", 5, 9); return err },
	} {
		plans.Reset()
		if err := do(); err != nil || !strings.Contains(plans.String(), index) {
			t.Errorf("want %s, %v:\n%s", index, err, plans.String())
		}
	}
}

// An import looks up what is stored row by row in the index that is made for it, also
// in a table that nobody has analyzed since it was empty: what a batch costs does not
// grow with those before it.
func TestPostgresLooksUpByIndex(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	if _, err := db.SQL().ExecContext(t.Context(), "ALTER TABLE issues SET (autovacuum_enabled = false)"); err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	s := sqlstore.New(told{db.SQL(), func(query string, args []any) {
		rows, err := db.SQL().QueryContext(t.Context(), "EXPLAIN (ANALYZE, TIMING OFF) "+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		plan.Reset()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(line + "\n")
		}
	}}, dialect.Postgres)
	for batch := range 11 {
		if _, err := s.Upsert(t.Context(), generated(batch*1000, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(plan.String(), "Index Cond: ((source = ") || strings.Contains(plan.String(), "Rows Removed") {
		t.Errorf("reads what it is not asked for:\n%s", plan.String())
	}
}

// Every text is compared and sorted bytewise, whatever the database's own collation is.
func TestPostgresCollation(t *testing.T) {
	t.Parallel()
	var other string
	err := openPostgres(t).SQL().QueryRowContext(t.Context(), `SELECT coalesce(string_agg(attname, ' '), '') FROM pg_attribute
		WHERE attrelid = 'issues'::regclass AND atttypid = 'text'::regtype AND attcollation <> (SELECT oid FROM pg_collation WHERE collname = 'C')`).Scan(&other)
	if err != nil || other != "" {
		t.Errorf("not sorted bytewise: %s, %v", other, err)
	}
}

// Each has the rows of one moment, and sorts none of them, however many statements it
// reads them by, in a transaction as in none.
func TestPostgresEach(t *testing.T) {
	t.Parallel()
	db := openPostgres(t)
	pool := sqlstore.New(db.SQL(), dialect.Postgres)
	given := make([]issues.Issue, 10_000) // more than two fetches
	for n := range given {
		given[n] = issues.Issue{Source: "s", Key: fmt.Sprintf("%05d", n*7919%len(given)), Labels: []string{"l"}}
	}
	if _, err := pool.Upsert(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	if _, err := db.SQL().ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	s, tx, err := postgres.Begin(db, bound(dialect.Postgres))(t.Context(), ports.TxOptions{StatementTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for name, s := range map[string]issues.Store{"outside a transaction": pool, "inside one": s} {
		for range 2 { // the cursor's name is free again
			read, labels := 0, 0
			err := s.Each(t.Context(), issues.Filter{Source: "s"}, func(i *issues.Issue) error {
				if read == 0 {
					if _, err := db.SQL().ExecContext(t.Context(), "INSERT INTO issues (source, key, title, state, labels, author, url, extra, body) VALUES ('s', $1, '', '', '[]', '', '', '{}', '')",
						"9"+rand.Text()); err != nil {
						t.Error(err)
					}
				}
				if want := fmt.Sprintf("%05d", read); i.Key != want && read < len(given) {
					t.Fatalf("%s: %q, want %q", name, i.Key, want)
				}
				read++
				return nil
			})
			if err != nil || read < len(given) || read >= len(given)+4 {
				t.Errorf("%s: read %d, %v", name, read, err)
			}
			if err := s.EachLabels(t.Context(), "", func(string, []string) error { labels++; return nil }); err != nil || labels != len(given) {
				t.Errorf("%s: labels of %d, %v", name, labels, err)
			}
		}
		enough := errors.New("enough")
		if err := s.Each(t.Context(), issues.Filter{}, func(*issues.Issue) error { return enough }); err != enough {
			t.Errorf("%s: %v, want the error of fn", name, err)
		}
		if err := s.Each(t.Context(), issues.Filter{State: "none"}, nil); err != nil {
			t.Errorf("%s, after that: %v", name, err)
		}
	}
}
