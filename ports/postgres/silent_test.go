package postgres_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beignet-go/beignet/internal/pgtest"
	"github.com/beignet-go/beignet/ports"
	"github.com/beignet-go/beignet/ports/postgres"
)

// valve is a proxy before a server. While it is shut nothing goes through, and no
// connection ends, as where a network loses what is sent.
type valve struct {
	url  string
	shut sync.RWMutex
}

func newValve(t *testing.T, url string) *valve {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	_, rest, _ := strings.Cut(url, "@")
	server, _, _ := strings.Cut(rest, "/")
	v := &valve{url: strings.Replace(url, server, l.Addr().String(), 1)}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", server)
			if err != nil {
				client.Close()
				continue
			}
			go v.pass(up, client)
			go v.pass(client, up)
		}
	}()
	return v
}

func (v *valve) pass(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		v.shut.RLock()
		_, failed := to.Write(buffer[:n])
		v.shut.RUnlock()
		if err != nil || failed != nil {
			return
		}
	}
}

// A server that says nothing is not waited for beyond the lease; and one that is silent
// for less than that finds the locks renewed, over connections of their own.
func TestASilentServer(t *testing.T) {
	t.Parallel()
	server := pgtest.New(t, pgtest.Options{TCP: true})
	v := newValve(t, server.Database(t))
	patient := openState(t, v.url, postgres.Leased(time.Minute, 100*time.Millisecond))
	hasty := openState(t, v.url, postgres.Leased(time.Second, 50*time.Millisecond))
	kept, lost := lock(t, patient, "r", "kept"), lock(t, hasty, "r", "lost")
	if err := errors.Join(kept.Check(t.Context()), lost.Check(t.Context())); err != nil {
		t.Fatal(err)
	}

	v.shut.Lock()
	brief, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := kept.Check(brief); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ports.ErrStale) {
		t.Errorf("Check with a context of 100 ms: %v, want context.DeadlineExceeded", err)
	}
	begun := time.Now()
	if err := lost.Check(t.Context()); !errors.Is(err, ports.ErrStale) {
		t.Errorf("Check: %v, want ErrStale", err)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	v.shut.Unlock()

	until := func() (at time.Time) {
		err := postgres.SQL(patient).QueryRowContext(t.Context(), `SELECT expires FROM beignet_lock WHERE key = 'kept'`).Scan(&at)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	was := until()
	await(t, "the lease is renewed", func() bool { return until().After(was) })
	if err := kept.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
