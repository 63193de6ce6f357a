package postgres_test

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/dialect"
	"github.com/beignet-go/beignet/ports/postgres"
)

// these yields rows, and then an error where there is one.
func these(err error, rows ...[]any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

var columnsOfItem = []string{"id", "title", "labels", "at"}

// copyInto opens a database with the table app.item.
func copyInto(t *testing.T) *postgres.DB {
	t.Helper()
	db := openData(t, pgtest.Database(t))
	exec(t, db.SQL(), `CREATE SCHEMA app`, `CREATE TABLE app.item (id bigint PRIMARY KEY, title text NOT NULL, labels text[], at timestamptz)`)
	return db
}

// What is copied belongs to the transaction: it commits with it and vanishes with it.
func TestCopy(t *testing.T) {
	t.Parallel()
	db := copyInto(t)
	at := time.Date(2026, 11, 24, 15, 0, 0, 123456000, time.UTC)
	for _, kept := range []bool{false, true} {
		q, tx := begin(t, db, ports.TxOptions{})
		n, err := q.(ports.Copier).CopyFrom(t.Context(), "app.item", columnsOfItem, these(nil,
			[]any{int64(1), "tab\tand\nline\\N", []string{"a", "b,\"c"}, at},
			[]any{int64(2), "崩溃", nil, nil},
		))
		if err != nil || n != 2 {
			t.Fatalf("%d rows, %v; want 2", n, err)
		}
		if in := ask(t, q, `SELECT count(*)::text FROM app.item`); in != "2" {
			t.Errorf("the transaction sees %s rows, want 2", in)
		}
		end, want := tx.Rollback, ""
		if kept {
			end, want = tx.Commit, `1|tab	and
line\N|a;b,"c|2026-11-24 15:00:00.123456 2|崩溃||`
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		got := ask(t, db.SQL(), `SELECT coalesce(string_agg(concat(id, '|', title, '|', array_to_string(labels, ';'), '|', at AT TIME ZONE 'UTC'), ' ' ORDER BY id), '') FROM app.item`)
		if got != want {
			t.Errorf("the table holds %q, want %q", got, want)
		}
		if _, err := q.(ports.Copier).CopyFrom(t.Context(), "app.item", columnsOfItem, these(nil)); !errors.Is(err, sql.ErrTxDone) {
			t.Errorf("after the end: %v, want ErrTxDone", err)
		}
	}
}

// What fails takes all rows with it, says what kind of error it is, and leaves a
// connection that works.
func TestCopyRefused(t *testing.T) {
	t.Parallel()
	db, own := copyInto(t), errors.New("own")
	exec(t, db.SQL(), `INSERT INTO app.item VALUES (7, 'there', NULL, NULL)`)
	for _, test := range []struct {
		name, table string
		rows        iter.Seq2[[]any, error]
		want        error
	}{
		{"the source's", "app.item", these(own, []any{int64(1), "a", nil, nil}), own},
		{"a key that is taken", "app.item", these(nil, []any{int64(7), "a", nil, nil}), ports.ErrExists},
		{"a NUL", "app.item", these(nil, []any{int64(1), "a\x00b", nil, nil}), nil},
		{"a wrong type", "app.item", these(nil, []any{"one", "a", nil, nil}), nil},
		{"a null", "app.item", these(nil, []any{int64(1), nil, nil, nil}), nil},
		{"no such table", "item", these(nil, []any{int64(1), "a", nil, nil}), nil},
		{"a table whose name would be a statement", `app.item (id) FROM PROGRAM 'id' --`, these(nil), nil},
	} {
		q, tx := begin(t, db, ports.TxOptions{})
		_, err := q.(ports.Copier).CopyFrom(t.Context(), test.table, columnsOfItem, test.rows)
		if err = dialect.Postgres.Classify(err); err == nil || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
		if errors.Is(err, ports.ErrUnavailable) {
			t.Errorf("%s: %v is no lost connection", test.name, err)
		}
		if err := tx.Rollback(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if n := ask(t, db.SQL(), `SELECT count(*)::text FROM app.item`); n != "1" {
			t.Errorf("%s: %s rows are there, want 1", test.name, n)
		}
	}
}

// A source that panics does so in the goroutine that copies, where it can be recovered.
func TestCopyPanics(t *testing.T) {
	t.Parallel()
	db := copyInto(t)
	q, tx := begin(t, db, ports.TxOptions{})
	func() {
		defer func() {
			if got := recover(); got != "own" {
				t.Errorf("it panicked with %v, want own", got)
			}
		}()
		_, _ = q.(ports.Copier).CopyFrom(t.Context(), "app.item", columnsOfItem, func(func([]any, error) bool) { panic("own") })
	}()
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
}

// A source is read as the rows go out, and no further than to its end.
func TestCopyStreams(t *testing.T) {
	t.Parallel()
	db := copyInto(t)
	q, tx := begin(t, db, ports.TxOptions{})
	const many = 200_000
	n, err := q.(ports.Copier).CopyFrom(t.Context(), "app.item", []string{"id", "title"}, func(yield func([]any, error) bool) {
		for i := range int64(many) {
			if !yield([]any{i, fmt.Sprint(i)}, nil) {
				return
			}
		}
	})
	if err = errors.Join(err, tx.Commit()); err != nil || n != many {
		t.Errorf("%d rows, %v", n, err)
	}
}
