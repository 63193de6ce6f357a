package postgres_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
)

// cutter is a proxy before a server that drops a connection at a COMMIT: before the
// server hears of it, or after, so that its answer is lost.
type cutter struct {
	url   string
	armed atomic.Pointer[string] // "before" or "after"; nil: not now
}

func newCutter(t *testing.T, s *pgtest.Server, url string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	_, rest, _ := strings.Cut(url, "@")
	server, _, _ := strings.Cut(rest, "/")
	c := &cutter{url: strings.Replace(url, server, l.Addr().String(), 1)}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(client, server)
		}
	}()
	return c
}

func (c *cutter) serve(client net.Conn, server string) {
	defer client.Close()
	up, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer up.Close()
	go func() { _, _ = io.Copy(client, up); client.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		when := c.armed.Load()
		cut := when != nil && bytes.Contains(buffer[:n], []byte("commit"))
		if cut && *when == "after" {
			client.Close() // and nothing of the answer goes through
		}
		if !cut || *when == "after" {
			if _, err := up.Write(buffer[:n]); err != nil {
				return
			}
		}
		if cut {
			c.armed.Store(nil)
			return
		}
	}
}

// A commit whose answer is lost is settled by the checkpoint: the rows are there where
// it says so, and are not where it does not.
func TestLostCommit(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t, pgtest.Options{TCP: true})
	proxy := newCutter(t, s, s.Database(t))
	db := openData(t, proxy.url)
	batch, committed := int64(1), 0
	for i := range 40 {
		q, tx := begin(t, db, ports.TxOptions{})
		err := errors.Join(
			statement(t, `INSERT INTO row VALUES ('x')`)(q, nil),
			tx.Save(t.Context(), ports.Checkpoint{Run: "r", Batch: batch}, nil, nil),
		)
		if err != nil {
			t.Fatal(err)
		}
		when := []string{"before", "after"}[i%2]
		proxy.armed.Store(&when)
		if err := tx.Commit(); !errors.Is(err, ports.ErrUnavailable) {
			t.Fatalf("Commit: %v, want ErrUnavailable", err)
		}
		c, err := db.Checkpoint(t.Context(), "r")
		if err != nil && !errors.Is(err, ports.ErrNotFound) {
			t.Fatal(err)
		}
		if done := c.Batch == batch; done && when == "before" || !done && when == "after" {
			t.Errorf("cut %s the commit, the checkpoint is at %d of %d", when, c.Batch, batch)
		} else if done {
			committed, batch = committed+1, batch+1
		}
		if all, err := rows(t, db); err != nil || len(all) != committed {
			t.Fatalf("%d rows, %v; the checkpoint says %d", len(all), err, committed)
		}
	}
}
